#include <cstdio>

#include <fmt/format.h>

#include "server/commands/commands.h"

namespace icelight::server {

int complain(const std::string& why) {
    fmt::print(stderr, "icelight: {}\n", why);
    return kUsageStatus;
}

}  // namespace icelight::server
