#include "server/api/cors.h"

#include <memory>
#include <optional>

#include "base/letter_case.h"
#include "http/router.h"
#include "server/api/iceberg/errors.h"
#include "server/api/iceberg/routes.h"
#include "server/api/ingest_answer.h"
#include "server/api/ingest_paths.h"
#include "server/auth.h"
#include "server/telemetry.h"

namespace icelight::server {
namespace {

constexpr char kPreflightSeconds[] = "86400";
/// Answered with 503: SDKs then keep what they have until somebody corrects the URL.
constexpr char kNoSuchUrl[] = "Nothing is served at this URL; check the SDK's base URL";
constexpr char kNoSuchUrlRetrySeconds[] = "60";

bool is_open_path(std::string_view path) {
    return is_sdk_path(path) || path == "/health";
}

/// The value of Access-Control-Allow-Origin; empty: no page of that origin may read the answer.
std::string allow_origin(const http::Request& request, const Policies& policies) {
    const auto origin = request.find_header("origin");
    if (!origin) return policies.allowed_origins == "*" ? "*" : "";
    return is_origin_allowed(*origin, policies.allowed_origins) ? std::string(*origin) : "";
}

void add_cors_headers(const http::Request& request,
                      const Policies& policies,
                      http::Response& response) {
    response.add_header("Vary", "Origin");
    const std::string origin = allow_origin(request, policies);
    if (origin.empty()) return;
    response.add_header("Access-Control-Allow-Origin", origin);
    if (origin != "*") response.add_header("Access-Control-Allow-Credentials", "true");
    response.add_header("Access-Control-Expose-Headers", "Retry-After");
}

http::Response answer_preflight(const http::Request& request, const http::MethodSet& allowed) {
    http::Response response{.status = http::status::kNoContent};
    response.add_header("Allow", allowed.text());
    if (!is_open_path(request.path())) return response;
    response.add_header("Access-Control-Allow-Methods", allowed.text());
    response.add_header("Access-Control-Max-Age", kPreflightSeconds);
    const auto wanted = request.header("access-control-request-headers");
    response.add_header(
        "Access-Control-Allow-Headers",
        wanted.empty() ? "Content-Type, Authorization, X-API-Key" : std::string(wanted));
    return response;
}

std::optional<http::Response> check_host(const http::Request& request, const Policies& policies) {
    if (is_host_allowed(request.host(), policies.allowed_hosts, policies.is_public))
        return std::nullopt;
    return http::make_error(
        http::status::kMisdirected,
        "this server does not answer to that Host; add it to server.allowed-hosts");
}

http::Response render_error(const http::Request& request,
                            int family,
                            int status,
                            std::string_view message) {
    if (family == kIcebergFamily || request.path().starts_with("/iceberg/")) {
        return make_iceberg_error(status, iceberg_type_of(status), message);
    }
    if (status == http::status::kNotFound &&
        is_plausible_sdk_path(request.method, request.path())) {
        http::Response response = http::make_error(http::status::kUnavailable, kNoSuchUrl);
        response.add_header("Retry-After", kNoSuchUrlRetrySeconds);
        return response;
    }
    http::Response response = http::make_error(status, message);
    if (const IngestPath* path = find_ingest_path(request.path())) {
        telemetry::refused_request(http::code_of(status));
        answer_in_dialect(*path, response);
    }
    return response;
}

}  // namespace

bool is_origin_allowed(std::string_view origin, std::string_view allowed) {
    if (allowed == "*") return true;
    while (!allowed.empty()) {
        const auto comma = allowed.find(',');
        std::string_view one = allowed.substr(0, comma);
        while (one.starts_with(' '))
            one.remove_prefix(1);
        while (one.ends_with(' '))
            one.remove_suffix(1);
        if (!one.empty() && equal_ignoring_case(one, origin)) return true;
        if (comma == std::string_view::npos) break;
        allowed.remove_prefix(comma + 1);
    }
    return false;
}

bool is_foreign_origin(const http::Request& request) {
    const auto origin = request.find_header("origin");
    if (!origin) return false;
    const auto scheme_end = origin->find("://");
    if (scheme_end == std::string_view::npos) return true;  // "null"
    return !equal_ignoring_case(origin->substr(scheme_end + 3), request.host());
}

bool has_json_type(const http::Request& request) {
    const auto type = request.header("content-type");
    return equal_ignoring_case(type.substr(0, type.find(';')), "application/json");
}

void set_policies(http::Router& router, Policies policies) {
    const auto shared = std::make_shared<const Policies>(std::move(policies));
    router.check_all = [shared](http::Request& request) {
        return check_host(request, *shared);
    };
    router.answer_options = answer_preflight;
    router.render_error = render_error;
    router.decorate = [shared](const http::Request& request, http::Response& response) {
        if (is_open_path(request.path())) add_cors_headers(request, *shared, response);
    };
}

}  // namespace icelight::server
