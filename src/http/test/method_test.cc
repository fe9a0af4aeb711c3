#include "http/method.h"

#include <gtest/gtest.h>

namespace icelight::http {
namespace {

TEST(Method, NamesMatchExactly) {
    EXPECT_EQ(parse_method("POST"), Method::kPost);
    EXPECT_EQ(parse_method("post"), Method::kOther);
    EXPECT_EQ(parse_method("OTHER"), Method::kOther);
    EXPECT_EQ(parse_method(""), Method::kOther);
}

TEST(MethodSet, GetBringsHeadAndOptionsIsAlwaysThere) {
    MethodSet methods;
    EXPECT_TRUE(methods.empty());
    methods.add(Method::kGet);
    EXPECT_EQ(methods.text(), "GET, HEAD, OPTIONS");
    MethodSet posts;
    posts.add(Method::kPost);
    EXPECT_EQ(posts.text(), "POST, OPTIONS");
}

}  // namespace
}  // namespace icelight::http
