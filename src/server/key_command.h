#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "server/command/target_options.h"

namespace icelight::server {

/// What a command says: `out` for programs, `note` for people.
struct CommandOutput {
    std::string out;
    std::string note;
};

inline constexpr char kKeyCommandUsage[] =
    "  source add NAME [--id ID] [--origin URL]… [--events-per-second N]\n"
    "             [--ip-policy keep|truncate|hash|remove]\n"
    "  source list | rotate ID [--grace 24h] | disable ID | enable ID\n"
    "  token add NAME [--role read|admin|catalog] [--scope "
    "NAMESPACE:read|write]…\n"
    "             [--max-rows N] [--max-scanned-bytes N] [--max-reply-bytes N]\n"
    "             [--max-memory-bytes N] [--max-time-ms N] [--max-queries N]\n"
    "  token list | revoke NAME\n"
    "             each with --data DIR, or --server URL and --token TOKEN\n";

/// Runs `icelight source …` or `icelight token …`: on the server that holds the data directory, or
/// on the directory itself when no server runs.
///
/// @error kInvalidArgument  the command line is wrong; others as key_admin.h and
///   command/server_client.h.
Result<CommandOutput> run_key_command(std::string_view noun,
                                      const std::vector<std::string>& arguments,
                                      const command::Environment& environment);

}  // namespace icelight::server
