#include "catalog/sink/watermark.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"

namespace icelight::catalog {
namespace {

using icelight::testing::IsError;
using icelight::testing::IsOk;

const char* const kLog = "018f4e2a-0000-7000-8000-000000000001";

TEST(Watermark, TextSurvivesTheRoundTrip) {
    Watermark watermark{*find_uuid(kLog), {{0, 12}, {3, 18'000'000'000'000'000'000U}}};
    const std::string text = encode_watermark(watermark);
    EXPECT_EQ(text, std::string(kLog) + ":0:12," + kLog + ":3:18000000000000000000");
    const auto decoded = decode_watermark(text);
    ASSERT_THAT(decoded, IsOk());
    EXPECT_EQ(*decoded, watermark);
}

TEST(Watermark, AbsentShardStartsAtZero) {
    const Watermark watermark{*find_uuid(kLog), {{1, 7}}};
    EXPECT_EQ(watermark.next(0), 0U);
    EXPECT_EQ(watermark.next(1), 7U);
}

TEST(Watermark, ForeignTextIsCorruption) {
    const std::string log = kLog;
    for (const std::string& text : {std::string(),
                                    log,
                                    log + ":0",
                                    log + ":0:",
                                    log + ":x:1",
                                    log + ":0:-1",
                                    log + ":0:1,",
                                    log + ":0:1," + log + ":0:2",
                                    log + ":0:1,018f4e2a-0000-7000-8000-000000000002:1:2",
                                    log + ":0:18446744073709551616",
                                    "zz" + log.substr(2) + ":0:1"}) {
        EXPECT_THAT(decode_watermark(text), IsError(ErrorCode::kCorruption)) << text;
    }
}

TEST(Watermark, EverySinkHasItsOwnKey) {
    EXPECT_EQ(watermark_key(kEventSink), "icelight.watermark");
    EXPECT_EQ(watermark_key(7), "icelight.watermark.7");
}

}  // namespace
}  // namespace icelight::catalog
