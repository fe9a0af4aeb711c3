#include "lake/fsck/fsck.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "server/fsck_report.h"
#include "server/testing/test_server.h"
#include "wal/log.h"

namespace icelight::server {
namespace {

using testing::TestServer;

boost::json::value json_of(const std::string& text) {
    boost::json::error_code error;
    auto value = boost::json::parse(text, error);
    EXPECT_FALSE(error) << text;
    return value;
}

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

TEST(Fsck, NeedsTheTokenOfQueries) {
    testing::TestServerOptions options;
    options.auth.api_token = "secret";
    TestServer server(std::move(options));
    EXPECT_EQ(server.get("/api/fsck").status, 401);
    EXPECT_EQ(server.get("/api/fsck", "Authorization: Bearer secret\r\n").status, 200);
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
