#include "server/api/source_config.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/testing/test_server.h"
#include "wal/log.h"

namespace icelight::server {
namespace {

namespace json = boost::json;
using http::testing::Answer;
using http::testing::make_request;
using ::testing::HasSubstr;
using testing::TestServer;

testing::TestServerOptions with_key(const char* key) {
    testing::TestServerOptions options;
    options.gate.write_key = key;
    return options;
}

TEST(SourceConfig, HasEverythingThatRudderStacksSdksReadWithoutLooking) {
    TestServer server;
    const Answer answer = server.get("/sourceConfig/?p=npm&v=3.34.1&build=modern&writeKey=K%22",
                                     "Origin: https://shop.example\r\n");
    ASSERT_EQ(answer.status, 200);
    EXPECT_EQ(answer.headers.at("access-control-allow-origin"), "https://shop.example");
    const json::value document = json::parse(answer.body);
    const json::value& source = document.at("source");
    EXPECT_EQ(source.at("writeKey").as_string(), "K\"");
    EXPECT_TRUE(source.at("enabled").as_bool());
    for (const char* member : {"id", "name", "workspaceId", "updatedAt", "createdAt"})
        EXPECT_FALSE(source.at(member).as_string().empty()) << member;
    EXPECT_TRUE(source.at("destinations").as_array().empty());
    const json::value& statistics = source.at("config").at("statsCollection");
    EXPECT_FALSE(statistics.at("errors").at("enabled").as_bool());
    EXPECT_FALSE(statistics.at("metrics").at("enabled").as_bool());
}

TEST(SourceConfig, IsFoundByTheBasicHeaderToo) {
    TestServer server(with_key("WRITEKEY"));
    const Answer answer = server.get("/sourceConfig", "Authorization: Basic V1JJVEVLRVk6\r\n");
    ASSERT_EQ(answer.status, 200);
    EXPECT_THAT(answer.body, HasSubstr(R"("writeKey":"WRITEKEY")"));
}

TEST(SourceConfig, AWrongKeyIs400InTheWordsThatEndAnSdk) {
    TestServer server(with_key("right"));
    for (const char* path :
         {"/sourceConfig?writeKey=wrong", "/sourceConfig", "/v1/projects/wrong/settings"}) {
        const Answer answer = server.get(path);
        EXPECT_EQ(answer.status, 400) << path;
        EXPECT_THAT(answer.body, HasSubstr("Invalid write key"));
    }
    EXPECT_EQ(server.get("/sourceConfig?writeKey=right").status, 200);
    EXPECT_EQ(server.get("/v1/projects/right/settings").status, 200);
}

TEST(Settings, SendSegmentsSdksBackHere) {
    TestServer server;
    for (const char* path : {"/v1/projects/KEY/settings",
                             "/projects/KEY/settings/",
                             "/v1/projects/projects/KEY/settings"}) {
        const Answer answer = server.get(path, "Origin: https://shop.example\r\n");
        ASSERT_EQ(answer.status, 200) << path;
        EXPECT_EQ(answer.headers.at("access-control-allow-origin"), "https://shop.example");
        const json::value document = json::parse(answer.body);
        const json::value& segment = document.at("integrations").at("Segment.io");
        EXPECT_EQ(segment.at("apiKey").as_string(), "KEY");
        EXPECT_EQ(segment.at("apiHost").as_string(), "localhost/v1");
        EXPECT_EQ(segment.at("protocol").as_string(), "http");
        EXPECT_TRUE(document.at("plan").at("track").at("__default").at("enabled").as_bool());
        EXPECT_EQ(document.at("metrics").at("sampleRate").as_int64(), 0);
    }
    EXPECT_THAT(server.get("/v1/projects/K/settings", "X-Forwarded-Proto: https\r\n").body,
                HasSubstr(R"("protocol":"https")"));
}

TEST(SdkCounters, AreAnsweredAndNeverStored) {
    TestServer server;
    for (const char* path : {"/v1/m", "/m", "/rsaMetrics"}) {
        const Answer answer = server.post(path, R"({"series":[]})", "Content-Type: text/plain\r\n");
        EXPECT_EQ(answer.status, 200) << path;
        EXPECT_EQ(answer.body, "{}");
    }
    EXPECT_EQ(server.log().counters().received, 0U);
}

TEST(ClusterInfo, SaysOneNode) {
    TestServer server;
    EXPECT_EQ(server.get("/cluster-info").body, R"({"nodeCount":1})");
}

TEST(SourceConfig, PreflightsAreAnsweredForTheAuthorizationHeader) {
    TestServer server;
    for (const char* path : {"/sourceConfig/?writeKey=k", "/v1/projects/k/settings", "/v1/m"}) {
        const Answer answer =
            server.call(make_request("OPTIONS",
                                     path,
                                     {},
                                     "Origin: https://shop.example\r\n"
                                     "Access-Control-Request-Headers: authorization\r\n"));
        EXPECT_EQ(answer.status, 204) << path;
        EXPECT_EQ(answer.headers.at("access-control-allow-headers"), "authorization") << path;
        EXPECT_EQ(answer.headers.at("access-control-allow-credentials"), "true");
        EXPECT_EQ(answer.headers.at("access-control-max-age"), "86400");
    }
}

}  // namespace
}  // namespace icelight::server
