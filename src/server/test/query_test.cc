// What is refused before a query reaches a worker, and the state of the workers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/testing/test_server.h"

namespace icelight::server {
namespace {

using http::testing::Answer;
using ::testing::HasSubstr;
using testing::TestServer;

constexpr std::string_view kJson = "Content-Type: application/json\r\n";

TEST(Query, BadBodiesAre400InTheOriginalsEnvelope) {
    TestServer server;

    struct Case {
        const char* body;
        const char* why;
    };

    for (const Case& one : {Case{"", "Invalid JSON body"},
                            Case{"[]", "Invalid JSON body"},
                            Case{"{}", "Missing `sql`"},
                            Case{R"({"sql":7})", "`sql` must be a string"},
                            Case{R"({"sql":"SELECT 1","format":"xml"})", "Unknown format: xml"},
                            Case{R"({"sql":"SELECT 1","freshness":"old"})", "Unknown freshness"}}) {
        for (const char* path : {"/query", "/duckdb"}) {
            const Answer answer = server.post(path, one.body, kJson);
            EXPECT_EQ(answer.status, 400) << one.body;
            EXPECT_THAT(answer.body, HasSubstr(R"({"success":false,"error":")"));
            EXPECT_THAT(answer.body, HasSubstr(one.why));
        }
    }
}

TEST(Query, TextOverTheLimitIsRefusedByName) {
    TestServer server;
    const std::string body = R"({"sql":")" + std::string(300'000, 'x') + R"("})";
    const Answer answer = server.post("/query", body, kJson);
    EXPECT_EQ(answer.status, 400);
    EXPECT_THAT(answer.body, HasSubstr("SQL validation failed: "));
    EXPECT_EQ(server.post("/query", std::string(2 << 20, ' '), kJson).status, 413);
}

TEST(Query, OnlyJsonIsTakenAndNoPageOfAnotherOrigin) {
    TestServer server;
    const std::string body = R"({"sql":"SELECT 1"})";
    EXPECT_EQ(server.post("/query", body, "Content-Type: text/plain\r\n").status, 415);
    EXPECT_EQ(server.post("/query", body).status, 415);
    EXPECT_EQ(
        server.post("/query", body, std::string(kJson) + "Origin: https://evil.example\r\n").status,
        403);
    EXPECT_EQ(server.post("/query", body, std::string(kJson) + "Origin: null\r\n").status, 403);
}

TEST(Query, ATokenOfAnotherLogIs400) {
    TestServer server;
    const Answer answer = server.post(
        "/query", R"({"sql":"SELECT 1"})", std::string(kJson) + "X-Lake-After: 00000000:0:1\r\n");
    EXPECT_EQ(answer.status, 400);
}

TEST(Query, WithATokenSetItMustBeThere) {
    testing::TestServerOptions options;
    options.auth.api_token = "token";
    TestServer server(options);
    EXPECT_EQ(server.post("/query", "{}", kJson).status, 401);
    EXPECT_EQ(server.get("/duckdb/_health").status, 401);
    EXPECT_EQ(server.post("/query", "{}", std::string(kJson) + "X-API-Key: token\r\n").status, 400);
}

TEST(Query, HealthTellsWhetherAWorkerCanServe) {
    TestServer server;
    const Answer answer = server.get("/duckdb/_health");
    EXPECT_EQ(answer.status, 503);
    EXPECT_THAT(answer.body, HasSubstr(R"("config":{"threads":2,"memory_limit":"1024 MiB")"));
}

}  // namespace
}  // namespace icelight::server
