#include "semantic/civil.h"

#include <gtest/gtest.h>

namespace icelight::semantic {
namespace {

std::int64_t day(int year, int month, int day) {
    return us_from_civil({.year = year, .month = month, .day = day});
}

TEST(Civil, ATimeAndItsPartsAreTheSame) {
    const std::int64_t time =
        us_from_civil({.year = 2024, .month = 2, .day = 29, .hour = 23, .microsecond = 7});
    EXPECT_EQ(iso_ms(time + 5'000), "2024-02-29T23:00:00.005");
    EXPECT_EQ(us_from_civil(civil_from_us(time)), time);
    EXPECT_EQ(iso_ms(-1), "1969-12-31T23:59:59.999");
    EXPECT_EQ(iso_date(-1), "1969-12-31");
}

TEST(Civil, WeeksStartOnMonday) {
    EXPECT_EQ(weekday(day(2024, 1, 1)), 0);
    EXPECT_EQ(weekday(day(2024, 3, 31)), 6);
    EXPECT_EQ(weekday(day(1969, 12, 31)), 2);
    EXPECT_EQ(floor_to(day(2024, 3, 31) + 5, Unit::kWeek), day(2024, 3, 25));
    EXPECT_EQ(floor_to(day(2024, 1, 1), Unit::kWeek), day(2024, 1, 1));
}

TEST(Civil, UnitsBeginWhereTheirNameSays) {
    const std::int64_t time = day(2024, 5, 17) + 13 * kUsPerHour + 45 * kUsPerMinute + 59;
    EXPECT_EQ(iso_ms(floor_to(time, Unit::kMinute)), "2024-05-17T13:45:00.000");
    EXPECT_EQ(iso_ms(floor_to(time, Unit::kHour)), "2024-05-17T13:00:00.000");
    EXPECT_EQ(floor_to(time, Unit::kMonth), day(2024, 5, 1));
    EXPECT_EQ(floor_to(time, Unit::kQuarter), day(2024, 4, 1));
    EXPECT_EQ(floor_to(time, Unit::kYear), day(2024, 1, 1));
    EXPECT_EQ(floor_to(-1, Unit::kDay), day(1969, 12, 31));
}

TEST(Civil, MonthsAreAddedWithinTheCalendar) {
    EXPECT_EQ(add_units(day(2024, 3, 31), Unit::kMonth, -1), day(2024, 2, 29));
    EXPECT_EQ(add_units(day(2024, 1, 31), Unit::kMonth, -1), day(2023, 12, 31));
    EXPECT_EQ(add_units(day(2024, 2, 29), Unit::kYear, 1), day(2025, 2, 28));
    EXPECT_EQ(add_units(day(2024, 11, 1), Unit::kQuarter, 1), day(2025, 2, 1));
    EXPECT_EQ(add_units(day(2024, 2, 28), Unit::kDay, 2), day(2024, 3, 1));
}

TEST(Civil, UnitsAreFoundSingularAndPlural) {
    EXPECT_EQ(find_unit("days"), Unit::kDay);
    EXPECT_EQ(find_unit("quarter"), Unit::kQuarter);
    EXPECT_EQ(find_unit("fortnight"), std::nullopt);
    EXPECT_EQ(unit_name(Unit::kWeek), "week");
}

}  // namespace
}  // namespace icelight::semantic
