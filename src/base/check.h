#pragma once

#include <string_view>

namespace icelight {

/// Writes "check failed" with place and reason to stderr and aborts. Thread safe.
[[noreturn]] void die(std::string_view file,
                      int line,
                      std::string_view condition,
                      std::string_view why);

}  // namespace icelight

/// Our own promise, checked in every build: a broken one aborts the process.
#define ICE_CHECK(condition, why)                                   \
    do {                                                            \
        if (!(condition)) [[unlikely]] {                            \
            ::icelight::die(__FILE__, __LINE__, #condition, (why)); \
        }                                                           \
    } while (false)

/// The same in dev and sanitizer builds only.
#ifdef ICELIGHT_DCHECKS
#define ICE_DCHECK(condition, why) ICE_CHECK(condition, why)
#else
#define ICE_DCHECK(condition, why) \
    do {                           \
    } while (false)
#endif
