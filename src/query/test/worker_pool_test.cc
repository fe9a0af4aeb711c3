#include "query/worker/worker_pool.h"

#include <gmock/gmock.h>

#include "base/testing/matchers.h"
#include "query/test/tiny_lake.h"

namespace icelight::query {
namespace {

using icelight::testing::HasMessage;
using icelight::testing::IsError;
using icelight::testing::IsOk;
using std::chrono::milliseconds;

constexpr milliseconds kPatience{20'000};

TEST(WorkerPool, TheWorkerUsedLastComesFirst) {
    const testing::TinyLake lake;
    WorkerPool pool(lake.options(), WorkerKind::kPlain, 2);
    pool.start();
    auto first = pool.take(deadline_in(kPatience));
    auto second = pool.take(deadline_in(kPatience));
    ASSERT_THAT(first, IsOk());
    ASSERT_THAT(second, IsOk());
    const auto number = (*first)->number();
    pool.give_back(std::move(*second));
    pool.give_back(std::move(*first));
    EXPECT_EQ((*pool.take(deadline_in(kPatience)))->number(), number);
}

TEST(WorkerPool, ThereAreAsManyAsItIsToKeep) {
    const testing::TinyLake lake;
    WorkerPool pool(lake.options(), WorkerKind::kPlain, 2);
    pool.start();
    pool.start();
    auto first = pool.take(deadline_in(kPatience));
    auto spare = pool.take(deadline_in(kPatience));
    ASSERT_THAT(first, IsOk());
    ASSERT_THAT(spare, IsOk());
    EXPECT_THAT(pool.take(deadline_in(milliseconds(100))), IsError(ErrorCode::kTimeout));
    // A lost one is replaced.
    pool.discard(std::move(*first));
    EXPECT_THAT(pool.take(deadline_in(kPatience)), IsOk());
}

TEST(WorkerPool, WhoIsRetiredTakesNoOtherQuery) {
    const testing::TinyLake lake;
    WorkerPool pool(lake.options(), WorkerKind::kPlain, 1);
    pool.start();
    auto worker = pool.take(deadline_in(kPatience));
    ASSERT_THAT(worker, IsOk());
    const auto* const first = worker->get();
    (*worker)->retire_at(SteadyTime::max());
    pool.give_back(std::move(*worker));
    worker = pool.take(deadline_in(kPatience));
    ASSERT_THAT(worker, IsOk());
    ASSERT_EQ(worker->get(), first);
    (*worker)->retire_at(system_clock().steady());
    (*worker)->retire_at(deadline_in(kPatience));
    pool.give_back(std::move(*worker));
    // Its place, and its number, are another's only when it is gone.
    worker = pool.take(deadline_in(kPatience));
    ASSERT_THAT(worker, IsOk());
    EXPECT_FALSE((*worker)->is_retired());
}

// The keeper tries again; whoever waits is told at once.
TEST(WorkerPool, WhatKeepsAllWorkersFromServingIsSaid) {
    const testing::TinyLake lake;
    auto options = lake.options();
    options.extensions = lake.path() / "no-extensions";
    WorkerPool pool(options, WorkerKind::kIceberg, 1);
    pool.start();
    const auto worker = pool.take(deadline_in(kPatience));
    EXPECT_THAT(worker, IsError(ErrorCode::kUnavailable));
    EXPECT_THAT(worker, HasMessage("extension avro is not loaded from"));
    EXPECT_FALSE(pool.is_ready());
}

TEST(WorkerPool, SpillDirectoriesGoWithTheirWorkers) {
    const testing::TinyLake lake;
    {
        WorkerPool pool(lake.options(), WorkerKind::kPlain, 2);
        pool.start();
        auto worker = pool.take(deadline_in(kPatience));
        ASSERT_THAT(worker, IsOk());
        EXPECT_FALSE(std::filesystem::is_empty(lake.path() / "spill"));
        pool.give_back(std::move(*worker));
        pool.close();
        EXPECT_THAT(pool.take(deadline_in(kPatience)), IsError(ErrorCode::kShuttingDown));
    }
    EXPECT_TRUE(std::filesystem::is_empty(lake.path() / "spill"));
}

}  // namespace
}  // namespace icelight::query
