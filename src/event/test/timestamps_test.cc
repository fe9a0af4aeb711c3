#include "event/timestamps.h"

#include <gtest/gtest.h>

namespace icelight::event {
namespace {

struct Case {
    std::string_view text;
    std::optional<TimestampUs> us;
};

constexpr TimestampUs kNewYear2026 = 1'767'225'600'000'000;

TEST(FindTimestamp, ReadsIsoTimesLeniently) {
    const Case cases[] = {
        {"2026-01-01T00:00:00Z", kNewYear2026},
        {"2026-01-01T00:00:00.000Z", kNewYear2026},
        {"2026-01-01T00:00:00+00:00", kNewYear2026},
        {"2026-01-01T00:00:00-00:00", kNewYear2026},
        {"2026-01-01T01:30:00+01:30", kNewYear2026},
        {"2026-01-01T0130:00+0130", std::nullopt},
        {"2025-12-31T16:00:00-0800", kNewYear2026},
        {"2025-12-31T16:00:00-08", kNewYear2026},
        {"2026-01-01", kNewYear2026},
        {"2026-01-01 00:00:00", kNewYear2026},
        {"2026-01-01t00:00:00z", kNewYear2026},
        {"2026-01-01T00:00", kNewYear2026},
        {" 2026-01-01T00:00:00Z\n", kNewYear2026},
        {"20260101", kNewYear2026},
        {"20260101T000000Z", kNewYear2026},
        {"20260101T0000", kNewYear2026},
        {"2025-12-31T24:00:00Z", kNewYear2026},
        {"2025-12-31T23:59:60Z", kNewYear2026},
        {"2026-01-01T00:00:00.123456789Z", kNewYear2026 + 123'456},
        {"2026-01-01T00:00:00.999999999Z", kNewYear2026 + 999'999},
        {"2026-01-01T00:00:00,5Z", kNewYear2026 + 500'000},
        {"2026-01-01 00:00:00.5 +00:00", kNewYear2026 + 500'000},
        {"2025-12-31T23:59:60.000Z", kNewYear2026},
        {"2026-01-01T00:00:00.123Z", kNewYear2026 + 123'000},
        {"2026-01-02T03:04:05.678Z", kNewYear2026 + 97'445'678'000},
        {"0001-01-01T00:00:00.000Z", kTimestampMin},
        {"9999-12-31T23:59:59.999Z", kTimestampMax - 999},
        {"2024-02-29T00:00:00Z", 1'709'164'800'000'000},
        {"2000-02-29", 951'782'400'000'000},
        {"1969-12-31T23:59:59.999999Z", -1},
        {"0001-01-01", kTimestampMin},
        {"9999-12-31T23:59:59.999999Z", kTimestampMax},
        {"1767225600", kNewYear2026},
        {"1767225600000", kNewYear2026},
        {"1767225600000000", kNewYear2026},
    };
    for (const Case& each : cases)
        EXPECT_EQ(find_timestamp(each.text), each.us) << each.text;
}

TEST(FindTimestamp, RefusesWhatIsNoTime) {
    const std::string_view texts[] = {"",
                                      " ",
                                      "now",
                                      "2026",
                                      "2026-01",
                                      "2026-13-01",
                                      "2026-00-01",
                                      "2026-02-29",
                                      "1900-02-29",
                                      "2026-01-32",
                                      "2026-1-1",
                                      "0000-01-01",
                                      "2026-01-01T",
                                      "2026-01-01T25:00:00Z",
                                      "2026-02-29T00:00:00.000Z",
                                      "2026-01-01T00:00:61.000Z",
                                      "2026-01-0:T00:00:00.000Z",
                                      "2026-01-01T00:00:0/.000Z",
                                      "2026-01-01T00:00:00:000Z",
                                      "0000-01-01T00:00:00.000Z",
                                      "2026-13-01T00:00:00.000Z",
                                      "2026-00-01T00:00:00.000Z",
                                      "2026-01-00T00:00:00.000Z",
                                      "2026-01-01T24:00:01Z",
                                      "2026-01-01T00:60:00Z",
                                      "2026-01-01T00:00:61Z",
                                      "2026-01-01T00:00:00.Z",
                                      "2026-01-01T00:00:00ZZ",
                                      "2026-01-01T00:00:00+",
                                      "2026-01-01T00:00:00+25:00",
                                      "2026-01-01T00:00:00 CET",
                                      "2026-01-01x00:00:00Z",
                                      "9999-12-31T23:59:59-01:00",
                                      "{{_RSA_DEF_SENT_AT_TS_}}",
                                      "99999999999999999999"};
    for (const std::string_view text : texts)
        EXPECT_EQ(find_timestamp(text), std::nullopt) << text;
}

TEST(FindUnixTime, TellsTheUnitByMagnitude) {
    const Case cases[] = {
        {"0", 0},
        {"-0", 0},
        {"-1", -1'000'000},
        {"1767225600", kNewYear2026},
        {"1767225600.25", kNewYear2026 + 250'000},
        {"1767225600000", kNewYear2026},
        {"1.7672256e12", kNewYear2026},
        {"1767225600000.5", kNewYear2026 + 500},
        {"1767225600000000", kNewYear2026},
        {"99999999999", 99'999'999'999'000'000},
        {"100000000000", 100'000'000'000'000},
        {"99999999999999900", 99'999'999'999'999'900},
        {"100000000000000000", std::nullopt},
        {"1767225600000000000", std::nullopt},
        {"9223372036854775809", std::nullopt},
        {"1e400", std::nullopt},
        {"-99999999999", std::nullopt},  // before year 1
    };
    for (const Case& each : cases)
        EXPECT_EQ(find_unix_time(each.text), each.us) << each.text;
}

TEST(FindTimestamp, EveryDayOfFourCenturiesFollowsItsPredecessor) {
    TimestampUs expected = -11'676'096'000'000'000;  // 1600-01-01
    const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    for (int year = 1600; year < 2001; ++year) {
        const bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        for (int month = 1; month <= 12; ++month) {
            for (int day = 1; day <= days[month - 1] + (is_leap && month == 2 ? 1 : 0); ++day) {
                char text[40];
                std::snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, day);
                ASSERT_EQ(find_timestamp(text), expected) << text;
                expected += 86'400'000'000;
            }
        }
    }
}

}  // namespace
}  // namespace icelight::event
