#include "server/api/cors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/testing/test_server.h"

namespace icelight::server {
namespace {

using http::testing::Answer;
using http::testing::make_request;
using ::testing::HasSubstr;
using testing::TestServer;
using testing::TestServerOptions;

constexpr std::string_view kTrack = R"({"userId":"u","event":"e"})";

TEST(Cors, IngestEchoesTheOriginWithCredentials) {
    TestServer server;
    const Answer answer = server.post("/v1/track", kTrack, "Origin: https://shop.example\r\n");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.headers.at("access-control-allow-origin"), "https://shop.example");
    EXPECT_EQ(answer.headers.at("access-control-allow-credentials"), "true");
    EXPECT_EQ(answer.headers.at("vary"), "Origin");
    const Answer plain = server.post("/v1/track", kTrack);
    EXPECT_EQ(plain.headers.at("access-control-allow-origin"), "*");
    EXPECT_FALSE(plain.headers.contains("access-control-allow-credentials"));
}

TEST(Cors, PreflightAllowsTheHeadersThatWereAskedFor) {
    TestServer server;
    const Answer answer =
        server.call(make_request("OPTIONS",
                                 "/v1/batch",
                                 {},
                                 "Origin: https://shop.example\r\n"
                                 "Access-Control-Request-Method: POST\r\n"
                                 "Access-Control-Request-Headers: AnonymousId, SentAt\r\n"));
    EXPECT_EQ(answer.status, 204);
    EXPECT_EQ(answer.headers.at("access-control-allow-headers"), "AnonymousId, SentAt");
    EXPECT_THAT(answer.headers.at("access-control-allow-methods"), HasSubstr("POST"));
    EXPECT_EQ(answer.headers.at("access-control-max-age"), "86400");
    EXPECT_EQ(answer.headers.at("access-control-allow-origin"), "https://shop.example");
}

TEST(Cors, OtherPathsAllowNoOrigin) {
    TestServer server;
    const Answer tables = server.get("/tables/analytics", "Origin: https://shop.example\r\n");
    EXPECT_EQ(tables.status, 200);
    EXPECT_FALSE(tables.headers.contains("access-control-allow-origin"));
    const Answer preflight = server.call(
        make_request("OPTIONS", "/tables/analytics", {}, "Origin: https://shop.example\r\n"));
    EXPECT_FALSE(preflight.headers.contains("access-control-allow-origin"));
    EXPECT_FALSE(preflight.headers.contains("access-control-allow-headers"));
}

TEST(Cors, AListOfOriginsAllowsNoOther) {
    TestServerOptions options;
    options.policies.allowed_origins = "https://a.example, https://b.example";
    TestServer server(options);
    const Answer listed = server.post("/v1/track", kTrack, "Origin: https://b.example\r\n");
    EXPECT_EQ(listed.headers.at("access-control-allow-origin"), "https://b.example");
    const Answer other = server.post("/v1/track", kTrack, "Origin: https://c.example\r\n");
    EXPECT_FALSE(other.headers.contains("access-control-allow-origin"));
}

TEST(Host, NamesThatAreNotOursAre421) {
    TestServer server;
    const Answer rebound =
        server.call("POST /v1/track HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 2\r\n\r\n{}");
    EXPECT_EQ(rebound.status, 421);
    TestServerOptions options;
    options.policies.allowed_hosts = "events.example";
    TestServer named(options);
    const Answer answer =
        named.call("GET /tables/analytics HTTP/1.1\r\nHost: events.example:8787\r\n\r\n");
    EXPECT_EQ(answer.status, 200);
}

TEST(IsOriginAllowed, TakesAListOrAStar) {
    EXPECT_TRUE(is_origin_allowed("https://x", "*"));
    EXPECT_TRUE(is_origin_allowed("https://x", "https://y,https://x"));
    EXPECT_FALSE(is_origin_allowed("https://x", "https://xy"));
    EXPECT_FALSE(is_origin_allowed("https://x", ""));
}

}  // namespace
}  // namespace icelight::server
