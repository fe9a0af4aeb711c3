#include "server/api/sql/query_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace icelight::server {
namespace {

using ::testing::HasSubstr;

query::Request make_request() {
    query::Request request;
    request.origin = query::Origin::kSql;
    request.name = "mine";
    request.owner = "ada";
    request.sql = std::string(5'000, 'x');
    request.format = query::Format::kParquet;
    return request;
}

TEST(QueryRecord, SaysWhatWasAskedAndWhatCameOfIt) {
    const auto request = make_request();
    query::Reply reply;
    reply.facts.rows = 7;
    reply.facts.snapshot_id = 12;
    reply.facts.columns_json = R"([{"name":"a","type":"BIGINT"}])";
    reply.bytes_written = 99;
    reply.age = std::chrono::milliseconds(3);
    const Result<query::Reply> outcome = reply;
    const auto record =
        make_query_record({17, request, 1'000, std::chrono::microseconds(55), outcome});
    ASSERT_TRUE(record);
    EXPECT_EQ(record->id, 17);
    EXPECT_EQ(record->owner + record->name + record->kind, "adaminesql");
    EXPECT_EQ(record->sql.size(), app::kRecordedSqlBytesMax);
    EXPECT_EQ(record->sql_bytes, 5'000);
    EXPECT_EQ(record->format + record->status + record->error, "parquetok");
    EXPECT_EQ(record->started_at_us + record->duration_us + record->rows + record->bytes,
              1'000 + 55 + 7 + 99);
    EXPECT_THAT(record->meta,
                ::testing::StartsWith(R"({"columns":[{"name":"a","type":"BIGINT"}],"rowCount":7)"));
    EXPECT_THAT(record->meta, HasSubstr(R"("snapshotId":"12")"));
    EXPECT_THAT(record->meta, HasSubstr(R"("cacheAgeMs":3)"));
}

TEST(QueryRecord, AnErrorIsOneOfThreeKinds) {
    const auto request = make_request();
    const auto status = [&](ErrorCode code) {
        const Result<query::Reply> outcome = fail(code, "why");
        const auto record = make_query_record({1, request, 0, {}, outcome});
        return record->status + " " + record->error + record->meta;
    };
    EXPECT_EQ(status(ErrorCode::kInvalidArgument), "error why");
    EXPECT_EQ(status(ErrorCode::kTimeout), "timeout why");
    EXPECT_EQ(status(ErrorCode::kShuttingDown), "cancelled why");
}

TEST(QueryRecord, TheServersOwnQuestionsAreNotKept) {
    auto request = make_request();
    request.origin = query::Origin::kServer;
    const Result<query::Reply> outcome = query::Reply{};
    EXPECT_FALSE(make_query_record({1, request, 0, {}, outcome}));
    request.origin = query::Origin::kCube;
    EXPECT_EQ(make_query_record({1, request, 0, {}, outcome})->kind, "cube");
}

}  // namespace
}  // namespace icelight::server
