#include "base/base64.h"

#include <gtest/gtest.h>

namespace icelight {
namespace {

TEST(DecodeBase64, ReadsTheVectorsOfTheRfcWithAndWithoutPadding) {
    EXPECT_EQ(decode_base64(""), "");
    EXPECT_EQ(decode_base64("Zg=="), "f");
    EXPECT_EQ(decode_base64("Zm8="), "fo");
    EXPECT_EQ(decode_base64("Zm9vYmFy"), "foobar");
    EXPECT_EQ(decode_base64("Zm8"), "fo");
}

TEST(DecodeBase64, ReadsBothAlphabets) {
    EXPECT_EQ(decode_base64("+/+/"), decode_base64("-_-_"));
    EXPECT_EQ(decode_base64("AP__"), std::string("\x00\xff\xff", 3));
}

TEST(DecodeBase64, RefusesOtherCharacters) {
    for (const char* text : {"Zm 8", "Zm8=x", "Zm8\n", "%3D", "\xff"})
        EXPECT_FALSE(decode_base64(text)) << text;
}

}  // namespace
}  // namespace icelight
