#include "server/rate_limits.h"

#include <string>

#include <gtest/gtest.h>

#include "base/testing/fake_clock.h"

namespace icelight::server {
namespace {

using icelight::testing::FakeClock;
using std::chrono::milliseconds;

constexpr Rate kRate{.per_second = 10, .burst = 5};

class TokenBucketsTest : public ::testing::Test {
protected:
    int count_taken(const std::string& name, int tries, const Rate& rate = kRate) {
        int taken = 0;
        for (int i = 0; i < tries; ++i)
            taken += buckets_.take(name, rate, clock_.steady()) == 0 ? 1 : 0;
        return taken;
    }

    FakeClock clock_;
    TokenBuckets buckets_{1024};
};

TEST_F(TokenBucketsTest, GivesABurstAndThenTheRate) {
    EXPECT_EQ(count_taken("a", 20), 5);
    EXPECT_NEAR(buckets_.take("a", kRate, clock_.steady()), 0.1, 1e-6);
    clock_.advance(milliseconds(301));
    EXPECT_EQ(count_taken("a", 20), 3);
    clock_.advance(milliseconds(60'000));
    EXPECT_EQ(count_taken("a", 20), 5) << "no more than the burst is saved up";
}

TEST_F(TokenBucketsTest, NamesDoNotShare) {
    EXPECT_EQ(count_taken("a", 20), 5);
    EXPECT_EQ(count_taken("b", 20), 5);
}

TEST_F(TokenBucketsTest, NoRateIsNoLimit) {
    EXPECT_EQ(count_taken("a", 1000, {}), 1000);
}

TEST_F(TokenBucketsTest, WhatIsChargedIsOwedUpToABound) {
    EXPECT_EQ(count_taken("a", 1), 1);
    buckets_.charge("a", 104, kRate, clock_.steady());
    EXPECT_NEAR(buckets_.wait_of("a", kRate, clock_.steady()), 10.1, 1e-6);
    EXPECT_EQ(count_taken("a", 1), 0);
    clock_.advance(milliseconds(10'101));
    EXPECT_EQ(count_taken("a", 20), 1);
    buckets_.charge("a", 1e12, kRate, clock_.steady());
    EXPECT_NEAR(buckets_.wait_of("a", kRate, clock_.steady()), TokenBuckets::kDebtMaxSeconds, 1e-6);
}

TEST_F(TokenBucketsTest, LookingTakesNothing) {
    for (int i = 0; i < 20; ++i)
        EXPECT_EQ(buckets_.wait_of("a", kRate, clock_.steady()), 0);
    EXPECT_EQ(count_taken("a", 20), 5);
}

TEST_F(TokenBucketsTest, ManyNamesTakeNoMoreRoomAndTheEmptiestBucketStays) {
    // Ten times more names than places, each once; one name that owes a lot is
    // still known.
    buckets_.charge("hammer", 1000, kRate, clock_.steady());
    for (int i = 0; i < 10'000; ++i)
        buckets_.take("n" + std::to_string(i), kRate, clock_.steady());
    EXPECT_GT(buckets_.wait_of("hammer", kRate, clock_.steady()), 90);
}

}  // namespace
}  // namespace icelight::server
