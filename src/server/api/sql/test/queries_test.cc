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

TEST(Queries, WhatWasRefusedIsInTheHistoryAndFoundById) {
    TestServer server;
    const auto answer =
        server.post("/query",
                    R"({"sql":"SELECT 1","queryId":"mine","format":"csv","params":[")" +
                        std::string(300 << 10, 'x') + R"("]})",
                    "Content-Type: application/json\r\n");
    ASSERT_EQ(answer.status, 400) << answer.body;
    const auto id = answer.headers.at("x-query-id");
    ASSERT_FALSE(id.empty());
    for (const std::string& name : {id, std::string("mine")}) {
        const auto found = server.get("/api/queries/" + name);
        EXPECT_EQ(found.status, 200);
        EXPECT_THAT(found.body, HasSubstr(R"("state":"ended")"));
        EXPECT_THAT(found.body, HasSubstr(R"("status":"error")"));
        EXPECT_THAT(found.body, HasSubstr("256 KiB"));
    }
    EXPECT_THAT(server.get("/api/queries/history?status=error&text=select").body,
                HasSubstr(R"("format":"csv")"));
    EXPECT_EQ(server.get("/api/queries/history?status=ok").body,
              R"({"success":true,"queries":[],"next":null})");
    EXPECT_EQ(server.get("/api/queries/404").status, 404);
    // Plain numbers, not 7.171E0.
    EXPECT_THAT(server.get("/api/queries/history").body,
                ::testing::ContainsRegex(R"("durationMs":[0-9]+\.[0-9]{3},"meta":null)"));
}

TEST(Queries, TheHistorysFilterIsChecked) {
    TestServer server;
    for (const char* filter : {"status=fine", "limit=0", "limit=201", "before=x", "owner=a"}) {
        const auto answer = server.get(std::string("/api/queries/history?") + filter);
        EXPECT_EQ(answer.status, 400) << filter;
    }
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
