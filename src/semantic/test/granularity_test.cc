#include "semantic/granularity.h"

#include <gtest/gtest.h>

namespace icelight::semantic {
namespace {

std::int64_t at(int year, int month, int day, int hour = 0, int minute = 0) {
    return us_from_civil(
        {.year = year, .month = month, .day = day, .hour = hour, .minute = minute});
}

Granularity make(Unit unit, std::int64_t count, std::int64_t origin_us) {
    return {.name = "own", .title = "Own", .unit = unit, .count = count, .origin_us = origin_us};
}

TEST(Granularities, AQuarterOfAnHourBeginsWhereItsOriginDoes) {
    const auto one = make(Unit::kMinute, 15, default_origin_us(Unit::kMinute));
    EXPECT_EQ(one.floor(at(2024, 1, 31, 10, 44)), at(2024, 1, 31, 10, 30));
    EXPECT_EQ(one.next(at(2024, 1, 31, 23, 45)), at(2024, 2, 1));
    const auto shifted = make(Unit::kMinute, 15, at(2024, 1, 1, 0, 5));
    EXPECT_EQ(shifted.floor(at(2023, 12, 31, 23, 52)), at(2023, 12, 31, 23, 50));
}

TEST(Granularities, AFiscalYearBeginsInItsMonth) {
    const auto year = make(Unit::kYear, 1, at(2000, 4, 1));
    EXPECT_EQ(year.floor(at(2024, 3, 31, 23, 59)), at(2023, 4, 1));
    EXPECT_EQ(year.floor(at(2024, 4, 1)), at(2024, 4, 1));
    EXPECT_EQ(year.floor(at(1999, 12, 31)), at(1999, 4, 1));
    EXPECT_EQ(make(Unit::kMonth, 2, at(2000, 1, 1)).floor(at(2024, 4, 30)), at(2024, 3, 1));
    EXPECT_EQ(make(Unit::kWeek, 2, at(2000, 1, 3)).floor(at(2000, 1, 16)), at(2000, 1, 3));
}

TEST(Granularities, TheCalendarsAreFoundByTheirExactName) {
    EXPECT_EQ(find_granularity(calendar_granularities(), "week")->unit, Unit::kWeek);
    EXPECT_EQ(find_granularity(calendar_granularities(), "weeks"), nullptr);
    EXPECT_EQ(find_granularity(calendar_granularities(), "quarter")->floor(at(2024, 6, 30)),
              at(2024, 4, 1));
}

TEST(Granularities, AnIntervalIsAWholeNumberAndAUnit) {
    const auto parsed = parse_interval("15 minutes");
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->count, 15);
    EXPECT_EQ(parsed->unit, Unit::kMinute);
    EXPECT_EQ(parse_interval("1 year")->unit, Unit::kYear);
    for (const char* bad : {"", "15", "minutes", "0 days", "-1 day", "1.5 days", "1day", "2 moons"})
        EXPECT_FALSE(parse_interval(bad)) << bad;
}

}  // namespace
}  // namespace icelight::semantic
