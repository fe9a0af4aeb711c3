#include "server/ingest_gate.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/hash.h"
#include "base/letter_case.h"
#include "http/request.h"
#include "http/target.h"
#include "server/telemetry.h"

namespace icelight::server {
namespace {

constexpr double kRetryAfterSecondsMin = 1;
constexpr double kRetryAfterSecondsMax = 300;
constexpr double kSourceBurstSeconds = 10;  ///< Of a source's own rate, at once.

/// SDKs show `error`; RudderStack's Android SDK stops at the words "invalid
/// write key" in the text.
http::Response make_key_refusal(bool was_given) {
    const char* const error =
        was_given ? "Invalid authentication token" : "Missing authentication token";
    const char* const advice = was_given ? "invalid write key" : "send the source's write key";
    return http::make_json(
        http::status::kUnauthorized,
        fmt::format(
            R"({{"success":false,"error":"{0}","code":"unauthenticated","message":"{0}: {1}"}})",
            error,
            advice));
}

http::Response make_too_fast(double wait_seconds, std::string_view who) {
    const double seconds =
        std::clamp(std::ceil(wait_seconds), kRetryAfterSecondsMin, kRetryAfterSecondsMax);
    auto response = http::make_error(
        http::status::kTooManyRequests,
        fmt::format("{} sends faster than its limit; try again in {} s", who, seconds));
    response.add_header("Retry-After", fmt::format("{}", seconds));
    return response;
}

std::string_view name_of(const ClientAddress& client, const IpAddress& address) {
    return client.address ? address.bytes() : std::string_view("unknown");
}

bool is_bearer(std::string_view authorization) {
    return authorization.size() > 6 && starts_with_ignoring_case(authorization, "bearer");
}

std::string query_key(const http::Request& request) {
    if (request.query().empty()) return {};
    const auto query = http::parse_query(request.query());
    if (!query) return {};
    if (auto key = http::find_parameter(*query, "writeKey")) return *key;
    return http::find_parameter(*query, "writekey").value_or("");
}

app::Source make_default_source() {
    app::Source source;
    source.id = app::kDefaultSource;
    source.name = app::kDefaultSource;
    return source;
}

}  // namespace

IngestGate::IngestGate(IngestGateOptions options, KeysInForce keys, const Clock& clock)
    : options_(std::move(options)),
      keys_(std::move(keys)),
      clock_(clock),
      default_source_(std::make_shared<const app::Source>(make_default_source())),
      sources_(app::kSourcesMax * TokenBuckets::kWays),
      addresses_(kAddressesMax),
      wrong_keys_(kAddressesMax) {}

bool IngestGate::is_needed(const app::KeyTable& keys) const {
    return options_.is_key_needed.value_or(!options_.write_key.empty() || keys.has_sources());
}

bool IngestGate::is_key_needed() const {
    return is_needed(*keys_());
}

bool IngestGate::takes_key(std::string_view key) const {
    const auto keys = keys_();
    return !is_needed(*keys) || find_by_key(key, *keys) != nullptr;
}

bool IngestGate::has_usable_key() const {
    return !options_.write_key.empty() || keys_()->has_usable_key(clock_.now_us());
}

IngestGate::SourcePtr IngestGate::find_by_id(std::string_view id, const app::KeyTable& keys) const {
    auto source = keys.find_source(id);
    return source == nullptr && id == app::kDefaultSource ? default_source_ : source;
}

IngestGate::SourcePtr IngestGate::find_by_key(std::string_view key,
                                              const app::KeyTable& keys) const {
    SourcePtr source;
    if (!options_.write_key.empty() && equal_constant_time(key, options_.write_key)) {
        source = find_by_id(app::kDefaultSource, keys);
    } else {
        source = keys.find_by_key(key, clock_.now_us());
    }
    return source != nullptr && source->is_enabled ? source : nullptr;
}

IngestGate::Search IngestGate::search_head(const http::Request& request,
                                           const app::KeyTable& keys) const {
    Search search;
    auto look = [&](std::string_view key) {
        if (key.empty() || search.source != nullptr) return;
        search.was_key_given = true;
        search.source = find_by_key(key, keys);
    };
    const auto authorization = request.header("authorization");
    if (const auto secret = find_secret({.authorization = authorization})) {
        look(*secret);
        // Segment's OAuth token says who asks, the body's writeKey for which
        // source.
        search.may_be_in_body = is_bearer(authorization);
    }
    const bool was_authorized = search.was_key_given;
    look(request.header("x-api-key"));
    look(request.header("x-write-key"));
    if (search.source == nullptr) look(query_key(request));
    if (!was_authorized && search.was_key_given) search.may_be_in_body = false;
    return search;
}

std::optional<http::Response> IngestGate::refuse(http::Request& request) {
    const auto client = find_client_address(request, options_.proxies);
    const auto keys = keys_();
    const bool needs_key = is_needed(*keys);
    if (!client.is_local) {
        const IpAddress address = client.address ? client.address->client() : IpAddress();
        const double wait =
            addresses_.take(name_of(client, address), options_.address_rate, clock_.steady());
        if (wait > 0) return make_too_fast(wait, "this address");
    }
    Search search{.source = find_by_id(app::kDefaultSource, *keys)};
    if (needs_key) {
        search = search_head(request, *keys);
        if (search.source == nullptr) {
            if (!search.may_be_in_body) return refuse_key(search.was_key_given, client);
            if (client.is_local) return std::nullopt;
            // Whoever has tried too many wrong keys need not have the body read for
            // another.
            const IpAddress address = client.address ? client.address->client() : IpAddress();
            const double wait =
                wrong_keys_.wait_of(name_of(client, address), kWrongKeyRate, clock_.steady());
            if (wait > 0) return make_too_fast(wait, "this address");
            return std::nullopt;
        }
    }
    request.principal = search.source->id;
    return refuse_source(request, *search.source);
}

http::Response IngestGate::refuse_key(bool was_given, const ClientAddress& client) {
    if (!client.is_local) {
        const IpAddress address = client.address ? client.address->client() : IpAddress();
        const double wait =
            wrong_keys_.take(name_of(client, address), kWrongKeyRate, clock_.steady());
        if (wait > 0) return make_too_fast(wait, "this address");
    }
    return make_key_refusal(was_given);
}

std::optional<http::Response> IngestGate::refuse_source(const http::Request& request,
                                                        const app::Source& source) {
    const auto origin = request.find_header("origin");
    if (origin && !source.allowed_origins.empty()) {
        const bool is_allowed =
            std::ranges::any_of(source.allowed_origins, [&origin](const std::string& allowed) {
                return equal_ignoring_case(allowed, *origin);
            });
        if (!is_allowed) {
            return http::make_error(http::status::kForbidden,
                                    "this source takes no events from pages of that origin");
        }
    }
    const double wait = sources_.take(source.id, rate_of(source), clock_.steady());
    if (wait > 0) return make_too_fast(wait, "this source");
    return std::nullopt;
}

Rate IngestGate::rate_of(const app::Source& source) const {
    if (source.events_per_second_max == 0) return options_.source_rate;
    const auto per_second = static_cast<double>(source.events_per_second_max);
    return {.per_second = per_second, .burst = per_second * kSourceBurstSeconds};
}

IngestGate::SourcePtr IngestGate::source_of(const http::Request& request) const {
    if (request.principal.empty()) return nullptr;
    return find_by_id(request.principal, *keys_());
}

IngestGate::Admission IngestGate::admit_body_key(const http::Request& request,
                                                 std::string_view write_key) {
    const auto keys = keys_();
    SourcePtr source = write_key.empty() ? nullptr : find_by_key(write_key, *keys);
    if (source == nullptr) {
        const auto client = find_client_address(request, options_.proxies);
        const bool was_given =
            !write_key.empty() || request.find_header("authorization").has_value();
        return {.source = nullptr, .refusal = refuse_key(was_given, client)};
    }
    auto refusal = refuse_source(request, *source);
    if (refusal) return {.source = nullptr, .refusal = std::move(refusal)};
    return {.source = std::move(source), .refusal = std::nullopt};
}

void IngestGate::charge(const app::Source& source, std::size_t events) {
    if (events <= 1) return;
    sources_.charge(source.id, static_cast<double>(events - 1), rate_of(source), clock_.steady());
}

std::string IngestGate::kept_address(const http::Request& request,
                                     const app::Source& source) const {
    if (source.ip_policy == app::IpPolicy::kRemove) return {};
    const auto address = find_client_address(request, options_.proxies).address;
    if (!address) return {};
    switch (source.ip_policy) {
        case app::IpPolicy::kTruncate:
            return address->truncated().text();
        case app::IpPolicy::kHash:
            return keys_()->hash_address(address->text());
        default:
            return address->text();
    }
}

}  // namespace icelight::server
