#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/testing/json_of.h"
#include "server/testing/test_server.h"
#include "server/version.h"

namespace icelight::server {
namespace {

using http::testing::Answer;
using ::testing::HasSubstr;
using testing::json_of;
using testing::TestServer;

TEST(Health, IsOkAndTellsHowFarLogAndTableAre) {
    TestServer server;
    EXPECT_EQ(server.post("/v1/track", R"({"userId":"u","event":"e"})").status, 200);
    const Answer answer = server.get("/health");
    EXPECT_EQ(answer.status, 200);
    const auto health = json_of(answer);
    EXPECT_EQ(health.at("status").as_string(), "ok");
    EXPECT_EQ(health.at("log").at("durable_offset").as_int64(), 1);
    EXPECT_EQ(health.at("events").at("stored").as_int64(), 1);
    EXPECT_EQ(health.at("duplicate_window").at("entries").as_int64(), 1);
    EXPECT_EQ(health.at("table").at("watermark").as_int64(), 0);
    EXPECT_FALSE(health.at("sql").at("ready").as_bool());
}

TEST(Health, MetricsAreInPrometheusText) {
    TestServer server;
    EXPECT_EQ(server.post("/v1/track", R"({"userId":"u","event":"e"})").status, 200);
    EXPECT_EQ(server.post("/v1/track", "{").status, 400);
    const Answer answer = server.get("/metrics");
    EXPECT_EQ(answer.status, 200);
    EXPECT_THAT(answer.headers.at("content-type"), HasSubstr("text/plain; version=0.0.4"));
    for (const char* name : {"icelight_server_events_accepted_total",
                             "icelight_server_events_refused_total",
                             "icelight_server_ack_seconds",
                             "icelight_wal_unsynced_bytes",
                             "icelight_catalog_conflicts_total",
                             "icelight_catalog_queue_depth_intents"})
        EXPECT_THAT(answer.body, HasSubstr(name));
}

TEST(Health, RootSaysWhatThisIs) {
    TestServer server;
    const auto root = json_of(server.get("/"));
    EXPECT_EQ(root.at("name").as_string(), "icelight");
    EXPECT_EQ(root.at("version").as_string(), kVersion);
}

}  // namespace
}  // namespace icelight::server
