#include "query/reply/iso_time.h"

#include <limits>

#include <gtest/gtest.h>

namespace icelight::query {
namespace {

using engine::Type;

std::string timestamp(std::int64_t value, Type unit = Type::kTimestampTz) {
    std::string out;
    append_iso_timestamp(value, unit, out);
    return out;
}

std::string date(std::int32_t days) {
    std::string out;
    append_iso_date(days, out);
    return out;
}

TEST(IsoTimestamp, FractionHasAsManyThousandsAsItNeeds) {
    EXPECT_EQ(timestamp(0), "1970-01-01T00:00:00.000Z");
    EXPECT_EQ(timestamp(1'000), "1970-01-01T00:00:00.001Z");
    EXPECT_EQ(timestamp(1), "1970-01-01T00:00:00.000001Z");
    EXPECT_EQ(timestamp(1, Type::kTimestampNs), "1970-01-01T00:00:00.000000001");
    EXPECT_EQ(timestamp(1, Type::kTimestampMs), "1970-01-01T00:00:00.001");
    EXPECT_EQ(timestamp(1, Type::kTimestampS), "1970-01-01T00:00:01.000");
}

TEST(IsoTimestamp, GoesBackBefore1970) {
    EXPECT_EQ(timestamp(-1), "1969-12-31T23:59:59.999999Z");
    EXPECT_EQ(timestamp(-1, Type::kTimestampS), "1969-12-31T23:59:59.000");
}

TEST(IsoTimestamp, InfinitiesHaveNames) {
    EXPECT_EQ(timestamp(std::numeric_limits<std::int64_t>::max()), "infinity");
    EXPECT_EQ(timestamp(-std::numeric_limits<std::int64_t>::max()), "-infinity");
}

TEST(IsoDate, KnowsLeapYears) {
    EXPECT_EQ(date(11'016), "2000-02-29");
    EXPECT_EQ(date(11'017), "2000-03-01");
    EXPECT_EQ(date(-25'509), "1900-02-28");
    EXPECT_EQ(date(-25'508), "1900-03-01");
    EXPECT_EQ(date(-719'162), "0001-01-01");
    EXPECT_EQ(date(2'932'896), "9999-12-31");
    EXPECT_EQ(date(2'932'897), "10000-01-01");
    EXPECT_EQ(date(-719'528), "0000-01-01");
    EXPECT_EQ(date(-719'529), "-0001-12-31");
}

TEST(IsoDate, EveryDayFollowsTheOneBefore) {
    for (std::int32_t day = -719'000; day < 800'000; day += 37) {
        const std::string today = date(day);
        const std::string tomorrow = date(day + 1);
        // Either the day of the month grows by one, or a month begins.
        const int from = std::stoi(today.substr(today.rfind('-') + 1));
        const int to = std::stoi(tomorrow.substr(tomorrow.rfind('-') + 1));
        ASSERT_TRUE(to == from + 1 || (to == 1 && from >= 28)) << today << " " << tomorrow;
    }
}

}  // namespace
}  // namespace icelight::query
