#include "base/worker_pool.h"

#include <sys/resource.h>

#include <atomic>
#include <future>

#include <gtest/gtest.h>

namespace icelight {
namespace {

TEST(WorkerPool, RunsWhatIsQueuedBeforeItCloses) {
    std::atomic<int> done = 0;
    WorkerPool pool("test", 2, 100);
    for (int i = 0; i < 50; ++i)
        EXPECT_TRUE(pool.try_run([&done] { ++done; }));
    pool.close();
    EXPECT_EQ(done, 50);
    EXPECT_FALSE(pool.try_run([&done] { ++done; }));
    EXPECT_EQ(done, 50);
}

TEST(WorkerPool, RefusesWhenItsQueueIsFull) {
    std::promise<void> release;
    auto released = release.get_future().share();
    std::promise<void> started;
    WorkerPool pool("test", 1, 1);
    EXPECT_TRUE(pool.try_run([&started, released] {
        started.set_value();
        released.wait();
    }));
    started.get_future().wait();
    EXPECT_TRUE(pool.try_run([] {}));
    EXPECT_FALSE(pool.try_run([] {}));
    release.set_value();
}

TEST(WorkerPool, ANicePoolsThreadsComeAfterTheOthers) {
    const int own = ::getpriority(PRIO_PROCESS, 0);
    std::promise<int> plain;
    std::promise<int> nice;
    WorkerPool first("test", 1, 1);
    WorkerPool second("test", 1, 1, 5);
    EXPECT_TRUE(first.try_run([&plain] { plain.set_value(::getpriority(PRIO_PROCESS, 0)); }));
    EXPECT_TRUE(second.try_run([&nice] { nice.set_value(::getpriority(PRIO_PROCESS, 0)); }));
    EXPECT_EQ(plain.get_future().get(), own);
    EXPECT_EQ(nice.get_future().get(), 5);
}

}  // namespace
}  // namespace icelight
