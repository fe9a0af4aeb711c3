#include "server/api/iceberg/tokens.h"

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/base64.h"
#include "base/letter_case.h"
#include "http/router.h"
#include "http/target.h"
#include "server/api/cors.h"
#include "server/api/iceberg/errors.h"
#include "server/api/iceberg/routes.h"
#include "server/auth.h"

namespace icelight::server {
namespace {

using boost::asio::awaitable;

constexpr std::size_t kBodyBytesMax = std::size_t{16} << 10;
constexpr std::string_view kExchange = "urn:ietf:params:oauth:grant-type:token-exchange";

http::Response refuse(int status, std::string_view error, std::string_view description) {
    return http::make_json(
        status,
        fmt::format(
            R"({{"error":"{}","error_description":{}}})", error, http::quote_json(description)));
}

/// The password of "Basic base64(user:password)", where some clients put it.
std::optional<std::string> find_password(std::string_view authorization) {
    constexpr std::string_view kBasic = "basic ";
    if (!starts_with_ignoring_case(authorization, kBasic)) return {};
    const auto pair = decode_base64(authorization.substr(kBasic.size()));
    if (!pair) return {};
    const auto colon = pair->find(':');
    if (colon == std::string::npos) return {};
    return pair->substr(colon + 1);
}

/// Whether the server knows `secret`, or asks for none.
bool is_known(const Auth& auth, const http::Request& request, const std::string& secret) {
    http::Request asking;
    asking.remote_address = request.remote_address;
    asking.add_header("Authorization", "Bearer " + secret);
    return auth.find_caller(asking).has_value();
}

http::Response answer(const Auth& auth, const http::Request& request) {
    const auto form = http::parse_query(request.body).value_or(http::QueryParameters{});
    const auto grant = http::find_parameter(form, "grant_type").value_or("");
    std::optional<std::string> secret;
    if (grant == "client_credentials") {
        secret = http::find_parameter(form, "client_secret");
        if (!secret) secret = find_password(request.header("authorization"));
    } else if (grant == kExchange) {
        secret = http::find_parameter(form, "subject_token");
    } else {
        return refuse(http::status::kBadRequest,
                      "unsupported_grant_type",
                      "a form with grant_type=client_credentials is expected");
    }
    if (!secret || secret->empty() || !is_known(auth, request, *secret)) {
        return refuse(http::status::kUnauthorized,
                      "invalid_client",
                      "the secret is no token of this server: see icelight token add");
    }
    auto response = http::make_json(
        http::status::kOk,
        fmt::format(R"({{"access_token":{},"token_type":"bearer",)"
                    R"("issued_token_type":"urn:ietf:params:oauth:token-type:access_token"}})",
                    http::quote_json(*secret)));
    response.add_header("Cache-Control", "no-store");
    return response;
}

awaitable<http::Response> answer_token(const Auth* auth, http::RequestPtr request) {
    co_return answer(*auth, *request);
}

}  // namespace

void add_token_route(http::Router& router, const Auth& auth) {
    const http::Check check = [](http::Request& request) -> std::optional<http::Response> {
        if (!is_foreign_origin(request)) return std::nullopt;
        return make_iceberg_error(http::status::kForbidden,
                                  "ForbiddenException",
                                  "pages of another origin may not use the catalog");
    };
    router.add({.method = http::Method::kPost,
                .pattern = "/iceberg/v1/oauth/tokens",
                .handler = std::bind_front(answer_token, &auth),
                .check = check,
                .body_bytes_max = kBodyBytesMax,
                .family = kIcebergFamily});
}

}  // namespace icelight::server
