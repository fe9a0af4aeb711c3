#include "engine/aggregate/path.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "engine/test/random_log.h"

namespace icelight::engine {
namespace {

std::vector<Event> in_order(const PathWindow& window) {
    std::vector<Event> out(window.before.rbegin(), window.before.rend());
    out.insert(out.end(), window.after.begin(), window.after.end());
    return out;
}

/// Sorts everything and cuts.
std::vector<Event> find_by_force(const PathSpec& spec, std::vector<Event> events) {
    std::sort(events.begin(), events.end());
    const auto anchor = std::find_if(events.begin(), events.end(), [](const Event& event) {
        return (event.bits & kAnchorBit) != 0;
    });
    if (anchor == events.end()) return {};
    const auto before = std::min<std::ptrdiff_t>(spec.before, anchor - events.begin());
    const auto after = std::min<std::ptrdiff_t>(spec.after + 1, events.end() - anchor);
    return {anchor - before, anchor + after};
}

TEST(Path, IsWhatSortingTheWholeGroupGives) {
    std::size_t anchored = 0;
    for (std::size_t seed = 0; seed < testing::log_count(); ++seed) {
        testing::RandomLog log(seed, testing::Mode::kNoWindow);
        const PathSpec spec{static_cast<std::uint32_t>(log.below(6)),
                            static_cast<std::uint32_t>(log.below(6))};
        std::vector<Event> events;
        for (std::int64_t i = log.below(15); i > 0; --i) {
            const bool is_anchor = log.below(4) == 0;
            events.push_back(
                {log.below(4),
                 i,
                 static_cast<std::uint64_t>(log.below(5)) | (is_anchor ? kAnchorBit : 0)});
        }
        std::shuffle(events.begin(), events.end(), log.random());
        const auto expected = find_by_force(spec, events);
        ASSERT_EQ(in_order(find_path(spec, events)), expected) << "seed " << seed;
        anchored += expected.empty() ? 0 : 1;
    }
    EXPECT_GT(anchored, testing::log_count() / 2);
}

TEST(Path, AGroupWithoutAnchorHasNone) {
    std::vector<Event> events = {{1, 1, 0}};
    EXPECT_FALSE(find_path({1, 1}, events).has_anchor());
    EXPECT_FALSE(find_path({1, 1}, {}).has_anchor());
}

}  // namespace
}  // namespace icelight::engine
