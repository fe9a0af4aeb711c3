#include "query/stopped_lake.h"

#include <gmock/gmock.h>

#include "base/testing/matchers.h"
#include "query/test/tiny_lake.h"

namespace icelight::query {
namespace {

using icelight::testing::HasMessage;

class StoppedLakeTest : public ::testing::Test {
protected:
    std::string rows(const std::string& sql, bool is_committed_only = false) {
        StoppedLake stopped;
        stopped.options = lake_.options();
        for (const char* name : {"events", "events__rejected"}) {
            stopped.tables.push_back(
                {"analytics", name, lake_.metadata_location(name), TailKind::kNone});
        }
        stopped.tail_from = lake_.watermark();
        stopped.tail_to = lake_.log().durable_offset();
        Request request;
        request.sql = sql;
        request.format = Format::kCsv;
        request.is_committed_only = is_committed_only;
        const auto reply = query_stopped(stopped, request);
        return reply ? reply->body : reply.error().message;
    }

    testing::TinyLake lake_;
};

TEST_F(StoppedLakeTest, TableAndLogAreReadTogether) {
    lake_.append(10, 1);
    lake_.flush();
    lake_.append(5, 2);
    EXPECT_EQ(rows("SELECT count(*) AS n FROM events"), "n\r\n15\r\n");
    EXPECT_EQ(rows("SELECT count(*) AS n FROM events", true), "n\r\n10\r\n");
    EXPECT_EQ(rows("SELECT count(*) AS n FROM icelight.ANALYTICS.events__rejected"), "n\r\n3\r\n");
    EXPECT_EQ(rows("SELECT count(*) AS n FROM events a JOIN analytics.events b USING (message_id)"),
              "n\r\n15\r\n");
    EXPECT_EQ(rows("SHOW TABLES"),
              "namespace,name\r\nanalytics,events\r\nanalytics,events__rejected\r\n");
}

TEST_F(StoppedLakeTest, TheGateStandsHereToo) {
    EXPECT_THAT(rows("SELECT * FROM read_text('/etc/passwd')"),
                ::testing::StartsWith("SQL validation failed: "));
    EXPECT_THAT(rows("SELECT * FROM nothing"),
                ::testing::HasSubstr("there is no table analytics.nothing"));
}

}  // namespace
}  // namespace icelight::query
