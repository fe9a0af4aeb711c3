#include "catalog/commit_queue.h"

#include <atomic>
#include <future>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "base/testing/matchers.h"

namespace icelight::catalog {
namespace {

using icelight::testing::IsError;
using icelight::testing::IsOk;

Deadline soon() {
    return deadline_in(std::chrono::seconds(20));
}

QueuedAppend make_append(
    std::uint64_t from, CommitDone done = [](auto) {}) {
    QueuedAppend append;
    append.intent.from = from;
    append.intent.to = from + 1;
    append.done = std::move(done);
    return append;
}

/// Holds the catalog thread in its first task until release().
class HeldQueue {
public:
    explicit HeldQueue(std::size_t items_max)
        : queue(items_max, [this](std::vector<QueuedAppend> appends) {
              groups.push_back(appends.size());
              for (auto& append : appends) {
                  order.push_back(append.intent.from);
                  append.done(Committed{append.intent.to, {}});
              }
          }) {
        holder_ = std::thread([this] {
            const auto result = queue.run<bool>([this]() -> Result<bool> {
                entered_.set_value();
                release_.get_future().wait();
                return true;
            });
            EXPECT_THAT(result, IsOk());
        });
        entered_.get_future().wait();
    }

    void release() {
        release_.set_value();
        holder_.join();
    }

    std::vector<std::size_t> groups;   // catalog thread, read after close()
    std::vector<std::uint64_t> order;  // catalog thread, read after close()
    CommitQueue queue;

private:
    std::promise<void> entered_;
    std::promise<void> release_;
    std::thread holder_;
};

TEST(CommitQueue, AdjacentAppendsAreFoldedAndOthersDivideThem) {
    HeldQueue held(100);
    held.queue.push(make_append(1));
    held.queue.push(make_append(2));
    std::thread foreign([&] {
        EXPECT_THAT(held.queue.run<bool>([&]() -> Result<bool> {
            held.order.push_back(1000);
            return true;
        }),
                    IsOk());
    });
    while (held.queue.depth() < 3)
        std::this_thread::yield();
    held.queue.push(make_append(3));
    held.release();
    foreign.join();
    ASSERT_THAT(held.queue.close(soon()), IsOk());
    EXPECT_THAT(held.groups, ::testing::ElementsAre(2, 1));
    EXPECT_THAT(held.order, ::testing::ElementsAre(1, 2, 1000, 3));
}

TEST(CommitQueue, FoldsNoMoreThanItsBound) {
    HeldQueue held(1'000);
    for (std::size_t i = 0; i < kFoldedIntentsMax + 3; ++i)
        held.queue.push(make_append(i));
    held.release();
    ASSERT_THAT(held.queue.close(soon()), IsOk());
    EXPECT_THAT(held.groups, ::testing::ElementsAre(kFoldedIntentsMax, 3));
}

TEST(CommitQueue, FullQueueRefusesAtOnce) {
    HeldQueue held(2);
    held.queue.push(make_append(1));
    held.queue.push(make_append(2));
    bool is_refused = false;
    held.queue.push(make_append(3, [&](const Result<Committed>& result) {
        is_refused = true;
        EXPECT_THAT(result, IsError(ErrorCode::kOverloaded));
    }));
    EXPECT_TRUE(is_refused);
    EXPECT_THAT(held.queue.run<bool>([]() -> Result<bool> { return true; }),
                IsError(ErrorCode::kOverloaded));
    held.release();
    ASSERT_THAT(held.queue.close(soon()), IsOk());
    EXPECT_THAT(held.order, ::testing::ElementsAre(1, 2));
}

TEST(CommitQueue, CloseFinishesWhatWaitsAndRefusesTheRest) {
    HeldQueue held(100);
    std::atomic<int> landed = 0;
    for (std::uint64_t i = 0; i < 5; ++i) {
        held.queue.push(make_append(i, [&](const Result<Committed>& result) {
            if (result) ++landed;
        }));
    }
    EXPECT_THAT(held.queue.close(deadline_in(std::chrono::milliseconds(1))),
                IsError(ErrorCode::kTimeout));
    held.queue.push(make_append(9, [](const Result<Committed>& result) {
        EXPECT_THAT(result, IsError(ErrorCode::kShuttingDown));
    }));
    held.release();
    EXPECT_THAT(held.queue.close(soon()), IsOk());
    EXPECT_EQ(landed, 5);
}

TEST(CommitQueue, EachProducersAppendsKeepTheirOrder) {
    std::vector<std::uint64_t> order;
    std::atomic<std::size_t> answered = 0;
    {
        CommitQueue queue(10'000, [&](std::vector<QueuedAppend> appends) {
            for (auto& append : appends) {
                order.push_back(append.intent.from);
                append.done(Committed{});
            }
        });
        std::vector<std::thread> producers;
        for (std::uint64_t producer = 0; producer < 4; ++producer) {
            producers.emplace_back([&, producer] {
                for (std::uint64_t i = 0; i < 500; ++i) {
                    queue.push(make_append(producer * 1'000 + i, [&](auto) { ++answered; }));
                }
            });
        }
        for (auto& producer : producers)
            producer.join();
        ASSERT_THAT(queue.close(soon()), IsOk());
    }
    EXPECT_EQ(answered, 2'000U);
    std::vector<std::uint64_t> next(4, 0);
    for (const std::uint64_t entry : order)
        EXPECT_EQ(entry % 1'000, next[entry / 1'000]++);
}

}  // namespace
}  // namespace icelight::catalog
