#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "server/command/server_client.h"

namespace CLI {  // NOLINT(readability-identifier-naming): CLI11's
class App;
}

/// How a command line is read and names a server, the same for every command that talks to one.
namespace icelight::server::command {

/// "NAME=value" entries, as the process has them.
using Environment = std::vector<std::string>;

Environment environment_of_process();

struct TargetOptions {
    std::string url;    ///< Empty: the server that holds the data directory.
    std::string data;   ///< Empty: ICELIGHT_SERVER_DATA, else ./data.
    std::string token;  ///< Empty: ICELIGHT_TOKEN, ICELIGHT_AUTH_API_TOKEN, API_TOKEN, else none.
};

/// Reads the arguments after the command's name into what `app` was told of.
/// @return the exit status when the command ends here: help was asked for (0), or the line is wrong
///         (kUsageStatus); what is to be said was printed.
std::optional<int> parse_line(CLI::App& app, const std::vector<std::string>& arguments);

/// --data, --server and --token.
void add_target_options(CLI::App& app, TargetOptions& options);

/// Fills in what the line left out.
TargetOptions complete(TargetOptions given, const Environment& environment);

/// Of complete options: the server to talk to.
/// @error kInvalidArgument  a wrong URL. kNotFound: no server has that directory; what to do.
Result<Target> find_target(const TargetOptions& options);

}  // namespace icelight::server::command
