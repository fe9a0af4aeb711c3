#pragma once

namespace icelight {
class WorkerPool;
}

namespace icelight::catalog {
class Catalog;
}

namespace icelight::http {
class Router;
}

namespace icelight::server {

class Auth;

/// What the table listings work with; all of it outlives the router.
struct TableRoutes {
    catalog::Catalog& catalog;
    const Auth& auth;
    WorkerPool& pool;
};

/// Adds GET /tables/{namespace} (rows {table_name}) and GET /tables/{namespace}/{table} (rows
/// {column_name, type, required}, all text), in the envelope of queries.
void add_table_routes(http::Router& router, TableRoutes with);

}  // namespace icelight::server
