#include "server/api/cube/request.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include "base/ids.h"
#include "http/target.h"
#include "server/api/cube/repeated_key.h"

namespace icelight::server {
namespace {

namespace json = boost::json;
using semantic::Checked;
using semantic::Dialect;
using semantic::refuse;

constexpr int kDepthMax = 40;
constexpr std::size_t kRequestIdBytesMax = 128;

Checked<json::value> parse_json(std::string_view text, std::string_view what) {
    json::error_code error;
    auto value = json::parse(text, error, {}, {.max_depth = kDepthMax});
    if (error) return refuse(std::string(what) + " is not JSON: " + error.message(), "");
    if (const auto repeated = find_repeated_key(text, kDepthMax)) {
        semantic::Problem problem;
        problem.message = std::string(what) + " holds `" + repeated->key +
                          "` twice in one object; leave one of them out";
        problem.pointer = repeated->pointer;
        problem.member = repeated->key;
        return tl::unexpected<semantic::Problem>(std::move(problem));
    }
    return value;
}

std::optional<Dialect> dialect_named(std::string_view name) {
    if (name == "cube") return Dialect::kCube;
    if (name == "drizzle") return Dialect::kDrizzle;
    return std::nullopt;
}

/// "<uuid>-span-<n>"
bool is_span(std::string_view id) {
    const auto at = id.rfind("-span-");
    if (at == std::string_view::npos) return false;
    const auto digits = id.substr(at + 6);
    return !digits.empty() && std::all_of(digits.begin(), digits.end(), [](unsigned char c) {
        return std::isdigit(c) != 0;
    });
}

/// Where the parts of the question stand.
struct Source {
    http::QueryParameters parameters;
    const json::object* body = nullptr;

