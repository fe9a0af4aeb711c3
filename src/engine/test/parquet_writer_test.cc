#include "engine/parquet_writer.h"

#include <memory>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "base/testing/temp_dir.h"
#include "engine/database.h"
#include "engine/sql_text.h"

namespace icelight::engine {
namespace {

using testing::HasMessage;
using testing::IsError;
using testing::IsOk;

const std::vector<ParquetColumn> kColumns = {{"id", WriteType::kInt64, 21},
                                             {"text", WriteType::kText, 5},
                                             {"at", WriteType::kTimestampTz, 13},
                                             {"shard", WriteType::kInt32, 22},
                                             {"raw", WriteType::kBlob, 6},
                                             {"none", WriteType::kText, 7},
                                             {"odd \"name\"", WriteType::kDouble, 99}};

/// `count` rows; texts alternate between short, long and NULL, all pointing into `texts`.
class TestRows final : public RowSource {
public:
    explicit TestRows(std::size_t count, std::size_t fail_at = SIZE_MAX) : fail_at_(fail_at) {
        for (std::size_t i = 0; i < count; ++i)
            texts_.push_back(text_of(i));
    }

    static std::string text_of(std::size_t i) {
        return i % 3 == 0 ? fmt::format("s{}", i) : fmt::format("a long text, number {}", i);
    }

    Result<std::size_t> fill(ChunkWriter& chunk) override {
        std::size_t row = 0;
        for (; row < kChunkRows && next_ < texts_.size(); ++row, ++next_) {
            if (next_ == fail_at_) return fail(ErrorCode::kCorruption, "row 1000 is bad");
            chunk.set_int64(0, row, static_cast<std::int64_t>(next_));
            if (next_ % 5 == 4) {
                chunk.set_null(1, row);
            } else {
                chunk.set_text(1, row, texts_[next_]);
            }
            chunk.set_int64(2, row, 1'700'000'000'000'000 + static_cast<std::int64_t>(next_));
            chunk.set_int32(3, row, -1);
            chunk.set_text(4, row, std::string_view("\0\xfe", 2));
            chunk.set_null(5, row);
            chunk.set_double(6, row, 0.5);
        }
        return row;
    }

private:
    std::vector<std::string> texts_;
    std::size_t next_ = 0;
    std::size_t fail_at_;
};

class ParquetWriterTest : public ::testing::Test {
protected:
    void SetUp() override {
        auto database = Database::open({});
        ASSERT_THAT(database, IsOk());
        auto session = database->connect();
        ASSERT_THAT(session, IsOk());
        session_ = std::make_unique<Session>(std::move(*session));
    }

    std::string text(const std::string& sql) {
        auto result = session_->query_text(sql);
        return result ? *result : "error: " + result.error().message;
    }

    std::string file_literal() const { return quote_literal(path_.string()); }

