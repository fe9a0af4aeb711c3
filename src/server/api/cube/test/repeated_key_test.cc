#include "server/api/cube/repeated_key.h"

#include <gtest/gtest.h>

namespace icelight::server {
namespace {

constexpr std::size_t kDepthMax = 8;

std::string pointer_in(std::string_view text) {
    const auto found = find_repeated_key(text, kDepthMax);
    return found ? found->pointer : "none";
}

TEST(RepeatedKey, IsFoundWhereverItStands) {
    EXPECT_EQ(pointer_in(R"({"limit":1,"limit":2})"), "/limit");
    EXPECT_EQ(pointer_in(R"({"a":{"b":1},"c":[0,[],{"x":1,"y":[{"z":1}],"x":2}]})"), "/c/2/x");
    EXPECT_EQ(pointer_in(R"([1,"two",null,true,2.5,-3,{"a~/b":1,"a~/b":1}])"), "/6/a~0~1b");
    EXPECT_EQ(find_repeated_key(R"({"limit":1,"limit":2})", kDepthMax)->key, "limit");
}

TEST(RepeatedKey, IsTheSameHoweverItIsWritten) {
    EXPECT_EQ(pointer_in(R"({"limit":1,"l\u0069mit":2})"), "/limit");
    const std::string key(100'000, 'k');
    EXPECT_EQ(pointer_in("{\"" + key + "\":1,\"" + key + "\":1}"), "/" + key);
}

TEST(RepeatedKey, IsNotOneOfAnotherObject) {
    EXPECT_EQ(pointer_in(R"({"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}],"Limit":1,"limit":1})"),
              "none");
    EXPECT_EQ(pointer_in("{}"), "none");
    EXPECT_EQ(pointer_in("1"), "none");
}

TEST(RepeatedKey, WhatIsNotJsonIsLeftToTheParser) {
    for (const char* text : {"",
                             "{",
                             R"({"a":1,)",
                             R"({"a":1} {"b":1,"b":1})",
                             R"({a:1,a:2})",
                             "[[[[[[[[[[{\"a\":1,\"a\":2}]]]]]]]]]]"})
        EXPECT_EQ(pointer_in(text), "none") << text;
}

}  // namespace
}  // namespace icelight::server
