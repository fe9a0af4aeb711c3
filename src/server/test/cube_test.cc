// What the semantic routes answer without asking a worker: refusals, the dialects, SQL texts.
#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/testing/test_server.h"

namespace icelight::server {
namespace {

namespace json = boost::json;
using http::testing::Answer;
using ::testing::HasSubstr;
using testing::TestServer;

constexpr std::string_view kJson = "Content-Type: application/json\r\n";
constexpr std::string_view kBase = "/cubejs-api/v1/";

std::string path(std::string_view name) {
    return std::string(kBase) + std::string(name);
}

TEST(Cube, ARefusalNamesPlaceMemberAndNearestName) {
    TestServer server;
    const Answer answer =
        server.post(path("load"), R"({"query":{"measures":["Events.cuont"]}})", kJson);
    EXPECT_EQ(answer.status, 400);
    const auto body = json::parse(answer.body).as_object();
    EXPECT_EQ(body.at("position"), "/measures/0");
    EXPECT_EQ(body.at("member"), "Events.cuont");
    EXPECT_EQ(body.at("suggestion"), "Events.count");
    EXPECT_TRUE(body.at("requestId").is_string());
}

TEST(Cube, MalformedRequestsAre400) {
    TestServer server;
    for (const char* body : {"", "{", "[]", R"({"query":null})", R"({"query":"x"})", "{}"})
        EXPECT_EQ(server.post(path("load"), body, kJson).status, 400) << body;
    EXPECT_EQ(server.get(path("load")).status, 400);
    EXPECT_EQ(server.get(path("load?query=%7B")).status, 400);
    EXPECT_EQ(server.get(path("load?dialect=sql&query=%7B%7D")).status, 400);
    EXPECT_EQ(server.post(path("batch"), R"({"queries":[]})", kJson).status, 400);
    EXPECT_EQ(server.post(path("load"), R"({"measures":["Events.count"]})").status, 415);
}

TEST(Cube, MetaSpeaksTheDialectOfTheClient) {
    TestServer server;
    const Answer drizzle = server.get(path("meta"));
    ASSERT_EQ(drizzle.status, 200);
    EXPECT_THAT(drizzle.body, HasSubstr(R"("type":"countDistinct")"));
    EXPECT_THAT(drizzle.body, HasSubstr(R"("bindingKey":"Events.userId")"));
    EXPECT_THAT(drizzle.body, ::testing::Not(HasSubstr("propertiesRaw")));
    const Answer cube = server.get(path("meta"), "x-request-id: 0c1f-span-1\r\n");
    EXPECT_THAT(cube.body, HasSubstr(R"("aggType":"countDistinct")"));
    EXPECT_THAT(server.get(path("meta?dialect=cube")).body, HasSubstr(R"("aggType")"));
}

TEST(Cube, AnAnswerThatTheClientHasIs304) {
    TestServer server;
    const Answer first = server.get(path("meta"));
    const std::string tag = first.headers.count("etag") == 0 ? "" : first.headers.at("etag");
    ASSERT_FALSE(tag.empty());
    const Answer again = server.get(path("meta"), "If-None-Match: " + tag + "\r\n");
    EXPECT_EQ(again.status, 304);
    EXPECT_TRUE(again.body.empty());
}

TEST(Cube, SqlBindsWhatTheClientWrote) {
    TestServer server;
    const Answer answer =
        server.post(path("sql"),
                    R"({"query":{"measures":["Events.count"],"filters":[{"member":"Events.event",)"
                    R"("operator":"equals","values":["x' OR 1=1 --"]}]}})",
                    kJson);
    ASSERT_EQ(answer.status, 200);
    const auto sql = json::parse(answer.body).at("sql").at("sql").as_array();
    EXPECT_EQ(sql.at(0),
              R"sql(SELECT count(*) AS "Events.count" FROM events AS "Events" )sql"
              R"sql(WHERE "Events"."event" = $1)sql");
    EXPECT_EQ(sql.at(1).as_array().at(0), "x' OR 1=1 --");
}

TEST(Cube, DryRunHasTheMembersOfBothClients) {
    TestServer server;
    const Answer answer =
        server.post(path("dry-run"), R"({"query":{"measures":["Events.count"],"limt":1}})", kJson);
    ASSERT_EQ(answer.status, 200);
    const auto body = json::parse(answer.body).as_object();
    for (const char* key : {"normalizedQueries", "queryOrder", "pivotQuery", "sql", "analysis"})
        EXPECT_TRUE(body.contains(key)) << key;
    EXPECT_EQ(body.at("warnings").as_array().size(), 1U);
    const Answer refused = server.post(path("dry-run"), R"({"query":{}})", kJson);
    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(json::parse(refused.body).at("valid"), false);
}

TEST(Cube, ATokenIsTakenWithAndWithoutAScheme) {
    TestServer server({.auth = {.api_token = "secret"}});
    EXPECT_EQ(server.get(path("meta")).status, 401);
    for (const char* value : {"secret", "Bearer secret"}) {
        EXPECT_EQ(server.get(path("meta"), "Authorization: " + std::string(value) + "\r\n").status,
                  200);
    }
    EXPECT_EQ(server.get(path("meta"), "Authorization: wrong\r\n").status, 401);
}

TEST(Cube, ProbesTellAliveFromReady) {
    TestServer server;  // without workers
    EXPECT_EQ(server.get("/livez").status, 200);
    EXPECT_EQ(server.get("/readyz").status, 503);
}

}  // namespace
}  // namespace icelight::server
