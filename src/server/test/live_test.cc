// GET /api/live over a socket. Commits are shown in tests/e2e/test_live.py: nothing is flushed
// here.
#include "server/api/live.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/testing/test_server.h"
#include "wal/log.h"

namespace icelight::server {
namespace {

using http::testing::Client;
using http::testing::make_request;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::TestServer;

constexpr char kTrack[] = R"({"userId":"u","event":"e"})";

/// A connection that follows.
std::unique_ptr<Client> follow(const TestServer& server,
                               const std::string& query = "",
                               const std::string& headers = "") {
    auto client = std::make_unique<Client>(server.port());
    EXPECT_TRUE(client->send(make_request("GET", "/api/live" + query, {}, headers)));
    return client;
}

TEST(LiveRoute, RefusesStrangersAndNonsense) {
    testing::TestServerOptions options;
    options.auth.api_token = "secret";
    TestServer server(options);
    const std::string token = "Authorization: Bearer secret\r\n";
    EXPECT_EQ(server.get("/api/live").status, 401);
    EXPECT_EQ(server.get("/api/live", token + "Origin: https://evil.example\r\n").status, 403);
    EXPECT_EQ(server.get("/api/live?colour=red", token).status, 400);
    for (const char* id : {"0", "x", "-1", "99999999999999999999"})
        EXPECT_EQ(server.get("/api/live", token + "Last-Event-ID: " + id + "\r\n").status, 400)
            << id << ": the log is empty";
}

TEST(LiveRoute, ShowsEventsAsTheyBecomeDurable) {
    TestServer server;
    EXPECT_EQ(server.post("/v1/track", kTrack).status, 200);
    const auto client = follow(server);
    EXPECT_THAT(client->read_until("committed"),
                HasSubstr("event: open\ndata: {\"next_offset\":1,"));
    EXPECT_EQ(server.post("/v1/page", R"({"userId":"u","name":"Home"})").status, 200);
    EXPECT_THAT(client->read_until(R"("name":"Home")"), HasSubstr("id: 1\nevent: stored\n"));
    EXPECT_EQ(server.post("/v1/page", "{}").status, 400);
    EXPECT_THAT(client->read_until("missing_field"), HasSubstr("id: 2\nevent: rejected\n"));
}

TEST(LiveRoute, ResumesBehindTheLastEventAndFilters) {
    TestServer server;
    for (const char* name : {"a", "b", "c"})
        EXPECT_EQ(
            server.post("/v1/page", fmt::format(R"({{"userId":"u","name":"{}"}})", name)).status,
            200);
    const auto client = follow(server, "?event=a&event=c", "Last-Event-ID: 0\r\n");
    const std::string got = client->read_until(R"("name":"c")");
    EXPECT_THAT(got, HasSubstr("id: 2\n"));
    EXPECT_THAT(got, Not(HasSubstr(R"("name":"a")")));
    EXPECT_THAT(got, Not(HasSubstr(R"("name":"b")")));
}

TEST(LiveRoute, AStreamEndsWholeWhenTheServerStops) {
    auto server = std::make_unique<TestServer>();
    const auto client = follow(*server);
    const std::string head = client->read_until("committed");
    EXPECT_THAT(head, HasSubstr("HTTP/1.1 200 OK"));
    EXPECT_THAT(head, HasSubstr("Content-Type: text/event-stream"));
    server.reset();
    EXPECT_EQ(client->read_until("0\r\n\r\n"), "0\r\n\r\n") << "the last chunk";
}

TEST(LiveRoute, ReadersAreBounded) {
    TestServer server;
    std::vector<std::unique_ptr<Client>> readers;
    for (std::size_t i = 0; i < Live::kReadersMax; ++i) {
        readers.push_back(follow(server));
        readers.back()->read_until("committed");
    }
    const auto refused = server.get("/api/live");
    EXPECT_EQ(refused.status, 429);
    EXPECT_TRUE(refused.headers.contains("retry-after"));
}

}  // namespace
}  // namespace icelight::server
