#include "base/letter_case.h"

#include <gtest/gtest.h>

namespace icelight {
namespace {

TEST(LetterCase, OnlyTheLettersOfAsciiBecomeSmall) {
    EXPECT_EQ(lower_case(""), "");
    EXPECT_EQ(lower_case("ICE.Light_09[@`{"), "ice.light_09[@`{");
    EXPECT_EQ(lower_case("Ünïcode ÀZ"), "Ünïcode Àz");
}

TEST(LetterCase, OnlyTheLettersOfAsciiAreAlikeInBothCases) {
    EXPECT_TRUE(equal_ignoring_case("X-Lake-After", "x-LAKE-after"));
    EXPECT_TRUE(equal_ignoring_case("", ""));
    EXPECT_FALSE(equal_ignoring_case("a", "ab"));
    EXPECT_FALSE(equal_ignoring_case("@", "`"));
    EXPECT_FALSE(equal_ignoring_case("É", "é"));
    EXPECT_TRUE(starts_with_ignoring_case("Bearer x", "bEARER"));
    EXPECT_FALSE(starts_with_ignoring_case("Bea", "bearer"));
}

}  // namespace
}  // namespace icelight
