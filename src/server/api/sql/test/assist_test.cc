// What is refused before a worker is asked; tests/e2e/test_sql.py has the answers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/testing/test_server.h"

namespace icelight::server {
namespace {

using ::testing::HasSubstr;
using testing::TestServer;

constexpr std::string_view kJson = "Content-Type: application/json\r\n";

TEST(Assist, BadBodiesAreRefusedByName) {
    const TestServer server;
    for (const char* path : {"/api/sql/check", "/api/sql/complete"}) {
        EXPECT_THAT(server.post(path, "[]", kJson).body, HasSubstr("Invalid JSON body"));
        EXPECT_THAT(server.post(path, "{}", kJson).body, HasSubstr("`sql` must be a string"));
        EXPECT_EQ(server.post(path, R"({"sql":"SELECT 1"})").status, 415);
    }
    EXPECT_THAT(server.post("/api/sql/complete", R"({"sql":"SELECT","cursor":7})", kJson).body,
                HasSubstr("`cursor`"));
}

TEST(Assist, WhoMayNotQueryGetsNoHelp) {
    testing::TestServerOptions options;
    options.auth.api_token = "token";
    const TestServer server(options);
    EXPECT_EQ(server.get("/api/sql/functions").status, 401);
    EXPECT_EQ(server.get("/api/tables/analytics/events/json-paths").status, 401);
}

}  // namespace
}  // namespace icelight::server
