#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace icelight::app {
class KeyStore;
}

namespace icelight::server {

/// One call to the administration of keys, however it came: over HTTP, or from
/// a command that works on a stopped directory.
struct KeyCall {
    std::string method;             ///< "GET", "POST", "PATCH", "DELETE".
    std::vector<std::string> path;  ///< Below /api: {"sources", "web", "rotate"}.
    std::string body;               ///< A JSON object; "" for none.
};

inline constexpr std::size_t kKeyCallBytesMax = 64 << 10;

/// Runs it and makes the JSON of the answer:
///   GET    sources               {"success":true,"sources":[{…,"keys":[…]}]}
///   POST   sources {"success":true,"source":{…},"write_key":"wk_…"} PATCH
///   sources/ID            {"success":true,"source":{…}} POST sources/ID/rotate
///   {"success":true,"source_id":"…","write_key":"wk_…"} GET    tokens
///   {"success":true,"tokens":[…]} POST   tokens
///   {"success":true,"token":{…},"secret":"tk_…"} DELETE tokens/ID
///   {"success":true}
/// Secrets are in the answer that makes them and nowhere else.
///
/// @error kInvalidArgument  names the member; kNotFound, kAlreadyExists,
/// kTooLarge, and those of
///   app.db. Thread safety: that of KeyStore.
Result<std::string> run_key_call(app::KeyStore& store, const KeyCall& call);

}  // namespace icelight::server
