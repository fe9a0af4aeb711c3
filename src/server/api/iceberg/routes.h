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

/// What the catalog's routes work with; all of it outlives the router.
struct CatalogRoutes {
    catalog::Catalog& catalog;
    const Auth& auth;
    WorkerPool& readers;  ///< Reads touch SQLite and the disk.
    WorkerPool& writers;  ///< Each change waits for its turn in the commit queue.
};

/// The family of error shapes that these routes answer in, see http::Router::render_error.
inline constexpr int kIcebergFamily = 1;

/// Adds the Iceberg REST catalog under /iceberg/v1 (spec: rest-catalog-open-api.yaml).
void add_catalog_routes(http::Router& router, CatalogRoutes with);

}  // namespace icelight::server
