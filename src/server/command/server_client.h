#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

/// What commands of the program use to talk to a running server. They block and own their thread.
namespace icelight::server::command {

/// Where the server is and who asks.
struct Target {
    std::string host;  ///< Without brackets.
    std::string port;
    std::string token;  ///< Empty: none.
    /// How the command is given a token, for the message of a refusal.
    std::string_view token_source = "--token or in ICELIGHT_TOKEN";
};

/// @param url  "http://127.0.0.1:8787", "http://[::1]:8787". An address that stands for all of a
///   machine's is called as this machine.
/// @error kInvalidArgument  not such a URL.
Result<Target> parse_target(const std::string& url, std::string token);

struct Call {
    std::string method;
    std::string path;  ///< With its query.
    std::vector<std::pair<std::string, std::string>> headers = {};
    std::string body = {};  ///< JSON; empty: none.
    /// How long the server may be silent; 0: for ever, as a stream may.
    std::chrono::seconds silence_max = std::chrono::seconds(30);
    std::size_t answer_bytes_max = 8 << 20;  ///< For ask_server().
    /// Told the answer's status before its body comes; may be empty.
    std::function<void(int)> take_status = {};
};

/// Takes the answer's body as it comes. False: enough, end the connection.
using TakeBody = std::function<bool(std::string_view)>;

/// @return the answer's status. Ends when the body does.
/// @error kUnavailable  nobody answers there, it was silent too long, or the connection broke.
Result<int> call_server(const Target& target, const Call& call, const TakeBody& take);

/// The body of a 200.
/// @error those of call_server(); what the server refused, as refusal_of() has it.
Result<std::string> ask_server(const Target& target, const Call& call);

/// GET /api/fsck: the report's JSON. Blocks as long as the server works, at most ten minutes.
/// @error as ask_server().
Result<std::string> fetch_fsck_report(const Target& target);

/// An answer that is no 200, in the server's words, and what to do about a missing token.
Error refusal_of(const Target& target, int status, const std::string& body);

}  // namespace icelight::server::command
