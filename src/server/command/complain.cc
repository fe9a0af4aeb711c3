#include <cstdio>

#include <fmt/format.h>

#include "server/command/commands.h"

namespace icelight::server::command {

int complain(const std::string& why) {
    fmt::print(stderr, "icelight: {}\n", why);
    return kUsageStatus;
}

}  // namespace icelight::server::command
