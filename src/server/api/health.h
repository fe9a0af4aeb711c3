#pragma once

namespace icelight {
class Clock;
}

namespace icelight::http {
class Router;
}

namespace icelight::lake {
class Flusher;
}

namespace icelight::query {
class Service;
}

namespace icelight::wal {
class Log;
}

namespace icelight::server {

/// What the state of the server is read from; all of it outlives the router.
struct HealthRoutes {
    const wal::Log& log;
    const lake::Flusher& flusher;
    const query::Service& query;
    const Clock& clock;
};

/// Adds GET /health (200 {"status":"ok",…}, 503 while events cannot be stored), GET /metrics
/// (Prometheus text) and GET / (what this is). Nobody needs a key for them: they tell no events.
void add_health_routes(http::Router& router, HealthRoutes with);

}  // namespace icelight::server
