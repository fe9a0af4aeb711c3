#pragma once

namespace icelight {
class WorkerPool;
}

namespace icelight::app {
class KeyStore;
}

namespace icelight::http {
class Router;
}

namespace icelight::server {

class Auth;

/// What the administration of keys works with; all of it outlives the router.
struct KeyRoutes {
    app::KeyStore& store;
    const Auth& auth;
    WorkerPool& pool;  ///< One thread, the store's: "app".
};

/// Adds /api/sources and /api/tokens (key_admin.h says what they answer): for
/// administrators, not for pages of another origin; what changes something
/// takes application/json only.
void add_key_routes(http::Router& router, KeyRoutes with);

}  // namespace icelight::server
