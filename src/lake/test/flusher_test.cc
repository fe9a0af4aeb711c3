#include "lake/flusher.h"

#include <signal.h>

#include <thread>

#include "iceberg/table_metadata.h"
#include "io/file_system.h"
#include "lake/test/fixture.h"
#include "lake/worker_client.h"

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

TEST_F(FlusherTest, FlushedSegmentsAreReleasedBelowThePins) {
    auto flusher = make_flusher();
    append_events(5, "a");
    ASSERT_THAT(flusher->flush_now(soon()), IsOk());
    EXPECT_EQ(flusher->lag().watermark, 5u);
    EXPECT_EQ(flusher->lag().seconds, 0);
    ASSERT_THAT(flusher->close(soon()), IsOk());
}

class WorkerClientTest : public LakeFixture {};

TEST_F(WorkerClientTest, AChildProcessWritesTheFiles) {
    const std::uint64_t to = append_events(100, "a");
    WorkerClient client;
    const auto plan = client.plan(job(0, to), soon());
    ASSERT_THAT(plan, IsOk());
    ASSERT_EQ(plan->files.size(), 1u);
    const auto files = client.write({dir_.path() / "out" / "x.parquet"}, soon());
    ASSERT_THAT(files, IsOk());
    EXPECT_EQ(files->at(0).row_count, 100);
    EXPECT_EQ(ask_file(files->at(0).path, "SELECT count(DISTINCT message_id) FROM t"), "100");
    EXPECT_EQ(client.deaths(), 0u);
}

TEST_F(WorkerClientTest, ADeadWorkerIsReplacedAtTheNextQuestion) {
    const std::uint64_t good = append_events(10, "a");
    const std::uint64_t to = append_events(1, kCrashId);
    WorkerClient client;
    ASSERT_THAT(client.plan(job(0, to), soon()), IsOk());
    const auto died = client.write({dir_.path() / "x.parquet"}, soon());
    EXPECT_THAT(died, IsError(ErrorCode::kUnavailable));
    EXPECT_THAT(died, HasMessage("exit 3"));
    EXPECT_EQ(client.deaths(), 1u);
    EXPECT_THAT(client.write({}, soon()), IsError(ErrorCode::kUnavailable));
    EXPECT_THAT(client.plan(job(0, good), soon()), IsOk());
    ::kill(client.pid(), SIGKILL);
    EXPECT_THAT(client.plan(job(0, good), soon()), IsError(ErrorCode::kUnavailable));
    EXPECT_EQ(client.deaths(), 2u);
}

TEST_F(WorkerClientTest, AHungWorkerIsKilledAtTheDeadline) {
    const std::uint64_t to = append_events(1, kHangId);
    WorkerClient client;
    ASSERT_THAT(client.plan(job(0, to), soon()), IsOk());
    EXPECT_THAT(
        client.write({dir_.path() / "x.parquet"}, deadline_in(std::chrono::milliseconds(300))),
        IsError(ErrorCode::kTimeout));
    EXPECT_EQ(client.pid(), -1);
}

TEST_F(WorkerClientTest, AnErrorOfTheWorkerIsNotItsDeath) {
    const std::uint64_t to = append_events(1, "a");
    WorkerClient client;
    EXPECT_FALSE(client.plan(job(0, to + 100), soon()));
    EXPECT_EQ(client.deaths(), 0u);
    EXPECT_THAT(client.plan(job(0, to), soon()), IsOk());
}

}  // namespace
}  // namespace icelight::lake
