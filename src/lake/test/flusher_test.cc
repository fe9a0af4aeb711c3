#include "lake/flush/flusher.h"

#include <thread>

#include "catalog/pins.h"
#include "iceberg/table_metadata.h"
#include "io/file_system.h"
#include "lake/test/fixture.h"

namespace icelight::lake {
namespace {

/// With real workers: this binary, started as `worker lake` (test_main.cc).
class FlusherTest : public LakeFixture {
protected:
    std::unique_ptr<Flusher> make_flusher(FlusherOptions options = {}) {
        options.log_directory = dir_.path() / "log";
        options.retry_after = std::chrono::milliseconds(10);
        auto flusher =
            std::make_unique<Flusher>(options, *log_, *catalog_, io::posix_file_system(), clock_);
        flusher->start();
        return flusher;
    }
};

TEST_F(FlusherTest, EveryRowIsInTheTableOnceAlsoAcrossRestarts) {
    std::uint64_t to = 0;
    for (int round = 0; round < 3; ++round) {
        auto flusher = make_flusher();
        append_events(50, "round" + std::to_string(round) + "a");
        append_reject();
        ASSERT_THAT(flusher->flush_now(soon()), IsOk());
        to = append_events(50, "round" + std::to_string(round) + "b");
        ASSERT_THAT(flusher->close(soon()), IsOk());
        EXPECT_EQ(watermark(), to);
        flusher.reset();
        close();
        open();
    }
    EXPECT_EQ(to, 303u);
    EXPECT_EQ(ask(Table::kEvents,
                  "SELECT count(*) || ' ' || count(DISTINCT _log_offset) || ' ' || "
                  "count(DISTINCT message_id) FROM t"),
              "300 300 300");
    EXPECT_EQ(ask(Table::kRejected, "SELECT list(_log_offset ORDER BY _log_offset) FROM t"),
              "[50, 151, 252]");
    EXPECT_TRUE(catalog_->list_journals()->empty());
}

TEST_F(FlusherTest, AFlushWithoutRowsOfATableAddsNoFileToIt) {
    auto flusher = make_flusher();
    append_reject();
    ASSERT_THAT(flusher->flush_now(soon()), IsOk());
    EXPECT_EQ(live_files(Table::kEvents).size(), 0u);
    EXPECT_EQ(live_files(Table::kRejected).size(), 1u);
    // Events got a snapshot all the same: it carries the watermark.
    EXPECT_NE(catalog_->load_table(ident_of({}, Table::kEvents))->metadata->current_snapshot(),
              nullptr);
    ASSERT_THAT(flusher->close(soon()), IsOk());
}

TEST_F(FlusherTest, RowsAreFlushedAtTheTargetLagAndNotBefore) {
    FlusherOptions options;
    options.target_lag = std::chrono::seconds(10);
    append_events(1, "backlog");
    auto flusher = make_flusher(options);
    ASSERT_THAT(flusher->flush_now(soon()), IsOk());
    append_events(5, "a");
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    EXPECT_EQ(watermark(), 1u);
    EXPECT_GT(flusher->lag().bytes, 0u);
    clock_.advance(std::chrono::seconds(11));
    for (int i = 0; i < 200 && flusher->lag().watermark < 6; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    EXPECT_EQ(watermark(), 6u);
    EXPECT_EQ(flusher->lag().seconds, 0);
    ASSERT_THAT(flusher->close(soon()), IsOk());
}

TEST_F(FlusherTest, ManyBytesAreFlushedWithoutWaiting) {
    FlusherOptions options;
    options.target_lag = std::chrono::hours(1);
    options.bytes_max = 100'000;
    auto flusher = make_flusher(options);
    for (int i = 0; i < 10; ++i)
        append_events(200, "batch" + std::to_string(i) + "-");
    for (int i = 0; i < 200 && flusher->lag().watermark == 0; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    EXPECT_GT(watermark(), 0u);
    ASSERT_THAT(flusher->close(soon()), IsOk());
    EXPECT_EQ(watermark(), 2000u);
}

/// Claim: a row that kills every worker ends in the rejects, whole; its neighbours in the events.
TEST_F(FlusherTest, ARowThatKillsWorkersIsMovedToTheRejects) {
    append_events(20, "a");
    append_events(1, kCrashId);
    append_events(20, "b");
    auto flusher = make_flusher();
    ASSERT_THAT(flusher->flush_now(soon()), IsOk());
    ASSERT_THAT(flusher->close(soon()), IsOk());
    EXPECT_EQ(ask(Table::kEvents, "SELECT count(*) || ' ' || count(DISTINCT _log_offset) FROM t"),
              "40 40");
    EXPECT_EQ(ask(Table::kRejected,
                  "SELECT stage || ' ' || type || ' ' || _log_offset || ' ' || "
                  "(octet_length(raw) = raw_bytes) FROM t"),
              "flush poison_row 20 true");
    EXPECT_EQ(live_files(Table::kEvents).size() + live_files(Table::kRejected).size(),
              parquet_files_on_disk());
}

TEST_F(FlusherTest, CloseGivesUpAtItsDeadlineAndLosesNothing) {
    append_events(5, "a");
    append_events(1, kHangId);
    auto flusher = make_flusher();
    EXPECT_THAT(flusher->close(deadline_in(std::chrono::milliseconds(1500))),
                IsError(ErrorCode::kTimeout));
    EXPECT_EQ(watermark(), 0u);
    EXPECT_THAT(flusher->flush_now(soon()), IsError(ErrorCode::kShuttingDown));
    EXPECT_TRUE(catalog_->list_journals()->empty());
    EXPECT_EQ(parquet_files_on_disk(), 0u);
}

TEST_F(FlusherTest, TheLogIsReleasedBelowWButNotBelowAPin) {
    const auto append_segments = [this] {
        for (int i = 0; i < 40; ++i)
            append_events(200, "batch" + std::to_string(log_->durable_offset()) + "-");
    };
    auto flusher = make_flusher();
    append_segments();
    ASSERT_THAT(flusher->flush_now(soon()), IsOk());
    const std::uint64_t released = log_->first_offset();
    EXPECT_GT(released, 0u);
    {
        const catalog::Pin pin = catalog_->pins().pin();
        append_segments();
        ASSERT_THAT(flusher->flush_now(soon()), IsOk());
        EXPECT_LE(log_->first_offset(), pin.offset());
        EXPECT_GT(flusher->lag().watermark, pin.offset());
    }
    append_events(1, "last");
    ASSERT_THAT(flusher->flush_now(soon()), IsOk());
    EXPECT_GT(log_->first_offset(), released);
    ASSERT_THAT(flusher->close(soon()), IsOk());
}

}  // namespace
}  // namespace icelight::lake
