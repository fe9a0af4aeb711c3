#include "engine/aggregate/aggregate_memory.h"

#include <thread>

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "engine/aggregate/event_list.h"

namespace icelight::engine {
namespace {

using icelight::testing::IsError;
using icelight::testing::IsOk;

TEST(AggregateMemory, StopsAtItsLimitAndFreesAllWithTheLastStatement) {
    AggregateMemory memory(3u << 20);
    memory.enter();
    memory.enter();
    int pieces = 0;
    while (memory.arena().allocate(100'000) != nullptr) {
        ASSERT_LT(++pieces, 100);
    }
    EXPECT_GE(pieces, 20);
    EXPECT_LE(memory.used_bytes(), 3u << 20);
    memory.leave();
    EXPECT_GT(memory.used_bytes(), 0u);
    memory.leave();
    EXPECT_EQ(memory.used_bytes(), 0u);
    const AggregateUse use(&memory);
    EXPECT_NE(memory.arena().allocate(8), nullptr);
}

TEST(AggregateMemory, ThreadsHaveArenasOfTheirOwn) {
    AggregateMemory memory(8u << 20);
    const AggregateUse use(&memory);
    AggregateArena* other = nullptr;
    std::thread([&] { other = &memory.arena(); }).join();
    EXPECT_NE(other, &memory.arena());
    EXPECT_EQ(&memory.arena(), &memory.arena());
}

TEST(AggregateMemory, TwoMemoriesInOneThreadAreNotMixedUp) {
    AggregateMemory one(2u << 20);
    AggregateMemory two(2u << 20);
    const AggregateUse use_one(&one);
    const AggregateUse use_two(&two);
    ASSERT_NE(one.arena().allocate(8), nullptr);
    EXPECT_EQ(two.used_bytes(), 0u);
    ASSERT_NE(two.arena().allocate(8), nullptr);
    EXPECT_GT(two.used_bytes(), 0u);
}

TEST(AggregateMemory, ACancelHoldsUntilTheNextFirstStatement) {
    AggregateMemory memory(1u << 20);
    memory.enter();
    memory.cancel();
    EXPECT_TRUE(memory.is_cancelled());
    memory.leave();
    const AggregateUse use(&memory);
    EXPECT_FALSE(memory.is_cancelled());
}

TEST(AggregateMemory, EqualSpecificationsAreOne) {
    AggregateMemory memory(1u << 20);
    const AggregateUse use(&memory);
    const auto first = memory.find_spec<SequenceSpec>("2 total=1s", parse_sequence_spec);
    ASSERT_THAT(first, IsOk());
    EXPECT_EQ(*memory.find_spec<SequenceSpec>("2 total=1s", parse_sequence_spec), *first);
    EXPECT_NE(*memory.find_spec<SequenceSpec>("2 total=2s", parse_sequence_spec), *first);
    EXPECT_THAT(memory.find_spec<SequenceSpec>("nonsense", parse_sequence_spec),
                IsError(ErrorCode::kInvalidArgument));
    for (int i = 3; i < 200; ++i) {
        const auto text = "2 total=" + std::to_string(i) + "s";
        const auto spec = memory.find_spec<SequenceSpec>(text, parse_sequence_spec);
        if (!spec) return;
    }
    FAIL() << "the number of specifications is not bounded";
}

TEST(NameTable, EqualNamesHaveOneNumberInEveryArena) {
    AggregateMemory memory(8u << 20);
    const AggregateUse use(&memory);
    std::vector<std::uint32_t> numbers;
    numbers.reserve(1'000);
    for (int i = 0; i < 1'000; ++i)
        numbers.push_back(memory.arena().number_of("name " + std::to_string(i)));
    std::thread([&] {
        for (int i = 999; i >= 0; --i) {
            const auto name = "name " + std::to_string(i);
            ASSERT_EQ(memory.arena().number_of(name), numbers[static_cast<std::size_t>(i)]);
            ASSERT_EQ(memory.names().text(numbers[static_cast<std::size_t>(i)]), name);
        }
    }).join();
    EXPECT_EQ(memory.arena().number_of(std::string(NameTable::kNameBytesMax + 1, 'x')),
              NameTable::kNone);
}

TEST(EventList, KeepsAllEventsThroughPartsAndTaking) {
    AggregateMemory memory(64u << 20);
    const AggregateUse use(&memory);
    EventList one{};
    EventList two{};
    for (std::int64_t i = 0; i < 10'000; ++i) {
        ASSERT_TRUE((i % 3 == 0 ? one : two).add(memory.arena(), {(i * 7'919) % 10'007, i, 1}));
    }
    EventList all{};
    all.take(two);
    all.take(EventList{});
    all.take(one);
    std::vector<Event> scratch;
    const auto sorted = all.sort(scratch);
    ASSERT_EQ(sorted.size(), 10'000u);
    for (std::size_t i = 1; i < sorted.size(); ++i) {
        ASSERT_LT(sorted[i - 1].time, sorted[i].time);
    }
}

}  // namespace
}  // namespace icelight::engine
