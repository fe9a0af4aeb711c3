#pragma once

namespace icelight::server {

class Config;

/// Starts the server, prints `ready http://ADDR:PORT` on stdout, waits for SIGTERM or SIGINT and
/// stops in order.
///
/// Called on the main thread before any other thread exists (signals are blocked for all).
/// @return the exit status: 0 after a stop, 1 when it could not start (one line on stderr says
/// why).
int serve(const Config& config);

}  // namespace icelight::server
