#include "server/api/webhook.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/testing/test_server.h"
#include "wal/log.h"

namespace icelight::server {
namespace {

using ::testing::HasSubstr;
using testing::TestServer;

constexpr char kForm[] = "Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\n";

TEST(Webhook, JsonBecomesThePropertiesOfOneEventByteForByte) {
    TestServer server;
    const std::string payload = R"({"id": 9007199254740993, "items":[1.10,{"a":"}]\""}]})";
    EXPECT_EQ(server.post("/v1/webhook?writeKey=k", payload).status, 200);
    EXPECT_EQ(server.post("/v1/webhook/?event=Paid&userId=u1&messageId=m1", " [1] \n").status, 200);
    const auto items = server.stored();
    ASSERT_EQ(items.size(), 2U);
    EXPECT_EQ(items[0].at("type"), "track");
    EXPECT_EQ(items[0].at("event"), "webhook");
    EXPECT_EQ(items[0].at("properties"), payload);
    EXPECT_EQ(items[0].at("anonymous_id").size(), 36U) << "a user that nobody else has";
    EXPECT_EQ(items[1].at("event"), "Paid");
    EXPECT_EQ(items[1].at("user_id"), "u1");
    EXPECT_EQ(items[1].at("message_id"), "m1");
    EXPECT_EQ(items[1].at("properties"), "[1]");
}

TEST(Webhook, FormsAndQueriesBecomeObjects) {
    TestServer server;
    EXPECT_EQ(server.post("/webhook", "From=%2B49&Body=a+%22b%22&event=x", kForm).status, 200);
    EXPECT_EQ(server.get("/v1/webhook?writeKey=k&ping=1").status, 200);
    const auto items = server.stored();
    ASSERT_EQ(items.size(), 2U);
    EXPECT_EQ(items[0].at("properties"), R"({"From":"+49","Body":"a \"b\"","event":"x"})");
    EXPECT_EQ(items[1].at("properties"), R"({"ping":"1"})");
}

TEST(Webhook, ADeliveryThatIsRepeatedCountsOnce) {
    TestServer server;
    for (int i = 0; i < 2; ++i)
        EXPECT_EQ(server.post("/v1/webhook", "{}", "Webhook-Id: msg_1\r\n").status, 200);
    EXPECT_EQ(server.log().counters().stored, 1U);
    EXPECT_EQ(server.log().counters().duplicate, 1U);
}

TEST(Webhook, APayloadCannotLeaveItsMember) {
    TestServer server;
    for (const char* body :
         {R"({},"userId":"admin")", R"({}})", R"({"a":1)", R"({"a":[})", "7", "", "x=1"})
        EXPECT_EQ(server.post("/v1/webhook", body).status, 400) << body;
    EXPECT_EQ(server.log().counters().stored, 0U);
    EXPECT_EQ(server.log().counters().rejected, 7U);
}

TEST(Webhook, NeedsTheKeyInQueryOrHeader) {
    testing::TestServerOptions options;
    options.gate.write_key = "k";
    TestServer server(options);
    EXPECT_EQ(server.post("/v1/webhook", "{}").status, 401);
    EXPECT_EQ(server.post("/v1/webhook?writeKey=k", "{}").status, 200);
    EXPECT_EQ(server.post("/v1/webhook", "{}", "Authorization: Basic azo=\r\n").status, 200);
}

}  // namespace
}  // namespace icelight::server
