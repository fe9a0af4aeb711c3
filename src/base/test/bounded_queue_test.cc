#include "base/bounded_queue.h"

#include <string>
#include <thread>

#include <gtest/gtest.h>

namespace icelight {
namespace {

using namespace std::chrono_literals;

TEST(BoundedQueue, RefusesWhenFullByCountAndLeavesTheItem) {
    BoundedQueue<std::string> queue(2, 100);
    EXPECT_TRUE(queue.try_push("a"));
    EXPECT_TRUE(queue.try_push("b"));
    std::string third = "c";
    EXPECT_FALSE(queue.try_push(std::move(third)));
    EXPECT_EQ(third, "c");  // NOLINT(bugprone-use-after-move): a refused item is untouched
}

TEST(BoundedQueue, RefusesWhenFullByWeightButTakesOneHeavyItem) {
    BoundedQueue<int> queue(10, 100);
    EXPECT_TRUE(queue.try_push(1, 500));
    EXPECT_FALSE(queue.try_push(2, 1));
    EXPECT_EQ(queue.pop(), 1);
    EXPECT_TRUE(queue.try_push(2, 60));
    EXPECT_FALSE(queue.try_push(3, 60));
    EXPECT_EQ(queue.weight(), 60U);
}

TEST(BoundedQueue, PopAllTakesEverythingInOrder) {
    BoundedQueue<int> queue(10, 100);
    for (int i = 0; i < 3; ++i)
        EXPECT_TRUE(queue.try_push(int{i}));
    auto taken = queue.pop_all();
    EXPECT_EQ(taken, (std::deque<int>{0, 1, 2}));
    EXPECT_EQ(queue.size(), 0U);
}

TEST(BoundedQueue, CloseRefusesNewItemsAndHandsOutTheRest) {
    BoundedQueue<int> queue(10, 100);
    EXPECT_TRUE(queue.try_push(1));
    queue.close();
    EXPECT_FALSE(queue.try_push(2));
    EXPECT_EQ(queue.pop(), 1);
    EXPECT_EQ(queue.pop(), std::nullopt);
}

TEST(BoundedQueue, PopWaitsForAnotherThreadAndForTheDeadline) {
    BoundedQueue<int> queue(10, 100);
    EXPECT_EQ(queue.pop(deadline_in(1ms)), std::nullopt);
    std::thread producer([&queue] { EXPECT_TRUE(queue.try_push(7)); });
    EXPECT_EQ(queue.pop(deadline_in(5s)), 7);
    producer.join();
}

}  // namespace
}  // namespace icelight
