#include "base/worker_pool.h"

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

}  // namespace
}  // namespace icelight
