#pragma once

#include <chrono>

namespace icelight::http {
class Router;
}

namespace icelight::query {
class Service;
}

namespace icelight::server {

class Auth;

/// What the routes work with; all of it outlives the router.
struct AssistRoutes {
    query::Service& service;
    const Auth& auth;
    std::chrono::milliseconds timeout;
};

/// What helps somebody who writes SQL: POST /api/sql/check (is it right, and if not, where),
/// POST /api/sql/complete (what may stand at the cursor), GET /api/sql/functions, and
/// GET /api/tables/{namespace}/{table}/json-paths?column=properties (what a sample of JSON texts
/// holds). Add it before the routes of tables: theirs takes any name in that place.
void add_assist_routes(http::Router& router, AssistRoutes with);

}  // namespace icelight::server
