#include "server/iso_text.h"

#include <gtest/gtest.h>

namespace icelight::server {
namespace {

TEST(IsoText, SaysTheMomentInUtc) {
    EXPECT_EQ(iso_seconds(1'700'000'000'123'456), "2023-11-14T22:13:20Z");
    EXPECT_EQ(iso_milliseconds(1'700'000'000'023'456), "2023-11-14T22:13:20.023Z");
}

}  // namespace
}  // namespace icelight::server
