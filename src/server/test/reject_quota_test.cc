#include "server/reject_quota.h"

#include <gtest/gtest.h>

#include "base/testing/fake_clock.h"

namespace icelight::server {
namespace {

TEST(RejectQuota, KeepsAThousandAMinuteForEachSource) {
    testing::FakeClock clock;
    RejectQuota quota(clock);
    for (std::size_t i = 0; i < RejectQuota::kCountMax; ++i)
        EXPECT_TRUE(quota.take("a", 10));
    EXPECT_FALSE(quota.take("a", 10));
    EXPECT_TRUE(quota.take("b", 10));
    clock.advance(std::chrono::seconds(59));
    EXPECT_FALSE(quota.take("a", 10));
    clock.advance(std::chrono::seconds(1));
    EXPECT_TRUE(quota.take("a", 10));
}

TEST(RejectQuota, KeepsTenMebibytesAMinute) {
    testing::FakeClock clock;
    RejectQuota quota(clock);
    EXPECT_TRUE(quota.take("a", 6u << 20));
    EXPECT_FALSE(quota.take("a", 6u << 20));
    EXPECT_TRUE(quota.take("a", 4u << 20));
}

}  // namespace
}  // namespace icelight::server
