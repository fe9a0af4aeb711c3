#include "lake/flush/worker_client.h"

#include <csignal>

#include "lake/test/fixture.h"

namespace icelight::lake {
namespace {

/// Real child processes: this binary, started as `worker lake` (test_main.cc).
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
