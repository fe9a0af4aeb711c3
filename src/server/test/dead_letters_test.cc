// The route alone; what a replay does is shown with SQL workers in tests/e2e/test_dead_letters.py.
#include "server/api/dead_letters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/testing/test_server.h"

namespace icelight::server {
namespace {

using ::testing::HasSubstr;
using testing::TestServer;

constexpr char kPath[] = "/api/dead-letters/replay";
constexpr char kJson[] = "Content-Type: application/json\r\n";

TEST(DeadLetterRoute, RefusesWhatAPageCouldSendAndWhatItDoesNotKnow) {
    TestServer server;
    EXPECT_EQ(server.post(kPath, "{}").status, 415);
    EXPECT_EQ(
        server.post(kPath, "{}", std::string(kJson) + "Origin: https://evil.example\r\n").status,
        403);
    const auto unknown = server.post(kPath, R"({"everything":true})", kJson);
    EXPECT_EQ(unknown.status, 400);
    EXPECT_THAT(unknown.body, HasSubstr("everything"));
    EXPECT_EQ(server.get(kPath).status, 405);
}

TEST(DeadLetterRoute, NeedsAToken) {
    testing::TestServerOptions options;
    options.auth.api_token = "secret";
    TestServer server(options);
    EXPECT_EQ(server.post(kPath, "{}", kJson).status, 401);
}

}  // namespace
}  // namespace icelight::server
