#pragma once

#include <string>
#include <vector>

namespace icelight::server::command {

/// `icelight replay`: has a server run rejected events through today's rules, and prints what
/// became of them. Without --limit it goes on until none is left.
/// @return the exit status: 1 when the server refuses or cannot be reached; 2 for a wrong line.
int run_replay(const std::vector<std::string>& arguments);

}  // namespace icelight::server::command
