#include "base/clock.h"

#include <gtest/gtest.h>

#include "base/testing/fake_clock.h"

namespace icelight {
namespace {

using namespace std::chrono_literals;

TEST(SystemClock, TellsMicrosecondsOfThisCentury) {
    EXPECT_GT(system_clock().now_us(), 1'600'000'000'000'000);
    EXPECT_LT(system_clock().now_us(), 4'200'000'000'000'000);
}

TEST(DeadlineIn, LiesAhead) {
    EXPECT_GT(deadline_in(1min), system_clock().steady() + 59s);
}

TEST(FakeClock, MovesBothClocksOnlyWhenTold) {
    testing::FakeClock clock(1'000'000);
    const auto before = clock.steady();
    EXPECT_EQ(clock.now_us(), 1'000'000);
    clock.advance(5ms);
    EXPECT_EQ(clock.now_us(), 1'005'000);
    EXPECT_EQ(clock.steady() - before, 5ms);
}

}  // namespace
}  // namespace icelight
