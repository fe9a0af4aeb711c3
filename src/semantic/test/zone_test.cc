#include "semantic/zone.h"

#include <gtest/gtest.h>

#include "semantic/civil.h"

namespace icelight::semantic {
namespace {

TEST(Zone, OnlyNamesOfTheDatabaseAreZones) {
    for (const char* name : {"UTC", "Europe/Berlin", "America/Argentina/Ushuaia", "Etc/GMT+5"})
        EXPECT_TRUE(Zone::find(name)) << name;
    for (const char* name : {"",
                             "Europe/Nowhere",
                             "../../etc/passwd",
                             "/usr/share/zoneinfo/UTC",
                             "file:/etc/passwd",
                             "libc:localtime",
                             "localtime",
                             "Fixed/UTC+01:00:00",
                             "posix/Europe/Berlin",
                             "Europe/Berlin'; SELECT 1",
                             "Europe/Berlin\n",
                             "+02:00"})
        EXPECT_FALSE(Zone::find(name)) << name;
}

TEST(Zone, ASkippedTimeIsTheFirstInstantAfterIt) {
    const auto berlin = Zone::find("Europe/Berlin");
    const auto instant = berlin->to_instant(
        us_from_civil({.year = 2024, .month = 3, .day = 31, .hour = 2, .minute = 30}),
        Zone::Repeated::kEarlier);
    EXPECT_TRUE(instant.was_skipped);
    EXPECT_EQ(iso_ms(instant.time_us), "2024-03-31T01:00:00.000");
}

TEST(Zone, ARepeatedTimeHasTwoInstants) {
    const auto berlin = Zone::find("Europe/Berlin");
    const auto local = us_from_civil(
        {.year = 2024, .month = 10, .day = 27, .hour = 2, .minute = 30, .microsecond = 7});
    const auto earlier = berlin->to_instant(local, Zone::Repeated::kEarlier);
    const auto later = berlin->to_instant(local, Zone::Repeated::kLater);
    EXPECT_EQ(iso_ms(earlier.time_us), "2024-10-27T00:30:00.000");
    EXPECT_EQ(later.time_us - earlier.time_us, kUsPerHour);
    EXPECT_EQ(berlin->to_local(earlier.time_us), local);
    EXPECT_EQ(berlin->to_local(later.time_us), local);
}

}  // namespace
}  // namespace icelight::semantic
