#pragma once

namespace icelight {
class WorkerPool;
}

namespace icelight::app {
class QueryHistory;
}

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
    app::QueryHistory& history;
    const Auth& auth;
    WorkerPool& pool;  ///< One thread, app.db's: "app".
};

/// Adds GET /api/queries/active (what waits and runs), GET /api/queries/history (what ended), GET
/// /api/queries/{id} (one of either) and DELETE /api/queries/{id} (its end). An administrator sees
/// every query, others those of their own token.
void add_queries_routes(http::Router& router, QueriesRoutes with);

}  // namespace icelight::server
