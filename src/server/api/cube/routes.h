#pragma once

#include <chrono>

#include "base/clock.h"

namespace icelight::http {
class Router;
}

namespace icelight::query {
class Service;
}

namespace icelight::semantic {
class Model;
}

namespace icelight::server {

class Auth;

/// What the routes of the semantic layer work with; all of it outlives the router.
struct CubeRoutes {
    query::Service& service;
    const semantic::Model& model;
    const Auth& auth;
    std::chrono::milliseconds timeout;
    const Clock& clock;
};

/// Adds /cubejs-api/v1/{meta,load,subscribe,batch,dry-run,explain,sql}, each in the dialect that
/// the request asks for (see request.h), and the probes /livez and /readyz.
void add_cube_routes(http::Router& router, CubeRoutes with);

}  // namespace icelight::server
