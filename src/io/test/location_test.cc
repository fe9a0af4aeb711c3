#include "io/location.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"

namespace icelight::io {
namespace {

TEST(Location, RoundTripsAnAbsolutePath) {
    EXPECT_EQ(file_location("/data/a b"), "file:///data/a b");
    EXPECT_EQ(parse_location("file:///data/a b").value(), "/data/a b");
    EXPECT_EQ(parse_location("file:/data").value(), "/data");
    EXPECT_EQ(parse_location("/data").value(), "/data");
}

TEST(Location, RefusesOtherSchemesRelativePathsAndDotDot) {
    for (const char* bad : {"", "data", "s3://bucket/key", "file://host/data", "/data/../etc"}) {
        EXPECT_THAT(parse_location(bad), testing::IsError(ErrorCode::kInvalidArgument)) << bad;
    }
}

}  // namespace
}  // namespace icelight::io
