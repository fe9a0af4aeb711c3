#include "semantic/dates/absolute_date.h"

#include <gtest/gtest.h>

#include "semantic/civil.h"

namespace icelight::semantic {
namespace {

TEST(AbsoluteDate, AllSpellingsOfOneTimeAreThatTime) {
    const auto time = us_from_civil({.year = 2024, .month = 1, .day = 31, .hour = 9, .minute = 5});
    for (const char* text : {"2024-01-31T09:05",
                             "2024-01-31 09:05:00",
                             "2024-01-31T09:05:00.000",
                             "2024-01-31T09:05:00Z",
                             "2024-01-31T11:35:00+02:30",
                             "2024-01-31T09:05:00.000000-0000"}) {
        const auto date = parse_absolute_date(text);
        ASSERT_TRUE(date) << text;
        EXPECT_EQ(date->time_us, time) << text;
        EXPECT_TRUE(date->has_time);
    }
}

TEST(AbsoluteDate, FractionsKeepMicrosecondsAndSayThatTheyHadThem) {
    EXPECT_EQ(parse_absolute_date("1970-01-01T00:00:00.0000019")->time_us, 1);
    EXPECT_TRUE(parse_absolute_date("1970-01-01T00:00:00.0001")->has_micros);
    EXPECT_FALSE(parse_absolute_date("1970-01-01T00:00:00.001")->has_micros);
    EXPECT_FALSE(parse_absolute_date("1970-01-01")->has_time);
    EXPECT_TRUE(parse_absolute_date("1970-01-01T00:00Z")->is_instant);
}

TEST(AbsoluteDate, RestsAfterTheDateAreRefused) {
    for (const char* text : {"2024-01-31T",
                             "2024-01-31T09",
                             "2024-01-31T09:05:",
                             "2024-01-31x",
                             "2024-01-31T09:05:00.",
                             "2024-01-31T09:05+",
                             "2024-01-31T09:05Zx",
                             "2023-02-29",
                             "20240131"})
        EXPECT_FALSE(parse_absolute_date(text)) << text;
}

}  // namespace
}  // namespace icelight::semantic
