#include "http/request.h"

#include <gtest/gtest.h>

namespace icelight::http {
namespace {

TEST(Request, TargetIsSplitAndTheSlashAtTheEndIsNoPartOfThePath) {
    Request request;
    request.set_target("/v1/batch/?writeKey=a/b/");
    EXPECT_EQ(request.path(), "/v1/batch");
    EXPECT_EQ(request.query(), "writeKey=a/b/");
    request.set_target("/");
    EXPECT_EQ(request.path(), "/");
    EXPECT_EQ(request.query(), "");
    request.set_target("/a?");
    EXPECT_EQ(request.path(), "/a");
    EXPECT_EQ(request.query(), "");
}

TEST(Request, AbsoluteTargetGivesPathAndHost) {
    Request request;
    request.set_target("http://example.test:80/v1/track?x=1");
    request.add_header("Host", "other.test");
    EXPECT_EQ(request.path(), "/v1/track");
    EXPECT_EQ(request.query(), "x=1");
    EXPECT_EQ(request.host(), "example.test:80");
}

TEST(Request, HeadersAreFoundInAnyCaseAndTrimmed) {
    Request request;
    request.set_target("/");
    request.add_header("X-One", "\t 1 ");
    request.add_header("x-ONE", "2");
    request.add_header("Empty", "");
    EXPECT_EQ(request.find_header("x-one"), "1");
    EXPECT_EQ(request.count_headers("X-ONE"), 2U);
    EXPECT_EQ(request.all_headers("X-ONE").size(), 2U);
    EXPECT_EQ(request.all_headers("x-one").front(), request.header("X-One"));
    EXPECT_TRUE(request.all_headers("none").empty());
    EXPECT_EQ(request.header("empty"), "");
    EXPECT_FALSE(request.find_header("x-on"));
}

TEST(Request, ViewsSurviveAMove) {
    Request request;
    request.set_target("/a?b");
    request.add_header("N", "v");
    const Request moved = std::move(request);
    EXPECT_EQ(moved.path(), "/a");
    EXPECT_EQ(moved.header("n"), "v");
}

}  // namespace
}  // namespace icelight::http
