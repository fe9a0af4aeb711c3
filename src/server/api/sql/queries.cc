#include "server/api/sql/queries.h"

#include <optional>
#include <string>
#include <utility>

#include <boost/json.hpp>

#include "http/router.h"
#include "query/service.h"
#include "server/api/query.h"
#include "server/auth.h"

namespace icelight::server {
namespace {

using boost::asio::awaitable;

/// Of long statements the beginning is shown.
constexpr std::size_t kShownSqlBytes = 4'096;

/// The owner whose queries the caller may see; empty: all.
std::string visible_owner(const Auth& auth, const http::Request& request) {
    const auto caller = auth.find_caller(request);
    if (!caller) return "nobody";  // The route's check has refused this already.
    return (*caller)->role == app::Role::kAdmin ? std::string() : (*caller)->name;
}

awaitable<http::Response> list_active(QueriesRoutes with, http::RequestPtr request) {
    const auto owner = visible_owner(with.auth, *request);
    boost::json::array queries;
    for (const auto& query : with.service.active()) {
        if (!owner.empty() && query.owner != owner) continue;
        queries.push_back(boost::json::object{{"id", std::to_string(query.id)},
                                              {"queryId", query.name},
                                              {"owner", query.owner},
                                              {"sql", query.sql.substr(0, kShownSqlBytes)},
                                              {"state", query.is_running ? "running" : "waiting"},
                                              {"elapsedMs", query.age.count()},
                                              {"leftMs", query.left.count()}});
    }
    const boost::json::object body{{"success", true}, {"queries", std::move(queries)}};
    co_return http::make_json(http::status::kOk, boost::json::serialize(body));
}

awaitable<http::Response> end_query(QueriesRoutes with, http::RequestPtr request) {
    const auto count =
        with.service.cancel_named(request->parameter(0), visible_owner(with.auth, *request));
    if (count == 0) {
        co_return http::make_error(http::status::kNotFound,
                                   "no query of that id waits or runs; GET /api/queries/active");
    }
    const boost::json::object body{{"success", true}, {"cancelled", count}};
    co_return http::make_json(http::status::kOk, boost::json::serialize(body));
}

}  // namespace

void add_queries_routes(http::Router& router, QueriesRoutes with) {
    const http::Check check = [&auth = with.auth](http::Request& request) {
        return refuse_query(auth, request);
    };
    router.add(
        {.method = http::Method::kGet,
         .pattern = "/api/queries/active",
         .handler =
             [with](http::RequestPtr request) { return list_active(with, std::move(request)); },
         .check = check});
    router.add(
        {.method = http::Method::kDelete,
         .pattern = "/api/queries/{id}",
         .handler =
             [with](http::RequestPtr request) { return end_query(with, std::move(request)); },
         .check = check});
}

}  // namespace icelight::server
