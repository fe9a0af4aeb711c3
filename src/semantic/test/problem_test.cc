#include "semantic/problem.h"

#include <gtest/gtest.h>

namespace icelight::semantic {
namespace {

TEST(FindNearest, TheFewestEditsWinWithoutRegardToCase) {
    const std::vector<std::string_view> known{"Events.count", "Events.country", "Users.count"};
    EXPECT_EQ(find_nearest("events.cuont", known), "Events.count");
    EXPECT_EQ(find_nearest("Events.countri", known), "Events.country");
    EXPECT_EQ(find_nearest("completely different", known), "");
    EXPECT_EQ(find_nearest("", known), "");
}

TEST(FindNearest, LongNamesCostABoundedTime) {
    const std::string longest(1 << 20, 'a');
    EXPECT_EQ(find_nearest(longest, {"Events.count", longest}), "");
}

}  // namespace
}  // namespace icelight::semantic
