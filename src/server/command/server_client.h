#pragma once

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
    std::string host;
    std::string port;
    std::string token;  ///< Empty: none.
};

/// @param url   "http://127.0.0.1:8787"; empty: the server that holds the data directory `data`.
/// @error kInvalidArgument  not such a URL. kNotFound: no server has that directory; what to do.
Result<Target> find_target(const std::string& url, const std::string& data, std::string token);

struct Call {
    std::string method;
    std::string path;  ///< With its query.
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;  ///< JSON; empty: none.
};

/// Takes the answer's body as it comes. False: enough, end the connection.
using TakeBody = std::function<bool(std::string_view)>;

/// Told the answer's status before its body comes.
using TakeStatus = std::function<void(int)>;

/// @return the answer's status. Ends when the body does.
/// @error kUnavailable  nobody answers there, or the connection broke.
Result<int> call_server(const Target& target,
                        const Call& call,
                        const TakeBody& take,
                        const TakeStatus& take_status = {});

}  // namespace icelight::server::command
