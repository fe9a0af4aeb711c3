// /api/sources and /api/tokens behind a real listener.
#include "server/api/keys.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/testing/test_server.h"

namespace icelight::server {
namespace {

using ::testing::HasSubstr;
using testing::TestServer;

constexpr char kJson[] = "Content-Type: application/json\r\n";

TEST(KeyRoutes, ALocalCallerIsAnAdministratorUntilThereIsAToken) {
    TestServer server;
    EXPECT_EQ(server.get("/api/sources").body, R"({"success":true,"sources":[]})");
    EXPECT_EQ(server.get("/api/tokens", "X-Forwarded-For: 203.0.113.7\r\n").status, 401)
        << "a proxy passed it on";
    const auto made = server.post("/api/tokens", R"({"name":"r","role":"read"})", kJson);
    EXPECT_EQ(made.status, 200);
    EXPECT_EQ(made.headers.at("cache-control"), "no-store");
    const std::string reader(boost::json::parse(made.body).at("secret").as_string());
    EXPECT_EQ(server.get("/api/tokens").status, 401);
    EXPECT_EQ(server.get("/api/tokens", "Authorization: Bearer " + reader + "\r\n").status, 403);
    EXPECT_EQ(server.get("/tables/analytics", "Authorization: Bearer " + reader + "\r\n").status,
              200);
}

TEST(KeyRoutes, PagesAndFormsMayNotChangeAnything) {
    TestServer server;
    EXPECT_EQ(server
                  .post("/api/sources",
                        R"({"name":"a"})",
                        "Origin: https://evil.example\r\nContent-Type: application/json\r\n")
                  .status,
              403);
    EXPECT_EQ(server
                  .call(http::testing::make_request(
                      "POST", "/api/sources", R"({"name":"a"})", "Content-Type: text/plain\r\n"))
                  .status,
              415);
    EXPECT_EQ(server.get("/api/sources").body, R"({"success":true,"sources":[]})");
}

TEST(KeyRoutes, ASourceTakesItsEventsFromTheNextRequestOn) {
    TestServer server;
    const std::string event = R"({"userId":"u","event":"e"})";
    EXPECT_EQ(server.post("/v1/track", event).status, 200) << "no key is needed yet";
    const auto made = server.post("/api/sources", R"({"name":"web"})", kJson);
    const std::string key(boost::json::parse(made.body).at("write_key").as_string());
    EXPECT_EQ(server.post("/v1/track", event).status, 401);
    EXPECT_EQ(server.post("/v1/track", event, "X-API-Key: " + key + "\r\n").status, 200);
    EXPECT_EQ(server
                  .call(http::testing::make_request(
                      "PATCH", "/api/sources/web", R"({"enabled":false})", kJson))
                  .status,
              200);
    const auto refused = server.post("/v1/track", event, "X-API-Key: " + key + "\r\n");
    EXPECT_EQ(refused.status, 401);
    EXPECT_THAT(refused.body, HasSubstr("invalid write key"));
}

}  // namespace
}  // namespace icelight::server
