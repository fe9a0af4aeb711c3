#include "base/ids.h"

#include <gtest/gtest.h>

namespace icelight {
namespace {

TEST(UuidV7, CarriesTheMillisecondVersionAndVariant) {
    const Uuid id = make_uuid_v7(0x0123456789abLL * 1000);
    const std::string text = id.text();
    EXPECT_EQ(text.substr(0, 13), "01234567-89ab");
    EXPECT_EQ(text[14], '7');
    EXPECT_NE(std::string("89ab").find(text[19]), std::string::npos);
    EXPECT_NE(make_uuid_v7(0), make_uuid_v7(0));
}

TEST(FindUuid, RoundTripsAndRefusesEverythingElse) {
    const Uuid id = make_uuid_v7(1);
    EXPECT_EQ(find_uuid(id.text()), id);
    EXPECT_FALSE(find_uuid("").has_value());
    EXPECT_FALSE(find_uuid("0123456789abcdef0123456789abcdef").has_value());
    EXPECT_FALSE(find_uuid("01234567-89ab-7def-8123-45678yabcdef").has_value());
}

TEST(RandomId, IsPositive) {
    for (int i = 0; i < 100; ++i)
        EXPECT_GT(make_random_id(), 0);
}

}  // namespace
}  // namespace icelight
