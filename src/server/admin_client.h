#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "server/key_admin.h"

namespace icelight::server {

/// A running server, as the commands reach it.
struct AdminTarget {
    std::string url;    ///< "http://127.0.0.1:8787".
    std::string token;  ///< An administrator's; "" where a local caller needs none.
    /// How the command is given a token; for the message of a refusal.
    std::string_view token_source = "--token or in ICELIGHT_TOKEN";
};

/// Runs `call` on the server and returns the JSON of its answer. Blocks, at
/// most about 30 s.
///
/// @error kUnavailable  nobody answers there; others: what the server refused,
/// in its words.
Result<std::string> send_key_call(const AdminTarget& target, const KeyCall& call);

/// GET /api/fsck: the report's JSON. Blocks as long as the server works, at most ten minutes.
///
/// @error as send_key_call.
Result<std::string> fetch_fsck_report(const AdminTarget& target);

}  // namespace icelight::server
