#include "wal/recovery_table.h"

#include <set>
#include <string_view>

#include <gtest/gtest.h>

namespace icelight::wal {
namespace {

/// Calls visit with every combination of facts.
template <class Visit>
void for_each_combination(Visit visit) {
    for (int bits = 0; bits < 32; ++bits) {
        for (const Later later : {Later::kNone, Later::kSilent, Later::kAttesting}) {
            visit(TailFacts{.is_header_valid = (bits & 1) != 0,
                            .is_last = (bits & 2) != 0,
                            .is_short = (bits & 4) != 0,
                            .is_rest_zero = (bits & 8) != 0,
                            .later = later,
                            .is_below_watermark = (bits & 16) != 0});
        }
    }
}

TEST(RecoveryTable, ExactlyOneRowFitsEveryCombination) {
    int combinations = 0;
    for_each_combination([&combinations](const TailFacts& facts) {
        int fitting = 0;
        for (const TailRule& rule : recovery_table())
            fitting += fits(rule, facts) ? 1 : 0;
        EXPECT_EQ(fitting, 1) << find_rule(facts).label;
        ++combinations;
    });
    EXPECT_EQ(combinations, 96);
}

TEST(RecoveryTable, EveryRowIsReachedAndHasItsOwnLabel) {
    std::set<std::string_view> labels;
    for_each_combination(
        [&labels](const TailFacts& facts) { labels.insert(find_rule(facts).label); });
    EXPECT_EQ(labels.size(), recovery_table().size());
}

TEST(RecoveryTable, NeverGoesOnWhenSomethingDurableIsMissing) {
    for_each_combination([](const TailFacts& facts) {
        const bool must_refuse = !facts.is_header_valid || !facts.is_last ||
                                 facts.later == Later::kAttesting || facts.is_below_watermark;
        EXPECT_EQ(find_rule(facts).verdict == Verdict::kDamaged, must_refuse);
    });
}

TEST(RecoveryTable, OnlyAnUntouchedEndIsClean) {
    for_each_combination([](const TailFacts& facts) {
        if (find_rule(facts).verdict != Verdict::kClean) return;
        EXPECT_TRUE(facts.is_rest_zero && !facts.is_short && facts.later == Later::kNone);
    });
}

}  // namespace
}  // namespace icelight::wal
