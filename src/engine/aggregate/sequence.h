#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "engine/aggregate/event_list.h"
#include "engine/aggregate/spec.h"

/// Exact matching of a sequence of steps in one group's events.
///
/// A chain is e_0 < e_1 < ... < e_k, distinct events in total order, e_i of step i, each within its
/// window of the one before and all within the total window of e_0 (both ends belong), and no
/// excluded event strictly between two neighbours. The answer is the deepest step any chain
/// reaches: a match may begin again at every event. O(events * steps) after sorting.
///
/// With SequenceSpec::is_first the only chain is that of the group's first event of step 0, then
/// the first one after it of step 1, and so on; it ends before an event that its windows do not
/// hold.
namespace icelight::engine {

/// Event::bits of a sequence: bit k: the event is of step k; bit kExclusionShift + k, k >= 1: it
/// must not lie between the events of step k - 1 and step k.
inline constexpr unsigned kExclusionShift = 30;

/// Finds chains; keeps its memory between groups. Thread safety: none.
class SequenceMatcher {
public:
    /// How many steps the deepest chain has; 0: no event is of step 0.
    ///
    /// @param events  sorted, at most 2^32 - 1.
    std::size_t find_depth(const SequenceSpec& spec, std::span<const Event> events);

    /// Indexes of the events of one chain of the deepest step: of all of them the one with the
    /// shortest total time, of those the earliest start, of those the first in order.
    ///
    /// Valid until the next call.
    std::span<const std::uint32_t> find_chain(const SequenceSpec& spec,
                                              std::span<const Event> events);

    /// Bytes that matching `count` events may take.
    static std::size_t scratch_bytes(const SequenceSpec& spec, std::size_t count);

    /// Gives memory back.
    void shrink();

private:
    struct Link {
        std::uint32_t last = 0;   ///< The event that ends a chain.
        std::uint32_t start = 0;  ///< The latest start of those chains.
    };

    /// The chains of one step that may still go on: last ascends, start descends.
    struct Front {
        std::vector<Link> links;
        std::size_t first = 0;

        bool is_empty() const { return first == links.size(); }

        void clear() {
            links.clear();
            first = 0;
        }
    };

    /// The deepest chains seen, and the shortest of them.
    struct Best {
        std::size_t depth = 0;
        std::int64_t duration = 0;
        std::int64_t start_time = 0;

        /// As deep, and shorter or, as long, earlier.
        bool is_better(const Best& other) const {
            return depth == other.depth &&
                   (duration < other.duration ||
                    (duration == other.duration && start_time < other.start_time));
        }
    };

    std::uint32_t find_start(const SequenceSpec& spec,
                             std::span<const Event> events,
                             std::size_t k,
                             std::int64_t time);
    void follow_first(const SequenceSpec& spec, std::span<const Event> events);
    template <bool wants_best>
    Best scan(const SequenceSpec& spec, std::span<const Event> events);
    void mark_chains(const SequenceSpec& spec, std::span<const Event> window, const Best& best);

    std::vector<Front> fronts_;
    std::vector<std::uint32_t> marks_;  ///< Per event: bit k: a chain goes through it as step k.
    std::vector<std::uint32_t> chain_;
};

}  // namespace icelight::engine
