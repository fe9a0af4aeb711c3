#include "base/letter_case.h"

#include <gtest/gtest.h>

namespace icelight {
namespace {

TEST(LetterCase, OnlyTheLettersOfAsciiBecomeSmall) {
    EXPECT_EQ(lower_case(""), "");
    EXPECT_EQ(lower_case("ICE.Light_09[@`{"), "ice.light_09[@`{");
    EXPECT_EQ(lower_case("Ünïcode ÀZ"), "Ünïcode Àz");
}

}  // namespace
}  // namespace icelight
