#pragma once

#include <atomic>

#include "base/clock.h"

namespace icelight::testing {

/// A clock that moves only when told to. Both clocks move together.
class FakeClock final : public Clock {
public:
    explicit FakeClock(TimestampUs now_us = 1'700'000'000'000'000) : now_us_(now_us) {}

    TimestampUs now_us() const override { return now_us_.load(); }

    SteadyTime steady() const override {
        return SteadyTime(std::chrono::microseconds(now_us_.load()));
    }

    void advance(std::chrono::microseconds by) { now_us_ += by.count(); }

    void set(TimestampUs now_us) { now_us_ = now_us; }

private:
    std::atomic<TimestampUs> now_us_;
};

}  // namespace icelight::testing
