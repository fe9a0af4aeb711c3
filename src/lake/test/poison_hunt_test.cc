#include "lake/flush/poison_hunt.h"

#include <optional>
#include <set>

#include <gtest/gtest.h>

namespace icelight::lake {
namespace {

using Verdict = PoisonHunt::Verdict;

struct Outcome {
    std::uint64_t watermark = 0;
    std::set<std::uint64_t> rejected;
    int attempts = 0;
    int hopeless = 0;
};

/// Flushes [0, durable) with a worker that dies whenever it touches one of `killers`.
Outcome flush_all(std::uint64_t durable, const std::set<std::uint64_t>& killers) {
    PoisonHunt hunt;
    Outcome out;
    while (out.watermark < durable && out.attempts < 10'000) {
        ++out.attempts;
        const std::uint64_t from = out.watermark;
        const std::uint64_t to = hunt.end_of(from, durable);
        const std::set<std::uint64_t> poison(hunt.poison().begin(), hunt.poison().end());
        bool dies = false;
        for (const std::uint64_t killer : killers)
            dies = dies || (killer >= from && killer < to && !poison.contains(killer));
        if (dies) {
            if (hunt.failed(from, to) == Verdict::kHopeless) ++out.hopeless;
            continue;
        }
        out.rejected.insert(poison.begin(), poison.end());
        hunt.succeeded(to);
        out.watermark = to;
    }
    return out;
}

TEST(PoisonHunt, EveryPlaceOfOneKillerIsFound) {
    for (const std::uint64_t durable : {1u, 2u, 3u, 7u, 64u, 100u}) {
        for (std::uint64_t killer = 0; killer < durable; ++killer) {
            const Outcome out = flush_all(durable, {killer});
            EXPECT_EQ(out.watermark, durable);
            EXPECT_EQ(out.rejected, (std::set<std::uint64_t>{killer}));
            EXPECT_LT(out.attempts, 40);
        }
    }
}

TEST(PoisonHunt, SeveralKillersAreFoundAndNothingElse) {
    const std::set<std::uint64_t> killers{0, 17, 18, 500, 99'999};
    const Outcome out = flush_all(100'000, killers);
    EXPECT_EQ(out.watermark, 100'000u);
    EXPECT_EQ(out.rejected, killers);
    EXPECT_LT(out.attempts, 300);
}

TEST(PoisonHunt, TwoFailuresOfARangeRejectNothing) {
    PoisonHunt hunt;
    EXPECT_EQ(hunt.failed(5, 105), Verdict::kAgain);
    EXPECT_EQ(hunt.failed(5, 105), Verdict::kAgain);
    EXPECT_EQ(hunt.end_of(5, 105), 105u);
    hunt.succeeded(105);
    EXPECT_EQ(hunt.failed(105, 205), Verdict::kAgain);
    EXPECT_TRUE(hunt.poison().empty());
}

TEST(PoisonHunt, AWorkerThatDiesOfEverythingRejectsNothing) {
    PoisonHunt hunt;
    int hopeless = 0;
    for (int i = 0; i < 100; ++i)
        if (hunt.failed(7, hunt.end_of(7, 1000)) == Verdict::kHopeless) ++hopeless;
    EXPECT_GT(hopeless, 1);
    // It begins anew with the whole range.
    PoisonHunt fresh;
    EXPECT_EQ(fresh.end_of(7, 1000), 1000u);
}

TEST(PoisonHunt, AfterThePoisonTheWholeRestIsTriedAgain) {
    PoisonHunt hunt;
    for (int i = 0; i < 3; ++i)
        hunt.failed(0, 1);
    ASSERT_EQ(hunt.poison(), (std::vector<std::uint64_t>{0}));
    hunt.succeeded(1);
    EXPECT_TRUE(hunt.poison().empty());
    EXPECT_EQ(hunt.end_of(1, 1'000'000), 1'000'000u);
}

}  // namespace
}  // namespace icelight::lake
