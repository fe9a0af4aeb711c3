#include "base/clock.h"

namespace icelight {
namespace {

class SystemClock final : public Clock {
public:
    TimestampUs now_us() const override {
        auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
        return std::chrono::duration_cast<std::chrono::microseconds>(since_epoch).count();
    }

    SteadyTime steady() const override { return std::chrono::steady_clock::now(); }
};

}  // namespace

Clock& system_clock() {
    static SystemClock clock;
    return clock;
}

Deadline deadline_in(std::chrono::milliseconds after) {
    return system_clock().steady() + after;
}

}  // namespace icelight
