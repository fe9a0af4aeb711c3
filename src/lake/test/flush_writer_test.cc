#include "lake/flush/flush_writer.h"

#include <set>

#include "event/columns.h"
#include "iceberg/values.h"
#include "io/file_system.h"
#include "lake/test/fixture.h"

namespace icelight::lake {
namespace {

class FlushWriterTest : public LakeFixture {
protected:
    void SetUp() override {
        LakeFixture::SetUp();
        auto writer = FlushWriter::open(io::posix_file_system());
        ASSERT_THAT(writer, IsOk());
        writer_.emplace(std::move(*writer));
    }

    /// Plans and writes into files named by their place in the plan.
    std::vector<WrittenDataFile> flush(const FlushJob& job) {
        auto plan = writer_->plan(job);
        EXPECT_THAT(plan, IsOk());
        if (!plan) return {};
        std::vector<std::filesystem::path> paths;
        for (std::size_t i = 0; i < plan->files.size(); ++i)
            paths.push_back(dir_.path() / "out" / std::to_string(++made_) / "f.parquet");
        plan_ = *plan;
        auto files = writer_->write(paths);
        EXPECT_THAT(files, IsOk());
        return files ? *files : std::vector<WrittenDataFile>{};
    }

    std::optional<FlushWriter> writer_;
    FlushPlan plan_;
    int made_ = 0;
};

TEST_F(FlushWriterTest, RowsOfOneDayMakeOneSortedFile) {
    append_events(100, "a");
    const std::uint64_t to = append_events(100, "b");
    const auto files = flush(job(0, to));
    ASSERT_EQ(files.size(), 1u);
    EXPECT_EQ(plan_.to, to);
    EXPECT_EQ(plan_.oldest_us, clock_.now_us());
    EXPECT_EQ(files[0].day, 20'781);
    EXPECT_EQ(files[0].row_count, 200);
    EXPECT_EQ(files[0].file_bytes,
              static_cast<std::int64_t>(std::filesystem::file_size(files[0].path)));
    EXPECT_EQ(ask_file(files[0].path,
                       "SELECT list(_log_offset) = (SELECT list(_log_offset ORDER BY event NULLS "
                       "LAST, \"timestamp\", _log_offset) FROM t) FROM t"),
              "true");
    EXPECT_EQ(ask_file(files[0].path, "SELECT count(DISTINCT _log_offset) FROM t"), "200");
    EXPECT_EQ(ask_file(files[0].path, "SELECT properties FROM t WHERE message_id = 'b7'"),
              "{\"price\":7.10}");
    EXPECT_EQ(ask_file(files[0].path,
                       "SELECT __ingest_ts || ' ' || _log_shard FROM t WHERE message_id = 'a0'"),
              "2026-11-24 12:00:00+00 0");
}

TEST_F(FlushWriterTest, EachDayOfTheLogsClockGetsItsFile) {
    append_events(10, "a");
    clock_.advance(std::chrono::hours(12));
    append_events(20, "b");
    append_reject();
    clock_.advance(std::chrono::hours(24));
    const std::uint64_t to = append_reject();
    const auto files = flush(job(0, to));
    ASSERT_EQ(files.size(), 4u);
    EXPECT_EQ(files[0].day, 20'781);
    EXPECT_EQ(files[0].row_count, 10);
    EXPECT_EQ(files[1].day, 20'782);
    EXPECT_EQ(files[1].row_count, 20);
    EXPECT_EQ(files[2].table, Table::kRejected);
    EXPECT_EQ(files[2].day, 20'782);
    EXPECT_EQ(files[3].day, 20'783);
    EXPECT_EQ(ask_file(files[3].path, "SELECT stage || ':' || _log_offset FROM t"), "parse:31");
}

TEST_F(FlushWriterTest, CountsAndBoundsDescribeEveryColumn) {
    const std::uint64_t to = append_events(50, "a-long-common-prefix-");
    const auto files = flush(job(0, to));
    ASSERT_EQ(files.size(), 1u);
    const WrittenDataFile& file = files[0];
    for (const event::Column& column : event::kEventColumns) {
        EXPECT_EQ(file.value_counts.at(column.id), 50) << column.name;
        const std::string name = "\"" + std::string(column.name) + "\"";
        EXPECT_EQ(std::to_string(50 - file.null_value_counts.at(column.id)),
                  ask_file(file.path, "SELECT count(" + name + ") FROM t"))
            << column.name;
        const bool has_bounds = file.lower_bounds.contains(column.id);
        const bool wants_bounds = column.type != event::ColumnType::kJsonText &&
                                  file.null_value_counts.at(column.id) < 50;
        EXPECT_EQ(has_bounds, wants_bounds) << column.name;
    }
    EXPECT_EQ(file.lower_bounds.at(event::id::kMessageId), "a-long-common-pr");
    EXPECT_EQ(file.upper_bounds.at(event::id::kMessageId), "a-long-common-ps");
    EXPECT_EQ(file.lower_bounds.at(event::id::kEvent), "Event 0");
    EXPECT_EQ(file.upper_bounds.at(event::id::kEvent), "Event 9");
    const auto last = iceberg::decode_value(iceberg::TypeKind::kLong,
                                            file.upper_bounds.at(event::id::kLogOffset));
    ASSERT_THAT(last, IsOk());
    EXPECT_EQ(std::get<std::int64_t>(*last), 49);
    EXPECT_EQ(file.split_offsets, (std::vector<std::int64_t>{4}));
}

TEST_F(FlushWriterTest, PoisonGoesToTheRejectsWholeAndKeepsItsOffset) {
    const std::uint64_t to = append_events(3, "a");
    FlushJob with_poison = job(0, to);
    with_poison.poison = {1};
    const auto files = flush(with_poison);
    ASSERT_EQ(files.size(), 2u);
    EXPECT_EQ(ask_file(files[0].path, "SELECT list(_log_offset ORDER BY _log_offset) FROM t"),
              "[0, 2]");
    EXPECT_EQ(ask_file(files[1].path,
                       "SELECT concat_ws(' ', stage, type, _log_offset, octet_length(raw) = "
                       "raw_bytes, sha256(raw) = raw_sha256, received_at = __ingest_ts) FROM t"),
              "flush poison_row 1 true true true");
}

TEST_F(FlushWriterTest, AFlushStopsAfterItsBytesAndGoesOnThere) {
    for (int i = 0; i < 10; ++i)
        append_events(100, "batch" + std::to_string(i) + "-");
    const std::uint64_t to = log_->durable_offset();
    std::uint64_t from = 0;
    std::set<std::string> offsets;
    int flushes = 0;
    while (from < to) {
        FlushJob next = job(from, to);
        next.bytes_max = 30'000;
        const auto files = flush(next);
        ASSERT_EQ(files.size(), 1u);
        ASSERT_GT(plan_.to, from);
        EXPECT_EQ(ask_file(files[0].path,
                           "SELECT min(_log_offset) || '-' || max(_log_offset) "
                           "FROM t"),
                  std::to_string(from) + "-" + std::to_string(plan_.to - 1));
        from = plan_.to;
        ++flushes;
    }
    EXPECT_GT(flushes, 2);
}

TEST_F(FlushWriterTest, AnotherNumberOfPathsIsRefused) {
    const std::uint64_t to = append_events(3, "a");
    ASSERT_THAT(writer_->plan(job(0, to)), IsOk());
    EXPECT_THAT(writer_->write({}), IsError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(writer_->write({dir_.path() / "x.parquet"}), IsError(ErrorCode::kInvalidArgument));
}

TEST_F(FlushWriterTest, OffsetsThatTheLogDoesNotHoldAreAnError) {
    const std::uint64_t to = append_events(3, "a");
    EXPECT_FALSE(writer_->plan(job(0, to + 5)));
    EXPECT_THAT(writer_->plan(job(0, to)), IsOk());
}

}  // namespace
}  // namespace icelight::lake
