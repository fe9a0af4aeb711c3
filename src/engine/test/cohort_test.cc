#include "engine/aggregate/cohort.h"

#include <set>

#include <gtest/gtest.h>

#include "engine/test/random_log.h"

namespace icelight::engine {
namespace {

CohortBuckets nothing() {
    return {CohortBuckets::kNoStart, 0, 0, nullptr};
}

std::int64_t periods_by_force(std::int64_t start, const std::set<std::int64_t>& active) {
    std::int64_t periods = 0;
    for (const std::int64_t bucket : active) {
        if (bucket < start) continue;
        periods |= std::int64_t{1} << std::min<std::int64_t>(bucket - start, kCohortPeriodsMax);
    }
    return periods;
}

TEST(CohortBuckets, PeriodsAreCountedFromTheStartInPartsPutTogetherInAnyOrder) {
    for (std::size_t seed = 0; seed < testing::log_count(); ++seed) {
        testing::RandomLog log(seed, testing::Mode::kNoWindow);
        AggregateMemory memory(64u << 20);
        const AggregateUse use(&memory);
        AggregateArena& arena = memory.arena();
        CohortBuckets parts[2] = {nothing(), nothing()};
        std::set<std::int64_t> active;
        std::int64_t start = CohortBuckets::kNoStart;
        const std::int64_t span = log.below(2) == 0 ? 70 : 400;
        for (std::int64_t i = log.below(12); i >= 0; --i) {
            CohortBuckets& part = parts[log.below(2)];
            const std::int64_t bucket = log.below(span);
            ASSERT_TRUE(part.add_active(arena, static_cast<std::uint32_t>(bucket)));
            active.insert(bucket);
            if (log.below(3) > 0) continue;
            part.start = std::min(part.start, static_cast<std::int32_t>(bucket));
            start = std::min(start, bucket);
        }
        ASSERT_TRUE(parts[0].take(arena, parts[1]));
        const bool has_start = start != CohortBuckets::kNoStart;
        ASSERT_EQ(parts[0].periods(), has_start ? periods_by_force(start, active) : 0)
            << "seed " << seed;
    }
}

TEST(CohortBuckets, AFullMemoryIsSaid) {
    AggregateMemory memory(16);
    const AggregateUse use(&memory);
    CohortBuckets buckets = nothing();
    EXPECT_TRUE(buckets.add_active(memory.arena(), 63));
    EXPECT_FALSE(buckets.add_active(memory.arena(), 64));
}

}  // namespace
}  // namespace icelight::engine
