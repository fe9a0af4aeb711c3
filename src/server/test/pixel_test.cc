#include "server/api/pixel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/testing/test_server.h"
#include "wal/log.h"

namespace icelight::server {
namespace {

using http::testing::Answer;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using testing::TestServer;

void expect_picture(const Answer& answer) {
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.headers.at("content-type"), "image/gif");
    EXPECT_EQ(answer.headers.at("cache-control"), "no-store");
    EXPECT_THAT(answer.body, StartsWith("GIF89a"));
    EXPECT_EQ(answer.body.size(), 42U);
}

TEST(Pixel, RudderStacksParametersAreTheEventsMembers) {
    TestServer server;
    expect_picture(server.get(
        "/pixel/v1/track?writeKey=k&anonymousId=a1&event=Mail+opened&properties.subject=Hi%21"
        "&properties.n.deep=1&channel=web"));
    const auto items = server.stored();
    ASSERT_EQ(items.size(), 1U);
    EXPECT_EQ(items[0].at("type"), "track");
    EXPECT_EQ(items[0].at("event"), "Mail opened");
    EXPECT_EQ(items[0].at("anonymous_id"), "a1");
    EXPECT_EQ(items[0].at("properties"), R"({"subject":"Hi!","n":{"deep":"1"}})");
    EXPECT_EQ(items[0].at("extra"), R"({"channel":"web"})") << "the write key is no data";
    EXPECT_THAT(items[0].at("ingest_info"), HasSubstr(R"("rule":"rudder")"));
}

TEST(Pixel, SegmentsDataIsTheEventInBase64) {
    TestServer server;
    // {"userId":"u>>?~~~","event":"e","messageId":"m","writeKey":"k"}: a slash, a plus, no padding.
    const std::string data =
        "eyJ1c2VySWQiOiJ1Pj4/fn5+IiwiZXZlbnQiOiJlIiwibWVzc2FnZUlkIjoibSIsIndyaXRlS2V5IjoiayJ9";
    expect_picture(server.get("/v1/pixel/track?data=" + data));
    expect_picture(server.get("/v1/pixel/page?userId=u2&name=Home"));
    const auto items = server.stored();
    ASSERT_EQ(items.size(), 2U);
    EXPECT_EQ(items[0].at("user_id"), "u>>?~~~");
    EXPECT_EQ(items[0].at("message_id"), "m");
    EXPECT_EQ(items[1].at("type"), "page");
    EXPECT_EQ(items[1].at("name"), "Home");
}

TEST(Pixel, IsShownWhateverBecomesOfTheEvent) {
    testing::TestServerOptions options;
    options.gate.write_key = "k";
    TestServer server(options);
    expect_picture(server.get("/pixel/v1/track?writeKey=wrong&userId=u&event=e"));
    expect_picture(server.get("/pixel/v1/track?userId=u&event=e"));
    EXPECT_EQ(server.log().counters().received, 0U);
    expect_picture(server.get("/pixel/v1/track?writeKey=k&event=no-user"));
    expect_picture(server.get("/v1/pixel/track?writeKey=k&data=%00"));
    expect_picture(server.get("/v1/pixel/track?writeKey=k&data=bm8"));
    EXPECT_EQ(server.log().counters().rejected, 2U);
    EXPECT_EQ(server.log().counters().stored, 0U);
}

TEST(MakePixelEvent, KeepsNamesThatLeadNowhereAsTheyAre) {
    EXPECT_EQ(make_pixel_event("a=1&a.b=2"), R"({"a":"1","a.b":"2"})");
    EXPECT_EQ(make_pixel_event(""), "{}");
    const std::string deep = "x" + std::string(40, '.');
    EXPECT_EQ(make_pixel_event(deep + "=1"), "{\"" + deep + "\":\"1\"}");
    EXPECT_FALSE(make_pixel_event("a=%"));
    EXPECT_FALSE(make_pixel_event("a=" + std::string(kPixelQueryBytesMax, 'x')));
}

}  // namespace
}  // namespace icelight::server
