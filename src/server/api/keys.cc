#include "server/api/keys.h"

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/offload.h"
#include "http/router.h"
#include "server/api/cors.h"
#include "server/auth.h"
#include "server/key_admin.h"

namespace icelight::server {
namespace {

using boost::asio::awaitable;

/// One kind of call; `{id}` stands for the request's only parameter.
struct KeyRoute {
    http::Method method;
    const char* pattern;
    std::vector<std::string> path;
};

std::vector<KeyRoute> key_routes() {
    using http::Method;
    return {{Method::kGet, "/api/sources", {"sources"}},
            {Method::kPost, "/api/sources", {"sources"}},
            {Method::kPatch, "/api/sources/{id}", {"sources", "{id}"}},
            {Method::kPost, "/api/sources/{id}/rotate", {"sources", "{id}", "rotate"}},
            {Method::kGet, "/api/tokens", {"tokens"}},
            {Method::kPost, "/api/tokens", {"tokens"}},
            {Method::kDelete, "/api/tokens/{id}", {"tokens", "{id}"}}};
}

std::optional<http::Response> check(const Auth& auth, const http::Request& request) {
    if (auto allowed = auth.check_admin(request); !allowed)
        return http::make_error(allowed.error());
    if (is_foreign_origin(request)) {
        return http::make_error(http::status::kForbidden,
                                "pages of another origin may not administer this server");
    }
    const bool has_body =
        request.method == http::Method::kPost || request.method == http::Method::kPatch;
    if (has_body && !has_json_type(request)) {
        return http::make_error(http::status::kUnsupportedMediaType,
                                "this needs Content-Type: application/json");
    }
    return std::nullopt;
}

awaitable<http::Response> answer(KeyRoutes with, KeyCall call) {
    std::function<Result<std::string>()> work =
        std::bind_front(run_key_call, std::ref(with.store), std::move(call));
    auto body = co_await offload<std::string>(with.pool, std::move(work));
    if (!body) co_return http::make_error(body.error());
    auto response = http::make_json(http::status::kOk, std::move(*body));
    response.add_header("Cache-Control", "no-store");
    co_return response;
}

}  // namespace

void add_key_routes(http::Router& router, KeyRoutes with) {
    for (auto& route : key_routes()) {
        router.add(
            {.method = route.method,
             .pattern = route.pattern,
             .handler =
                 [with, route](const http::RequestPtr& request) {
                     KeyCall call{.method = std::string(http::method_name(request->method)),
                                  .path = route.path,
                                  .body = std::move(request->body)};
                     if (call.path.size() > 1) call.path[1] = request->parameter(0);
                     return answer(with, std::move(call));
                 },
             .check = [&auth = with.auth](http::Request& request) { return check(auth, request); },
             .body_bytes_max = kKeyCallBytesMax});
    }
}

}  // namespace icelight::server
