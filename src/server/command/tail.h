#pragma once

#include <string>
#include <vector>

namespace icelight::server::command {

struct StreamMessage;

/// `icelight tail`: prints what a server's /api/live says, and goes on after the server restarted.
/// @return the exit status: 0 when --count messages came; 1 when nobody answers or the server
///   refuses; 2 for a wrong command line.
int run_tail(const std::vector<std::string>& arguments);

/// One line for people: time, kind, offset and what names the event.
std::string describe_message(const StreamMessage& message);

}  // namespace icelight::server::command
