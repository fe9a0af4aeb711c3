#include "base/check.h"

#include <unistd.h>

#include <cstdlib>
#include <string>

namespace icelight {

void die(std::string_view file, int line, std::string_view condition, std::string_view why) {
    std::string text = "check failed: ";
    text.append(condition).append(" (").append(why).append(") at ").append(file);
    text.append(":").append(std::to_string(line)).append("\n");
    [[maybe_unused]] auto ignored = ::write(STDERR_FILENO, text.data(), text.size());
    std::abort();
}

}  // namespace icelight