    std::optional<std::string> text(std::string_view name) const {
        if (auto value = http::find_parameter(parameters, name)) return value;
        const auto* member = body == nullptr ? nullptr : body->if_contains(name);
        if (member == nullptr || !member->is_string()) return std::nullopt;
        return std::string(member->get_string());
    }
};

Checked<Dialect> choose_dialect(const http::Request& request, const Source& source, bool is_load) {
    auto name = http::find_parameter(source.parameters, "dialect");
    if (!name && request.find_header("x-cube-dialect"))
        name = std::string(request.header("x-cube-dialect"));
    if (name) {
        const auto dialect = dialect_named(*name);
        if (dialect) return *dialect;
        return refuse("the dialect is `cube` or `drizzle`", "");
    }
    if (is_load) return source.text("queryType") == "multi" ? Dialect::kCube : Dialect::kDrizzle;
    return is_span(request.header("x-request-id")) ? Dialect::kCube : Dialect::kDrizzle;
}

/// @error  another word than the clients have.
Checked<> check_words(const Source& source) {
    const auto type = source.text("queryType");
    if (type && *type != "multi" && *type != "regularQuery") {
        return semantic::refuse_name(
            "`queryType` is `multi` or absent", "", *type, {"multi", "regularQuery"});
    }
    const std::vector<std::string_view> known{
        "stale-if-slow", "stale-while-revalidate", "must-revalidate", "no-cache"};
    const auto cache = source.text("cache");
    if (cache && std::find(known.begin(), known.end(), *cache) == known.end())
        return semantic::refuse_name("`cache` is none of the client's words", "", *cache, known);
    return {};
}

std::optional<std::int64_t> parse_whole(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
    return number;
}

/// `maxStalenessMs` as a parameter or as a number in the body; else what the header says.
Checked<std::chrono::milliseconds> read_staleness(const http::Request& request,
                                                  const Source& source) {
    constexpr std::string_view kMaxAge = "max-age=";
    std::optional<std::int64_t> ms;
    const auto header = request.header("cache-control");
    if (header.starts_with(kMaxAge)) {
        const auto seconds = parse_whole(header.substr(kMaxAge.size()));
        if (seconds) ms = std::min<std::int64_t>(*seconds, kStalenessMax.count()) * 1'000;
    }
    const auto* member =
        source.body == nullptr ? nullptr : source.body->if_contains("maxStalenessMs");
    const auto parameter = http::find_parameter(source.parameters, "maxStalenessMs");
    if (parameter || member != nullptr) {
        ms = parameter ? parse_whole(*parameter) : std::nullopt;
        if (member != nullptr && member->is_int64() && member->get_int64() >= 0)
            ms = member->get_int64();
        if (!ms) return refuse("`maxStalenessMs` is a whole number of milliseconds", "");
    }
    const auto cache = source.text("cache");
    const bool is_exact = cache == "no-cache" || cache == "must-revalidate" ||
                          request.header("x-cache-control") == "no-cache";
    if (is_exact || !ms) return std::chrono::milliseconds(0);
    return std::min(std::chrono::milliseconds(*ms), kStalenessMax);
}

Checked<bool> read_analyze(const Source& source) {
    const auto* options = source.body == nullptr ? nullptr : source.body->if_contains("options");
    if (options == nullptr || options->is_null()) return false;
    const auto* analyze =
        options->is_object() ? options->get_object().if_contains("analyze") : nullptr;
    if (analyze == nullptr && options->is_object()) return false;
    if (analyze == nullptr || !analyze->is_bool())
        return refuse("`options` is {\"analyze\": true or false}", "");
    return analyze->get_bool();
}

/// What stands beside `query` in a body, and nobody reads.
void warn_unknown(const json::object& body, semantic::Warnings& warnings) {
    constexpr std::array<std::string_view, 8> kKnown{"query",
                                                     "queries",
                                                     "queryType",
                                                     "cache",
                                                     "options",
                                                     "maxStalenessMs",
                                                     "renewQuery",
                                                     "baseRequestId"};
    for (const auto& member : body) {
        const std::string_view key = member.key();
        if (std::find(kKnown.begin(), kKnown.end(), key) != kKnown.end()) continue;
        warnings.push_back({"UNKNOWN_KEY",
                            "`" + std::string(key) + "` stands beside the query and is not known",
                            ""});
    }
}

/// In the target, as a member of the body, or the body itself.
Checked<json::value> read_query(const Source& source,
                                const json::value& body,
                                semantic::Warnings& warnings) {
    if (const auto text = http::find_parameter(source.parameters, "query")) {
        return parse_json(*text, "`query`");
    }
    if (source.body != nullptr) {
        for (const char* key : {"query", "queries"}) {
            if (!source.body->contains(key)) continue;
            warn_unknown(*source.body, warnings);
            return source.body->at(key);
        }
    }
    if (body.is_null()) return refuse("`query` is missing", "");
    return body;
}

bool wants_renewed(const json::value& query) {
    const auto* object = query.if_object();
    const auto* renew = object == nullptr ? nullptr : object->if_contains("renewQuery");
    return renew != nullptr && renew->is_bool() && renew->get_bool();
}

}  // namespace

Dialect find_dialect(const http::Request& request) {
    Source source;
    if (auto parameters = http::parse_query(request.query())) source.parameters = *parameters;
    return choose_dialect(request, source, false).value_or(Dialect::kDrizzle);
}

std::string request_id(const http::Request& request) {
    const auto id = request.header("x-request-id");
    const bool is_plain = !id.empty() && id.size() <= kRequestIdBytesMax &&
                          std::all_of(id.begin(), id.end(), [](unsigned char c) {
                              return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
                          });
    return is_plain ? std::string(id) : make_uuid_v7(request.received_at).text();
}

Checked<CubeRequest> read_cube_request(const http::Request& request, bool is_load) {
    CubeRequest out;
    out.id = request_id(request);
    Source source;
    auto parameters = http::parse_query(request.query());
    if (!parameters) return refuse("the target's parameters are malformed", "");
    source.parameters = std::move(*parameters);
    json::value body;
    if (request.method == http::Method::kPost) {
        ICE_ASSIGN(body, parse_json(request.body, "the body"));
        source.body = body.if_object();
    }
    ICE_ASSIGN(out.dialect, choose_dialect(request, source, is_load));
    ICE_TRY(check_words(source));
    out.is_multi = source.text("queryType") == "multi";
    ICE_ASSIGN(out.staleness_max, read_staleness(request, source));
    ICE_ASSIGN(out.wants_analysis, read_analyze(source));
    ICE_ASSIGN(out.query, read_query(source, body, out.warnings));
    if (wants_renewed(out.query)) out.staleness_max = {};
    return out;
}

}  // namespace icelight::server
