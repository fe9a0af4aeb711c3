// The list of running queries and their end; e2e/test_sql.py ends one that runs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/testing/test_server.h"

namespace icelight::server {
namespace {

using ::testing::HasSubstr;
using testing::TestServer;

TEST(Queries, NothingRunsAndNothingCanBeEnded) {
    TestServer server;
    const auto list = server.get("/api/queries/active");
    EXPECT_EQ(list.status, 200);
    EXPECT_EQ(list.body, R"({"success":true,"queries":[]})");
    const auto gone = server.call(http::testing::make_request("DELETE", "/api/queries/17"));
    EXPECT_EQ(gone.status, 404);
    EXPECT_THAT(gone.body, HasSubstr("/api/queries/active"));
}

TEST(Queries, OnlyWhoMayQueryMayLook) {
    testing::TestServerOptions options;
    options.auth.api_token = "token";
    TestServer server(options);
    EXPECT_EQ(server.get("/api/queries/active").status, 401);
    EXPECT_EQ(server.call(http::testing::make_request("DELETE", "/api/queries/1")).status, 401);
}

}  // namespace
}  // namespace icelight::server
