#include "lake/fsck/fsck.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "server/command/server_client.h"
#include "server/fsck_report.h"
#include "server/testing/json_of.h"
#include "server/testing/test_server.h"
#include "wal/log.h"

namespace icelight::server {
namespace {

using testing::json_of;
using testing::TestServer;

TEST(Fsck, AnswersAReportOfTheLiveServer) {
    TestServer server;
    const auto answer = server.get("/api/fsck");
    ASSERT_EQ(answer.status, 200) << answer.body;
    const auto report = json_of(answer.body);
    EXPECT_TRUE(report.at("clean").as_bool());
    EXPECT_EQ(report.at("tables").as_array().size(), 2U);
    EXPECT_EQ(report.at("tables").at(0).at("name").as_string(), "analytics.events");
    EXPECT_EQ(report.at("offsets").at("watermark").as_int64(), 0);
    EXPECT_EQ(report.at("log").at("uuid").as_string(), server.log().uuid().text());
}

TEST(Fsck, NeedsAnAdministratorsToken) {
    testing::TestServerOptions options;
    options.auth.api_token = "secret";
    TestServer server(std::move(options));
    EXPECT_EQ(server.get("/api/fsck").status, 401);
    const std::string admin = "Authorization: Bearer secret\r\n";
    EXPECT_EQ(server.get("/api/fsck", admin).status, 200);
    const auto made = server.post("/api/tokens",
                                  R"({"name":"r","role":"read"})",
                                  admin + "Content-Type: application/json\r\n");
    ASSERT_EQ(made.status, 200) << made.body;
    const std::string reader(json_of(made.body).at("secret").as_string());
    EXPECT_EQ(server.get("/api/fsck", "Authorization: Bearer " + reader + "\r\n").status, 403);
}

TEST(Fsck, IsFetchedByTheCommandOrRefusedWithAHint) {
    testing::TestServerOptions options;
    options.auth.api_token = "secret";
    TestServer server(std::move(options));
    command::Target target{.host = "127.0.0.1",
                           .port = std::to_string(server.port()),
                           .token = "secret",
                           .token_source = "--the-option"};
    const auto report = command::fetch_fsck_report(target);
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_TRUE(json_of(*report).at("clean").as_bool());
    target.token = "";
    const auto refused = command::fetch_fsck_report(target);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::kUnauthenticated);
    EXPECT_NE(refused.error().message.find("--the-option"), std::string::npos);
}

TEST(FsckReport, IsOneObjectWithEveryFinding) {
    lake::FsckReport report;
    report.errors = 1;
    report.notices = 1;
    report.findings = {{true, "file-missing", "a.b", "file:///x\"y", "gone"},
                       {false, "stray-file", "", "", ""}};
    const auto value = json_of(encode_fsck_report(report));
    EXPECT_FALSE(value.at("clean").as_bool());
    EXPECT_TRUE(value.at("log").is_null());
    EXPECT_EQ(value.at("errors").as_int64(), 1);
    const auto& findings = value.at("findings").as_array();
    ASSERT_EQ(findings.size(), 2U);
    EXPECT_EQ(findings[0].at("severity").as_string(), "error");
    EXPECT_EQ(findings[0].at("path").as_string(), "file:///x\"y");
    EXPECT_EQ(findings[1].at("severity").as_string(), "notice");
}

}  // namespace
}  // namespace icelight::server
