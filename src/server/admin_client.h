#pragma once

#include <string>

#include "base/result.h"
#include "server/key_admin.h"

namespace icelight::server {

/// A running server, as the commands reach it.
struct AdminTarget {
    std::string url;    ///< "http://127.0.0.1:8787".
    std::string token;  ///< An administrator's; "" where a local caller needs none.
};

/// Runs `call` on the server and returns the JSON of its answer. Blocks, at
/// most about 30 s.
///
/// @error kUnavailable  nobody answers there; others: what the server refused,
/// in its words.
Result<std::string> send_key_call(const AdminTarget& target, const KeyCall& call);

}  // namespace icelight::server
