#include "query/fair_queue.h"

#include <string>
#include <thread>

#include <gtest/gtest.h>

namespace icelight::query {
namespace {

TEST(FairQueue, OwnersTakeTurnsWhoeverQueuedMore) {
    FairQueue<std::string> queue(100, 1'000);
    for (const char* item : {"a1", "a2", "a3", "a4"})
        ASSERT_TRUE(queue.try_push("a", item));
    ASSERT_TRUE(queue.try_push("b", "b1"));
    ASSERT_TRUE(queue.try_push("c", "c1"));
    ASSERT_TRUE(queue.try_push("b", "b2"));
    std::string order;
    for (int i = 0; i < 7; ++i)
        order += *queue.pop() + " ";
    EXPECT_EQ(order, "a1 b1 c1 a2 b2 a3 a4 ");
    EXPECT_EQ(queue.size(), 0U);
}

TEST(FairQueue, WhoHadNoTurnGoesBeforeWhoseTurnItIs) {
    FairQueue<std::string> queue(100, 1'000);
    for (const char* item : {"a1", "a2", "a3"})
        queue.try_push("a", item);
    EXPECT_EQ(queue.pop(), "a1");
    queue.try_push("b", "b1");
    EXPECT_EQ(queue.pop(), "b1") << "a1 runs";
    // Whoever comes again and again does not keep the others waiting.
    queue.try_push("b", "b2");
    EXPECT_EQ(queue.pop(), "a2");
    EXPECT_EQ(queue.pop(), "b2");
    EXPECT_EQ(queue.pop(), "a3");
}

TEST(FairQueue, NoOwnerHoldsMoreThanHalf) {
    FairQueue<int> queue(4, 1'000);
    EXPECT_TRUE(queue.try_push("a", 1));
    EXPECT_TRUE(queue.try_push("a", 2));
    EXPECT_FALSE(queue.try_push("a", 3));
    EXPECT_TRUE(queue.try_push("b", 4));
    EXPECT_TRUE(queue.try_push("c", 5));
    EXPECT_FALSE(queue.try_push("d", 6)) << "full";
    queue.pop();
    EXPECT_TRUE(queue.try_push("a", 7));
}

TEST(FairQueue, IsBoundedByWeightButTakesOneHeavyItem) {
    FairQueue<int> queue(10, 100);
    EXPECT_TRUE(queue.try_push("a", 1, 500));
    EXPECT_FALSE(queue.try_push("b", 2, 1));
    queue.pop();
    EXPECT_TRUE(queue.try_push("b", 3, 60));
    EXPECT_FALSE(queue.try_push("c", 4, 41));
    EXPECT_TRUE(queue.try_push("c", 5, 40));
}

TEST(FairQueue, IsDrainedAfterItWasClosed) {
    FairQueue<int> queue(10, 100);
    queue.try_push("a", 1);
    queue.close();
    EXPECT_TRUE(queue.is_closed());
    EXPECT_FALSE(queue.try_push("a", 2));
    EXPECT_EQ(queue.pop(), 1);
    EXPECT_EQ(queue.pop(), std::nullopt);
}

TEST(FairQueue, WhatIsTakenOutLeavesTheOthersInTheirPlaces) {
    FairQueue<int> queue(10, 100);
    for (const int item : {1, 2, 3})
        queue.try_push("a", int{item}, 10);
    queue.try_push("b", 4, 10);
    queue.try_push("c", 6, 10);
    const auto is_even = [](int item) {
        return item % 2 == 0;
    };
    EXPECT_EQ(queue.remove_if(is_even), (std::vector<int>{2, 4, 6}));
    EXPECT_EQ(queue.size(), 2U);
    EXPECT_TRUE(queue.try_push("b", 5, 80)) << "its weight is gone";
    EXPECT_EQ(queue.pop(), 1);
    EXPECT_EQ(queue.pop(), 5) << "an owner whose items were taken out queues anew";
    EXPECT_EQ(queue.pop(), 3);
    EXPECT_TRUE(queue.remove_if(is_even).empty());
}

TEST(FairQueue, WhoLooksThroughItWaitsForItemsAndForItsEnd) {
    FairQueue<int> queue(10, 100);
    std::thread later([&queue] { queue.try_push("a", 1); });
    EXPECT_TRUE(queue.wait_for_items());
    later.join();
    std::thread waiter([&queue] { EXPECT_TRUE(queue.pop().has_value()); });
    waiter.join();
    std::thread closes([&queue] { queue.close(); });
    EXPECT_FALSE(queue.wait_for_items());
    closes.join();
}

TEST(FairQueue, PopWaitsForAnItem) {
    FairQueue<int> queue(10, 100);
    std::thread later([&queue] { queue.try_push("a", 1); });
    EXPECT_EQ(queue.pop(), 1);
    later.join();
}

}  // namespace
}  // namespace icelight::query