    testing::TempDir dir_;
    std::filesystem::path path_ = dir_.path() / "it's a file.parquet";
    std::unique_ptr<Session> session_;
};

TEST_F(ParquetWriterTest, AHundredThousandRowsComeBackInOrder) {
    TestRows rows(100'000);
    const auto file = write_parquet(*session_, rows, kColumns, path_);
    ASSERT_THAT(file, IsOk());
    EXPECT_EQ(file->row_count, 100'000);
    EXPECT_EQ(file->file_bytes, static_cast<std::int64_t>(std::filesystem::file_size(path_)));
    auto result = session_->query("SELECT id, text FROM " + file_literal());
    ASSERT_THAT(result, IsOk());
    std::size_t next = 0;
    for (;;) {
        const auto next_chunk = result->next();
        ASSERT_THAT(next_chunk, IsOk());
        const auto& chunk = *next_chunk;
        if (!chunk) break;
        const VectorView ids = chunk->column(0);
        const VectorView texts = chunk->column(1);
        for (std::size_t row = 0; row < chunk->row_count(); ++row, ++next) {
            ASSERT_EQ(ids.integer(row), static_cast<std::int64_t>(next));
            ASSERT_EQ(texts.is_null(row), next % 5 == 4);
            if (next % 5 != 4) {
                ASSERT_EQ(texts.bytes(row), TestRows::text_of(next));
            }
        }
    }
    EXPECT_EQ(next, 100'000u);
    EXPECT_EQ(text("SELECT count(*) FROM " + file_literal() +
                   " WHERE hex(raw) = '00FE' AND shard = -1 AND none IS NULL"),
              "100000");
    EXPECT_EQ(text("SELECT sum(\"odd \"\"name\"\"\") FROM " + file_literal()), "50000.0");
}

TEST_F(ParquetWriterTest, TheSchemaCarriesFieldIdsAndTypes) {
    TestRows rows(10);
    ASSERT_THAT(write_parquet(*session_, rows, kColumns, path_), IsOk());
    EXPECT_EQ(text("SELECT list(name || ':' || field_id ORDER BY field_id) FROM parquet_schema(" +
                   file_literal() + ") WHERE field_id IS NOT NULL"),
              "['text:5', 'raw:6', 'none:7', 'at:13', 'id:21', 'shard:22', 'odd \"name\":99']");
    EXPECT_EQ(
        text("SELECT logical_type FROM parquet_schema(" + file_literal() + ") WHERE name = 'at'"),
        "TimestampType(isAdjustedToUTC=1, unit=TimeUnit(MILLIS=<null>, MICROS=MicroSeconds(),"
        " NANOS=<null>))");
    EXPECT_EQ(text("SELECT format_version FROM parquet_file_metadata(" + file_literal() + ")"),
              "2");
    EXPECT_EQ(text("SELECT DISTINCT compression FROM parquet_metadata(" + file_literal() + ")"),
              "ZSTD");
}

TEST_F(ParquetWriterTest, CountsAndSplitOffsetsDescribeTheFile) {
    TestRows rows(100'000);
    const auto file = write_parquet(*session_, rows, kColumns, path_);
    ASSERT_THAT(file, IsOk());
    ASSERT_EQ(file->columns.size(), kColumns.size());
    for (std::size_t i = 0; i < kColumns.size(); ++i) {
        EXPECT_EQ(file->columns[i].field_id, kColumns[i].field_id);
        EXPECT_EQ(file->columns[i].value_count, 100'000) << kColumns[i].name;
        EXPECT_GT(file->columns[i].column_bytes, 0) << kColumns[i].name;
    }
    EXPECT_EQ(file->columns[0].null_count, 0);
    EXPECT_EQ(file->columns[1].null_count, 20'000);
    EXPECT_EQ(file->columns[5].null_count, 100'000);
    ASSERT_EQ(file->split_offsets.size(), 3u);
    EXPECT_EQ(file->split_offsets[0], 4);
    EXPECT_LT(file->split_offsets[1], file->split_offsets[2]);
}

TEST_F(ParquetWriterTest, TheSourcesErrorIsTheWritersErrorAndLeavesNoFile) {
    TestRows rows(5000, 1000);
    const auto file = write_parquet(*session_, rows, kColumns, path_);
    EXPECT_THAT(file, IsError(ErrorCode::kCorruption));
    EXPECT_THAT(file, HasMessage("row 1000 is bad"));
    EXPECT_TRUE(std::filesystem::is_empty(dir_.path()));
    TestRows again(10);
    EXPECT_THAT(write_parquet(*session_, again, kColumns, path_), IsOk());
}

TEST_F(ParquetWriterTest, AFolderThatIsNotThereIsIo) {
    TestRows rows(10);
    EXPECT_THAT(write_parquet(*session_, rows, kColumns, dir_.path() / "no" / "x.parquet"),
                IsError(ErrorCode::kIo));
}

TEST_F(ParquetWriterTest, QueriesCannotCallTheRowsFunction) {
    TestRows rows(10);
    ASSERT_THAT(write_parquet(*session_, rows, kColumns, path_), IsOk());
    EXPECT_THAT(session_->execute("FROM icelight_rows()"), IsError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace icelight::engine
