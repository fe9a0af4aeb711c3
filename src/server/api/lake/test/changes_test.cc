#include "server/api/lake/changes.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "server/testing/test_server.h"

// What pages hold is tests/e2e/test_changes.py's: it needs workers.

namespace icelight::server {
namespace {

using icelight::testing::IsError;
using icelight::testing::IsOk;
using testing::TestServer;

TEST(Changes, CutsARepliesRowsIntoLines) {
    const std::pair<const char*, const char*> cases[] = {
        {R"({"success":true,"data":[],"meta":{}})", ""},
        {R"({"success":true,"data":[{"a":1}],"meta":{}})", "{\"a\":1}\n"},
        {R"({"success":true,"data":[{"a":[1,{"b":2}]},{"c":"},]{\"\\"}],"meta":{}})",
         "{\"a\":[1,{\"b\":2}]}\n{\"c\":\"},]{\\\"\\\\\"}\n"},
    };
    for (const auto& [reply, expected] : cases) {
        const auto lines = reply_lines(reply);
        ASSERT_THAT(lines, IsOk()) << reply;
        EXPECT_EQ(*lines, expected);
    }
}

TEST(Changes, SeesThatAReplyIsNotWhole) {
    for (const char* reply : {"", R"({"success":false})", R"({"success":true,"data":[{"a":1})"})
        EXPECT_THAT(reply_lines(reply), IsError(ErrorCode::kCorruption)) << reply;
}

TEST(Changes, AnEmptyLogHasNoChangesAndNothingToComeAfter) {
    TestServer server;
    const auto empty = server.get("/api/changes");
    EXPECT_EQ(empty.status, 200);
    EXPECT_EQ(empty.body, "");
    EXPECT_EQ(empty.headers.at("x-lake-more"), "false");
    for (const char* bad : {"after=0", "after=-1", "after=x", "limit=0", "limit=10001", "since=1"})
        EXPECT_EQ(server.get(std::string("/api/changes?") + bad).status, 400) << bad;
}

TEST(Changes, NeedsATokenThatMayRead) {
    testing::TestServerOptions options;
    options.auth.api_token = "secret";
    TestServer server(std::move(options));
    EXPECT_EQ(server.get("/api/changes").status, 401);
    EXPECT_EQ(server.get("/api/changes", "Authorization: Bearer secret\r\n").status, 200);
}

}  // namespace
}  // namespace icelight::server
