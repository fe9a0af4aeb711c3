#pragma once

#include <string_view>

#include "http/response.h"

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
    WorkerPool& pool;  ///< Catalog reads touch SQLite and the disk.
};

/// The family of error shapes that these routes answer in, see http::Router::render_error.
inline constexpr int kIcebergFamily = 1;

/// Adds the read part of the Iceberg REST catalog under /iceberg/v1 (spec:
/// rest-catalog-open-api.yaml): config, namespaces, tables; GET and HEAD.
void add_catalog_routes(http::Router& router, CatalogRoutes with);

/// The spec's ErrorModel: {"error":{"message":…,"type":…,"code":…}}.
http::Response make_iceberg_error(int status, std::string_view type, std::string_view message);

/// The spec's type for a status that the protocol itself refuses with.
std::string_view iceberg_type_of(int status);

}  // namespace icelight::server
