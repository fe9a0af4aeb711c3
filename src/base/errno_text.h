#pragma once

#include <string>
#include <system_error>

namespace icelight {

/// What an errno says, as strerror() has it; safe on every thread.
inline std::string errno_text(int code) {
    return std::generic_category().message(code);
}

}  // namespace icelight
