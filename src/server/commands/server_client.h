#pragma once

#include <string>

#include "base/result.h"

namespace icelight::server {

/// GET `address` + `path` from a server on this machine; waits as long as the server works, up to
/// ten minutes between two pieces of the answer.
///
/// @param address  "http://127.0.0.1:8787", as in LOCK.
/// @param token    Bearer token; empty: none.
/// @return the body of a 200.
/// @error kUnavailable  it cannot be reached; kInvalidArgument  it answered another status: the
///   message has its body.
Result<std::string> ask_server(const std::string& address,
                               const std::string& path,
                               const std::string& token);

}  // namespace icelight::server
