#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "server/testing/test_server.h"

// Tables without snapshots here; tests/e2e/test_table_detail.py looks at ones with rows.

namespace icelight::server {
namespace {

using testing::TestServer;

TEST(TableDetail, AnswersEveryPartOfAnEmptyTable) {
    TestServer server;
    for (const char* part : {"snapshots", "history", "manifests", "files", "partitions"}) {
        const auto answer = server.get(std::string("/api/tables/analytics/events/") + part);
        EXPECT_EQ(answer.status, 200) << part;
        EXPECT_EQ(answer.body, R"({"data":[]})") << part;
    }
    const auto stats = server.get("/api/tables/analytics/events/stats");
    ASSERT_EQ(stats.status, 200);
    const auto data = boost::json::parse(stats.body).at("data");
    EXPECT_EQ(data.at("rows").as_int64(), 0);
    EXPECT_TRUE(data.at("snapshot_id").is_null());
    EXPECT_EQ(data.at("format_version").as_int64(), 2);
}

TEST(TableDetail, SaysWhatItDoesNotKnow) {
    TestServer server;
    const std::string table = "/api/tables/analytics/events/";
    EXPECT_EQ(server.get(table + "nonsense").status, 404);
    EXPECT_EQ(server.get("/api/tables/analytics/none/files").status, 404);
    EXPECT_EQ(server.get(table + "files?snapshot=7").status, 404);
    for (const char* bad : {"limit=0", "limit=10001", "limit=x", "after=-1", "offset=1"})
        EXPECT_EQ(server.get(table + "files?" + bad).status, 400) << bad;
}

TEST(TableDetail, NeedsTheTokenOfQueries) {
    testing::TestServerOptions options;
    options.auth.api_token = "secret";
    TestServer server(std::move(options));
    EXPECT_EQ(server.get("/api/tables/analytics/events/stats").status, 401);
}

}  // namespace
}  // namespace icelight::server
