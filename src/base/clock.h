#pragma once

#include <chrono>
#include <cstdint>

namespace icelight {

/// Microseconds since 1970-01-01T00:00:00Z.
using TimestampUs = std::int64_t;

using SteadyTime = std::chrono::steady_clock::time_point;

/// When to stop waiting. Always came in with a request or was made from a named bound.
using Deadline = SteadyTime;

/// Time as a dependency: nothing but base/clock.cc asks the machine for it.
///
/// Thread safety: all members may be called from any thread.
class Clock {
public:
    virtual ~Clock() = default;
    Clock() = default;
    Clock(const Clock&) = delete;
    Clock& operator=(const Clock&) = delete;

    virtual TimestampUs now_us() const = 0;  ///< Wall clock.
    virtual SteadyTime steady() const = 0;   ///< Never goes back; for deadlines and durations.
};

/// The machine's clocks. Lives as long as the process.
Clock& system_clock();

/// Deadline `after` from the machine's steady clock.
Deadline deadline_in(std::chrono::milliseconds after);

}  // namespace icelight
