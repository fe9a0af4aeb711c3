#include "semantic/path/duration.h"

#include <gtest/gtest.h>

#include "semantic/civil.h"

namespace icelight::semantic {
namespace {

TEST(Duration, PartsOfFixedLengthAreAddedUp) {
    EXPECT_EQ(parse_duration_us("P7D"), 7 * kUsPerDay);
    EXPECT_EQ(parse_duration_us("P1W"), 7 * kUsPerDay);
    EXPECT_EQ(parse_duration_us("P1DT2H3M4S"),
              kUsPerDay + 2 * kUsPerHour + 3 * kUsPerMinute + 4 * kUsPerSecond);
    EXPECT_EQ(parse_duration_us("PT0.5S"), kUsPerSecond / 2);
    EXPECT_EQ(parse_duration_us("PT0,000001S"), 1);
    EXPECT_EQ(parse_duration_us("P1.5D"), 36 * kUsPerHour);
    EXPECT_EQ(parse_duration_us("PT0S"), 0);
}

TEST(Duration, WhatIsNotExactlyOneIsNone) {
    for (const char* text : {"",
                             "P",
                             "PT",
                             "7D",
                             "P7",
                             "P7X",
                             "P1M",
                             "P1Y",
                             "P1DT",
                             "PT1D",
                             "P1H",
                             "PT1S1H",
                             "P1D1D",
                             "P-1D",
                             "p1d",
                             "P1D ",
                             " P1D",
                             "PT.5S",
                             "PT1.S",
                             "PT1.0000001S",
                             "P1DT1HT1M",
                             "P99999999D",
                             "P99999999999999999999D",
                             "P1D;DROP"}) {
        EXPECT_FALSE(parse_duration_us(text)) << text;
    }
}

}  // namespace
}  // namespace icelight::semantic
