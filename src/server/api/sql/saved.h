#pragma once

namespace icelight {
class WorkerPool;
}

namespace icelight::app {
class SavedQueries;
}

namespace icelight::http {
class Router;
}

namespace icelight::server {

class Auth;

/// What the routes work with; all of it outlives the router.
struct SavedRoutes {
    app::SavedQueries& store;
    const Auth& auth;
    WorkerPool& pool;  ///< One thread, the store's: "app".
};

/// Adds GET and POST /api/queries/saved, GET, PUT and DELETE /api/queries/saved/{id}. Whoever may
/// query keeps queries of his own; shared ones are seen by all of them; an administrator sees and
/// changes every one.
void add_saved_routes(http::Router& router, SavedRoutes with);

}  // namespace icelight::server
