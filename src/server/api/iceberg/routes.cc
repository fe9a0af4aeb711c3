#include "server/api/iceberg/routes.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/offload.h"
#include "http/router.h"
#include "server/api/cors.h"
#include "server/api/iceberg/endpoint.h"
#include "server/api/iceberg/errors.h"
#include "server/api/iceberg/tokens.h"
#include "server/auth.h"

namespace icelight::server {
namespace {

using boost::asio::awaitable;

constexpr std::string_view kRoot = "/iceberg/v1";
/// A commit that removes thousands of snapshots names each of them.
constexpr std::size_t kBodyBytesMax = std::size_t{16} << 20;

/// Every endpoint of the table, in the specification's order.
std::vector<Endpoint> all_endpoints() {
    std::vector<Endpoint> all;
    for (const auto endpoints :
         {namespace_endpoints(), table_endpoints(), commit_endpoints(), view_endpoints()})
        all.insert(all.end(), endpoints.begin(), endpoints.end());
    return all;
}

/// One endpoint on its way from the network thread to a thread that may block, and back.
class Handler {
public:
    Handler(CatalogRoutes with, Endpoint endpoint) : with_(with), endpoint_(endpoint) {}

    awaitable<http::Response> answer(http::RequestPtr request) const {
        auto query = http::parse_query(request->query());
        if (!query) {
            co_return make_iceberg_error(
                http::status::kBadRequest, "BadRequestException", "bad query string");
        }
        std::function<Result<http::Response>()> work =
            std::bind_front(&Handler::run, *this, std::move(request), std::move(*query));
        WorkerPool& pool = endpoint_.verb == Verb::kRead ? with_.readers : with_.writers;
        auto response = co_await offload<http::Response>(pool, std::move(work));
        if (!response) co_return make_iceberg_failure(response.error());
        co_return std::move(*response);
    }

private:
    Result<http::Response> run(const http::RequestPtr& request,
                               const http::QueryParameters& query) const {
        ICE_ASSIGN(const auto caller, with_.auth.find_caller(*request));
        const Call call{with_.catalog, *request, *caller, query};
        // What has no namespace in its path names some in its body, or shows names only.
        if (!request->parameters.empty()) {
            ICE_TRY(may(call.caller, endpoint_.verb, call.space()));
        }
        return endpoint_.answer(call);
    }

    CatalogRoutes with_;
    Endpoint endpoint_;
};

/// "POST /v1/{prefix}/namespaces/{namespace}/tables": how config names an endpoint.
std::string spec_name(const Endpoint& endpoint) {
    return fmt::format("{} /v1/{{prefix}}{}", http::method_name(endpoint.method), endpoint.path);
}

std::string config_json() {
    std::string endpoints;
    for (const Endpoint& endpoint : all_endpoints()) {
        if (!endpoints.empty()) endpoints += ',';
        endpoints += http::quote_json(spec_name(endpoint));
    }
    return fmt::format(
        R"({{"defaults":{{}},"overrides":{{}},"endpoints":[{}],"idempotency-key-lifetime":"PT{}M"}})",
        endpoints,
        catalog::kRequestKeySeconds / 60);
}

awaitable<http::Response> answer_config(http::RequestPtr /*request*/) {
    co_return http::make_json(http::status::kOk, config_json());
}

}  // namespace

void add_catalog_routes(http::Router& router, CatalogRoutes with) {
    const http::Check check =
        [&auth = with.auth](http::Request& request) -> std::optional<http::Response> {
        const auto caller = auth.find_caller(request);
        if (!caller) return make_iceberg_failure(caller.error());
        if (is_foreign_origin(request)) {
            return make_iceberg_error(http::status::kForbidden,
                                      "ForbiddenException",
                                      "pages of another origin may not use the catalog");
        }
        if (request.method == http::Method::kPost && !has_json_type(request)) {
            return make_iceberg_error(http::status::kUnsupportedMediaType,
                                      "BadRequestException",
                                      "changes need Content-Type: application/json");
        }
        return std::nullopt;
    };
    auto add = [&](http::Method method, const std::string& path, http::Handler handler) {
        router.add({.method = method,
                    .pattern = std::string(kRoot) + path,
                    .handler = std::move(handler),
                    .check = check,
                    .body_bytes_max = kBodyBytesMax,
                    .family = kIcebergFamily});
    };
    add_token_route(router, with.auth);
    add(http::Method::kGet, "/config", answer_config);
    for (const Endpoint& endpoint : all_endpoints()) {
        const auto handler = std::make_shared<const Handler>(with, endpoint);
        add(endpoint.method, endpoint.path, [handler](http::RequestPtr request) {
            return handler->answer(std::move(request));
        });
    }
}

}  // namespace icelight::server
