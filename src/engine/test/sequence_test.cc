#include "engine/aggregate/sequence.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "engine/test/random_log.h"

namespace icelight::engine {
namespace {

using testing::RandomLog;

std::vector<std::uint32_t> chain_of(const SequenceSpec& spec, const std::vector<Event>& events) {
    SequenceMatcher matcher;
    const auto chain = matcher.find_chain(spec, events);
    return {chain.begin(), chain.end()};
}

SequenceSpec steps(std::size_t count) {
    SequenceSpec spec;
    spec.steps = count;
    spec.within.fill(kNoWindow);
    return spec;
}

Event event(std::int64_t time, std::int64_t position, std::uint64_t bits) {
    return {time, position, bits};
}

TEST(SequenceMatcher, FindsWhatTryingEveryChainFinds) {
    std::size_t longer_than_two = 0;
    for (const testing::Mode mode : testing::kModes) {
        SequenceMatcher matcher;  // One for all: it must forget the group before.
        for (std::size_t seed = 0; seed < testing::log_count(); ++seed) {
            RandomLog log(seed, mode);
            const SequenceSpec spec = log.make_spec();
            auto events = log.make_events(spec);
            std::sort(events.begin(), events.end());
            const auto expected = testing::find_chain_by_force(spec, events);
            const auto chain = matcher.find_chain(spec, events);
            ASSERT_EQ(std::vector<std::uint32_t>(chain.begin(), chain.end()), expected)
                << "mode " << static_cast<int>(mode) << " seed " << seed;
            ASSERT_EQ(matcher.find_depth(spec, events), expected.size()) << "seed " << seed;
            longer_than_two += expected.size() > 2 ? 1 : 0;
        }
    }
    EXPECT_GT(longer_than_two, testing::log_count() / 4) << "the logs say too little";
}

TEST(SequenceMatcher, EqualTimesAreInTheOrderOfPositions) {
    EXPECT_EQ(chain_of(steps(2), {event(5, 1, 1), event(5, 2, 2)}).size(), 2u);
    EXPECT_EQ(chain_of(steps(2), {event(5, 1, 2), event(5, 2, 1)}).size(), 1u);
}

TEST(SequenceMatcher, OneEventIsOneStep) {
    EXPECT_EQ(chain_of(steps(2), {event(5, 1, 3)}).size(), 1u);
    EXPECT_EQ(chain_of(steps(2), {event(5, 1, 3), event(5, 2, 3)}).size(), 2u);
}

TEST(SequenceMatcher, AWindowsEndBelongsToIt) {
    SequenceSpec spec = steps(2);
    spec.within[1] = 10;
    EXPECT_EQ(chain_of(spec, {event(0, 1, 1), event(10, 2, 2)}).size(), 2u);
    EXPECT_EQ(chain_of(spec, {event(0, 1, 1), event(11, 2, 2)}).size(), 1u);
}

TEST(SequenceMatcher, BeginsAgainAfterAFirstStepThatLedNowhere) {
    SequenceSpec spec = steps(2);
    spec.total = 2;
    EXPECT_EQ(chain_of(spec, {event(0, 1, 1), event(9, 2, 1), event(10, 3, 2)}),
              (std::vector<std::uint32_t>{1, 2}));
}

TEST(SequenceMatcher, BothWindowsHoldAtOnce) {
    // The early start satisfies the steps' windows, the late one the total's; neither does both.
    SequenceSpec spec = steps(3);
    spec.within[1] = 5;
    spec.within[2] = 5;
    spec.total = 8;
    const std::vector<Event> events = {event(0, 1, 1), event(5, 2, 2), event(9, 3, 4)};
    EXPECT_EQ(chain_of(spec, events).size(), 2u);
    spec.total = 9;
    EXPECT_EQ(chain_of(spec, events).size(), 3u);
}

TEST(SequenceMatcher, AnExcludedEventBetweenBreaksAChainAndOneAtItsEndDoesNot) {
    const std::uint64_t excluded = std::uint64_t{1} << (kExclusionShift + 1);
    EXPECT_EQ(chain_of(steps(2), {event(0, 1, 1), event(1, 2, excluded), event(2, 3, 2)}).size(),
              1u);
    EXPECT_EQ(chain_of(steps(2), {event(0, 1, 1), event(2, 3, 2 | excluded)}).size(), 2u);
    EXPECT_EQ(chain_of(steps(2), {event(0, 1, 1 | excluded), event(2, 3, 2)}).size(), 2u);
}

TEST(SequenceMatcher, OfTheFirstEventsThereIsOneChain) {
    SequenceSpec spec = steps(2);
    spec.is_first = true;
    spec.within[1] = 2;
    EXPECT_EQ(chain_of(spec, {event(0, 1, 1), event(2, 2, 2)}), (std::vector<std::uint32_t>{0, 1}));
    // It does not begin again, nor skip an event that comes too late.
    EXPECT_EQ(chain_of(spec, {event(0, 1, 1), event(9, 2, 1), event(10, 3, 2)}).size(), 1u);
    EXPECT_EQ(chain_of(spec, {event(0, 1, 3), event(0, 2, 1)}).size(), 1u);
    const std::uint64_t excluded = std::uint64_t{1} << (kExclusionShift + 1);
    EXPECT_EQ(chain_of(spec, {event(0, 1, 1), event(1, 2, excluded), event(2, 3, 2)}).size(), 1u);
    EXPECT_EQ(chain_of(spec, {event(0, 1, 1), event(2, 3, 2 | excluded)}).size(), 2u);
    spec.total = 1;
    EXPECT_EQ(chain_of(spec, {event(0, 1, 1), event(2, 2, 2)}).size(), 1u);
    EXPECT_TRUE(chain_of(spec, {event(0, 1, 2)}).empty());
}

TEST(SequenceMatcher, TheFirstEventsNeverReachFurtherThanTheDeepestChain) {
    std::size_t shorter = 0;
    for (const testing::Mode mode : testing::kModes) {
        SequenceMatcher matcher;
        for (std::size_t seed = 0; seed < testing::log_count(); ++seed) {
            RandomLog log(seed, mode);
            SequenceSpec spec = log.make_spec();
            auto events = log.make_events(spec);
            std::sort(events.begin(), events.end());
            const std::size_t deepest = matcher.find_depth(spec, events);
            spec.is_first = true;
            const std::size_t depth = matcher.find_depth(spec, events);
            ASSERT_LE(depth, deepest) << "seed " << seed;
            ASSERT_EQ(depth > 0, deepest > 0) << "seed " << seed;
            shorter += depth < deepest ? 1 : 0;
        }
    }
    EXPECT_GT(shorter, testing::log_count() / 10) << "the logs say too little";
}

TEST(SequenceMatcher, ThirtyStepsAreMatched) {
    std::vector<Event> events;
    for (std::size_t k = 0; k < kStepsMax; ++k)
        events.push_back(event(7, static_cast<std::int64_t>(k), std::uint64_t{1} << k));
    EXPECT_EQ(chain_of(steps(kStepsMax), events).size(), kStepsMax);
}

}  // namespace
}  // namespace icelight::engine
