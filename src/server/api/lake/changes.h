#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/result.h"

namespace icelight {
class WorkerPool;
}

namespace icelight::http {
class Router;
}

namespace icelight::query {
class Service;
}

namespace icelight::wal {
class Log;
}

namespace icelight::server {

class Auth;

/// What incremental reads work with; all of it outlives the router.
struct ChangeRoutes {
    query::Service& service;
    const wal::Log& log;
    const Auth& auth;
    WorkerPool& pool;    ///< Cuts replies into lines.
    std::string events;  ///< The table's quoted SQL name.
    std::chrono::milliseconds timeout;
};

/// Adds GET /api/changes?after=<offset>&limit=<offsets>: the events behind that offset in the order
/// of the log, one JSON object a line, durable ones that no flush has carried yet included.
///
/// A page covers `limit` offsets (1 to 10,000, default 1,000), not rows: rejected events have
/// offsets too. The header X-Lake-Next is the `after` of the next page, X-Lake-More says whether
/// there is more by now. A reader that broke off goes on behind the last _log_offset it has. Rows
/// of foreign writers have no offset and are not among them.
void add_change_routes(http::Router& router, ChangeRoutes with);

/// The rows of a JSON reply of the query service, one a line.
/// @error kCorruption  it is no such reply.
Result<std::string> reply_lines(std::string_view reply);

}  // namespace icelight::server
