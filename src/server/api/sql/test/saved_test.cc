// Saved queries over HTTP; app/test/saved_queries_test.cc has the rules.
#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/testing/test_server.h"

namespace icelight::server {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;
using testing::TestServer;

constexpr std::string_view kJson = "Content-Type: application/json\r\n";

std::string member(const std::string& body, std::string_view name) {
    return std::string(json::parse(body).at("query").at(name).as_string());
}

TEST(Saved, AQueryIsKeptChangedAndRemoved) {
    TestServer server;
    const auto added = server.post(
        "/api/queries/saved", R"({"name":"a","sql":"SELECT 1","folder":"f","shared":true})", kJson);
    ASSERT_EQ(added.status, 200) << added.body;
    const std::string path = "/api/queries/saved/" + member(added.body, "id");
    EXPECT_EQ(member(server.get(path).body, "folder"), "f");
    const auto changed = server.call(http::testing::make_request(
        "PUT", path, R"({"name":"b","sql":"SELECT 2"})", std::string(kJson)));
    ASSERT_EQ(changed.status, 200) << changed.body;
    EXPECT_EQ(member(changed.body, "owner"), "this machine");
    EXPECT_THAT(server.get("/api/queries/saved").body, HasSubstr(R"("name":"b")"));
    EXPECT_EQ(server.call(http::testing::make_request("DELETE", path)).status, 200);
    EXPECT_EQ(server.get(path).status, 404);
    EXPECT_EQ(server.call(http::testing::make_request("DELETE", path)).status, 404);
}

TEST(Saved, WhatIsWrongIsNamed) {
    TestServer server;
    const auto refused = [&](std::string_view body) {
        const auto answer = server.post("/api/queries/saved", body, kJson);
        EXPECT_EQ(answer.status, 400) << body;
        return answer.body;
    };
    EXPECT_THAT(refused("[]"), HasSubstr("give an object"));
    EXPECT_THAT(refused(R"({"name":"a"})"), HasSubstr("sql: give 1 to"));
    EXPECT_THAT(refused(R"({"nmae":"a"})"), HasSubstr("nmae: unknown"));
    EXPECT_THAT(refused(R"({"name":1})"), HasSubstr("name: give a text"));
    EXPECT_THAT(refused(R"({"shared":1})"), HasSubstr("shared: give true or false"));
    EXPECT_EQ(server.post("/api/queries/saved", "{}", "Content-Type: text/plain\r\n").status, 415);
    const auto put = http::testing::make_request(
        "PUT", "/api/queries/saved/x", "{}", "Content-Type: text/plain\r\n");
    EXPECT_EQ(server.call(put).status, 415);
}

TEST(Saved, OnlyWhoMayQueryMayLook) {
    testing::TestServerOptions options;
    options.auth.api_token = "token";
    TestServer server(options);
    EXPECT_EQ(server.get("/api/queries/saved").status, 401);
    EXPECT_EQ(server.get("/api/queries/history").status, 401);
    EXPECT_EQ(server.get("/api/queries/1").status, 401);
}

}  // namespace
}  // namespace icelight::server
