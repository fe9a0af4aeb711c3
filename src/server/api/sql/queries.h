#pragma once

namespace icelight::http {
class Router;
}

namespace icelight::query {
class Service;
}

namespace icelight::server {

class Auth;

/// What the routes work with; all of it outlives the router.
struct QueriesRoutes {
    query::Service& service;
    const Auth& auth;
};

/// Adds GET /api/queries/active and DELETE /api/queries/{id}: what waits and runs, and its end. An
/// administrator sees every query, others those of their own token.
void add_queries_routes(http::Router& router, QueriesRoutes with);

}  // namespace icelight::server
