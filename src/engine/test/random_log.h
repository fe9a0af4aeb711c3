#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <random>
#include <vector>

#include "engine/aggregate/event_list.h"
#include "engine/aggregate/sequence.h"

/// Random small logs, and the answers straight from the definitions.
namespace icelight::engine::testing {

/// Logs per mode: 500, and 10,000 when TEST_ALL is set.
inline std::size_t log_count() {
    const char* const all = std::getenv("TEST_ALL");  // NOLINT(concurrency-mt-unsafe)
    return all == nullptr ? 500 : 10'000;
}

enum class Mode { kNoWindow, kStepWindows, kTotalWindow, kBothWindows, kExclusions, kEverything };

inline constexpr Mode kModes[] = {Mode::kNoWindow,
                                  Mode::kStepWindows,
                                  Mode::kTotalWindow,
                                  Mode::kBothWindows,
                                  Mode::kExclusions,
                                  Mode::kEverything};

class RandomLog {
public:
    RandomLog(std::uint64_t seed, Mode mode) : random_(seed), mode_(mode) {}

    std::int64_t below(std::int64_t bound) {
        return std::uniform_int_distribution<std::int64_t>(0, bound - 1)(random_);
    }

    /// Two to five steps; windows as long as the gaps between times.
    SequenceSpec make_spec();

    /// Up to 14 events at up to 12 times, so that most share theirs; positions are distinct and the
    /// order is random.
    std::vector<Event> make_events(const SequenceSpec& spec);

    std::mt19937_64& random() { return random_; }

private:
    bool has(Mode mode) const { return mode_ == mode || mode_ == Mode::kEverything; }

    std::mt19937_64 random_;
    Mode mode_;
};

/// Tries every chain. @param events  sorted. @return indexes, as SequenceMatcher::find_chain.
std::vector<std::uint32_t> find_chain_by_force(const SequenceSpec& spec,
                                               const std::vector<Event>& events);

}  // namespace icelight::engine::testing
