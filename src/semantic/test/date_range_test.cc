#include "semantic/date_range.h"

#include <gtest/gtest.h>

#include "semantic/civil.h"

namespace icelight::semantic {
namespace {

std::string bounds(const std::optional<DateRange>& range) {
    if (!range) return "none";
    return iso_ms(range->start_us) + " " + iso_ms(range->end_us);
}

TEST(DateRange, ADayIsWholeToItsLastMicrosecond) {
    const auto zone = Zone::utc();
    const DateContext context{0, &zone, DateGrammar::kDrizzle};
    EXPECT_EQ(bounds(parse_date_range("2024-01-31", context)),
              "2024-01-31T00:00:00.000 2024-02-01T00:00:00.000");
    EXPECT_EQ(bounds(parse_date_pair("2024-01-01", "2024-01-31", context)),
              "2024-01-01T00:00:00.000 2024-02-01T00:00:00.000");
    EXPECT_EQ(
        bounds(parse_date_pair("2024-01-01T00:00:00.000", "2024-01-31T23:59:59.999", context)),
        "2024-01-01T00:00:00.000 2024-02-01T00:00:00.000");
    EXPECT_EQ(bounds(parse_date_pair("2024-02-01", "2024-01-01", context)), "none");
    EXPECT_EQ(bounds(parse_date_pair("last week", "today", context)), "none");
}

TEST(DateRange, ADayOfAZoneHasAsManyHoursAsItsClocksShow) {
    const auto berlin = Zone::find("Europe/Berlin");
    const DateContext context{0, &*berlin, DateGrammar::kCube};
    const auto spring = parse_date_range("2024-03-31", context);
    EXPECT_EQ(spring->end_us - spring->start_us, 23 * kUsPerHour);
    const auto autumn = parse_date_range("2024-10-27", context);
    EXPECT_EQ(autumn->end_us - autumn->start_us, 25 * kUsPerHour);
    EXPECT_EQ(range_end_text(*autumn), "2024-10-27T23:59:59.999");
}

TEST(DateRange, BoundsAtAChangeOfClocksTakeTheWiderSide) {
    const auto berlin = Zone::find("Europe/Berlin");
    const DateContext context{0, &*berlin, DateGrammar::kCube};
    // 02:30 was skipped in March and came twice in October.
    EXPECT_EQ(bounds(parse_date_pair("2024-03-31T02:30", "2024-03-31T02:45", context)),
              "2024-03-31T01:00:00.000 2024-03-31T01:00:00.000");
    EXPECT_EQ(bounds(parse_date_pair("2024-10-27T02:30", "2024-10-27T02:30", context)),
              "2024-10-27T00:30:00.000 2024-10-27T01:30:00.001");
    // In Havana the clock goes from 01:00 back to 00:00: the day before ends at the first midnight.
    const auto havana = Zone::find("America/Havana");
    const DateContext there{0, &*havana, DateGrammar::kCube};
    EXPECT_EQ(bounds(parse_date_range("2024-11-02", there)),
              "2024-11-02T04:00:00.000 2024-11-03T04:00:00.000");
}

TEST(DateRange, AnOffsetIsAnInstant) {
    const auto berlin = Zone::find("Europe/Berlin");
    const DateContext context{0, &*berlin, DateGrammar::kCube};
    EXPECT_EQ(bounds(parse_date_pair(
                  "2024-01-01T00:00:00Z", "2024-01-01T02:00:00.000500+01:00", context)),
              "2024-01-01T00:00:00.000 2024-01-01T01:00:00.000");
}

}  // namespace
}  // namespace icelight::semantic
