#include "engine/appender.h"

#include <optional>

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "engine/database.h"

namespace icelight::engine {
namespace {

using testing::IsError;
using testing::IsOk;

class AppenderTest : public ::testing::Test {
protected:
    void SetUp() override {
        auto database = Database::open({});
        ASSERT_THAT(database, IsOk());
        auto session = database->connect();
        ASSERT_THAT(session, IsOk());
        session_.emplace(std::move(*session));
        ASSERT_THAT(
            session_->execute("CREATE TABLE tail(id BIGINT, name VARCHAR, happened TIMESTAMPTZ, "
                              "shard INTEGER, raw BLOB)"),
            IsOk());
    }

    std::string text(const std::string& sql) {
        auto result = session_->query_text(sql);
        return result ? *result : "error: " + result.error().message;
    }

    const std::vector<WriteType> columns_ = {WriteType::kInt64,
                                             WriteType::kText,
                                             WriteType::kTimestampTz,
                                             WriteType::kInt32,
                                             WriteType::kBlob};
    std::optional<Session> session_;
};

TEST_F(AppenderTest, RowsAreVisibleAfterFlush) {
    auto appender = Appender::open(*session_, "tail", columns_);
    ASSERT_THAT(appender, IsOk());
    for (int batch = 0; batch < 3; ++batch) {
        std::vector<std::string> names(kChunkRows);
        ChunkWriter& chunk = appender->chunk();
        for (std::size_t row = 0; row < kChunkRows; ++row) {
            const auto id = static_cast<std::int64_t>(batch * kChunkRows + row);
            names[row] = "a name longer than twelve bytes " + std::to_string(id);
            chunk.set_int64(0, row, id);
            if (row % 2 == 0) {
                chunk.set_text(1, row, names[row]);
            } else {
                chunk.set_null(1, row);
            }
            chunk.set_int64(2, row, 1'700'000'000'000'000 + id);
            chunk.set_int32(3, row, 7);
            chunk.set_text(4, row, std::string_view("\0\xff", 2));
        }
        ASSERT_THAT(appender->append_chunk(kChunkRows), IsOk());
        // Texts were copied.
        for (std::string& name : names)
            name.assign(name.size(), '#');
    }
    EXPECT_EQ(text("SELECT count(*) FROM tail"), "0");
    ASSERT_THAT(appender->flush(), IsOk());
    EXPECT_EQ(text("SELECT count(*) FROM tail"), "6144");
    EXPECT_EQ(
        text("SELECT count(name) FROM tail WHERE name = 'a name longer than twelve bytes ' || "
             "id"),
        "3072");
    EXPECT_EQ(text("SELECT max(happened) FROM tail"), "2023-11-14 22:13:20.006143+00");
    EXPECT_EQ(text("SELECT sum(shard) FROM tail WHERE raw = '\\x00\\xFF'::BLOB"), "43008");
}

TEST_F(AppenderTest, ManyFlushesOfOneAppenderAddUp) {
    auto appender = Appender::open(*session_, "tail", columns_);
    ASSERT_THAT(appender, IsOk());
    for (int i = 0; i < 10; ++i) {
        ChunkWriter& chunk = appender->chunk();
        chunk.set_int64(0, 0, i);
        for (std::size_t column = 1; column < 5; ++column)
            chunk.set_null(column, 0);
        ASSERT_THAT(appender->append_chunk(1), IsOk());
        ASSERT_THAT(appender->flush(), IsOk());
        EXPECT_EQ(text("SELECT count(*) FROM tail"), std::to_string(i + 1));
    }
    ASSERT_THAT(session_->execute("DELETE FROM tail WHERE id < 5"), IsOk());
    EXPECT_EQ(text("SELECT count(*) FROM tail WHERE name IS NULL"), "5");
}

TEST_F(AppenderTest, RowsThatWereNotFlushedAreDropped) {
    {
        auto appender = Appender::open(*session_, "tail", columns_);
        ASSERT_THAT(appender, IsOk());
        for (std::size_t column = 0; column < 5; ++column)
            appender->chunk().set_null(column, 0);
        ASSERT_THAT(appender->append_chunk(1), IsOk());
    }
    EXPECT_EQ(text("SELECT count(*) FROM tail"), "0");
}

TEST_F(AppenderTest, OtherColumnsThanTheTablesAreRefused) {
    EXPECT_THAT(Appender::open(*session_, "tail", {WriteType::kInt64}),
                IsError(ErrorCode::kInvalidArgument));
    auto columns = columns_;
    columns[1] = WriteType::kInt64;
    EXPECT_THAT(Appender::open(*session_, "tail", columns), IsError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(Appender::open(*session_, "nope", columns_), IsError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace icelight::engine
