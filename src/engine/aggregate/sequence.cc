#include "engine/aggregate/sequence.h"

#include <algorithm>
#include <array>
#include <bit>

namespace icelight::engine {
namespace {

constexpr std::uint32_t kNoEvent = 0xffff'ffff;

bool has_bit(std::uint64_t bits, std::size_t bit) {
    return ((bits >> bit) & 1u) != 0;
}

}  // namespace

/// The latest start of the chains that an event of step k at `time` may go on with.
std::uint32_t SequenceMatcher::find_start(const SequenceSpec& spec,
                                          std::span<const Event> events,
                                          std::size_t k,
                                          std::int64_t time) {
    Front& front = fronts_[k - 1];
    for (; !front.is_empty(); ++front.first) {
        const Link& link = front.links[front.first];
        if (time - events[link.last].time <= spec.within[k] &&
            time - events[link.start].time <= spec.total) {
            return link.start;
        }
    }
    return kNoEvent;
}

// Of all chains that end with one event as step k, only the one with the latest start matters: what
// may follow depends on the event's time and the start's, and a later start never forbids more. So
// a step's chains are a front of (last, start), as in a sliding window's maximum: a pair whose
// start has left the total window has left it for good, and a new pair makes every older one with
// an earlier or equal start useless.
template <bool wants_best>
SequenceMatcher::Best SequenceMatcher::scan(const SequenceSpec& spec,
                                            std::span<const Event> events) {
    fronts_.resize(std::max(fronts_.size(), spec.steps));
    for (Front& front : fronts_) {
        front.clear();
    }
    const std::uint64_t known_steps = (std::uint64_t{1} << spec.steps) - 1;
    Best best;
    for (std::uint32_t i = 0; i < events.size(); ++i) {
        const Event& event = events[i];
        std::uint64_t steps = event.bits & known_steps;
        std::uint64_t exclusions = (event.bits >> kExclusionShift) & known_steps;
        // From the last step down, so that no event is its own successor. An excluded event ends
        // the chains that wait for that step, after it may have gone on with one of them itself and
        // before it may begin one.
        while ((steps | exclusions) != 0) {
            const std::size_t k =
                std::max(std::bit_width(steps), std::bit_width(exclusions)) - std::size_t{1};
            const bool is_step = has_bit(steps, k);
            steps &= ~(std::uint64_t{1} << k);
            std::uint32_t start = kNoEvent;
            if (is_step) start = k == 0 ? i : find_start(spec, events, k, event.time);
            if (has_bit(exclusions, k)) {
                exclusions &= ~(std::uint64_t{1} << k);
                if (k > 0) fronts_[k - 1].clear();
            }
            if (start == kNoEvent) continue;
            const Best found{k + 1, event.time - events[start].time, events[start].time};
            if (found.depth > best.depth || (wants_best && found.is_better(best))) best = found;
            if (!wants_best && best.depth == spec.steps) return best;
            if (k + 1 == spec.steps) continue;
            Front& front = fronts_[k];
            while (!front.is_empty() && front.links.back().start <= start) {
                front.links.pop_back();
            }
            if (front.is_empty()) front.clear();
            front.links.push_back({i, start});
        }
    }
    return best;
}

void SequenceMatcher::follow_first(const SequenceSpec& spec, std::span<const Event> events) {
    chain_.clear();
    for (std::uint32_t i = 0; i < events.size() && chain_.size() < spec.steps; ++i) {
        const Event& event = events[i];
        const std::size_t k = chain_.size();
        if (!has_bit(event.bits, k)) {
            if (k > 0 && has_bit(event.bits, kExclusionShift + k)) return;
            continue;
        }
        const bool is_in_time =
            k == 0 || (event.time - events[chain_.back()].time <= spec.within[k] &&
                       event.time - events[chain_.front()].time <= spec.total);
        if (!is_in_time) return;
        chain_.push_back(i);
    }
}

std::size_t SequenceMatcher::find_depth(const SequenceSpec& spec, std::span<const Event> events) {
    if (!spec.is_first) return scan<false>(spec, events).depth;
    follow_first(spec, events);
    return chain_.size();
}

std::span<const std::uint32_t> SequenceMatcher::find_chain(const SequenceSpec& spec,
                                                           std::span<const Event> events) {
    if (spec.is_first) {
        follow_first(spec, events);
        return chain_;
    }
    chain_.clear();
    const Best best = scan<true>(spec, events);
    if (best.depth == 0) return chain_;
    // The shortest chain lies between its two times, and no other event there can begin or end it.
    const auto begin = std::partition_point(events.begin(), events.end(), [&](const Event& event) {
        return event.time < best.start_time;
    });
    const auto end = std::partition_point(begin, events.end(), [&](const Event& event) {
        return event.time <= best.start_time + best.duration;
    });
    mark_chains(spec, {begin, end}, best);
    const auto offset = static_cast<std::uint32_t>(begin - events.begin());
    for (std::uint32_t i = 0; i < marks_.size() && chain_.size() < best.depth; ++i) {
        if (has_bit(marks_[i], chain_.size())) chain_.push_back(offset + i);
    }
    return chain_;
}

// Backwards: an event is marked for step k if a marked event of step k + 1 follows it in its window
// without an excluded one between. The nearest such event decides: it is the least in time and has
// the fewest events before it.
void SequenceMatcher::mark_chains(const SequenceSpec& spec,
                                  std::span<const Event> window,
                                  const Best& best) {
    marks_.assign(window.size(), 0);
    std::array<std::uint32_t, kStepsMax + 1> nearest{};
    nearest.fill(kNoEvent);
    const std::size_t last = best.depth - 1;
    const std::uint64_t known_steps = (std::uint64_t{1} << best.depth) - 1;
    const std::int64_t end_time = best.start_time + best.duration;
    for (std::size_t i = window.size(); i-- > 0;) {
        const Event& event = window[i];
        std::uint32_t marks = 0;
        for (auto steps = event.bits & known_steps; steps != 0; steps &= steps - 1) {
            const auto k = static_cast<std::size_t>(std::countr_zero(steps));
            const bool goes_on =
                k == last ? event.time == end_time
                          : nearest[k + 1] != kNoEvent &&
                                window[nearest[k + 1]].time - event.time <= spec.within[k + 1];
            if (goes_on) marks |= 1u << k;
        }
        for (auto k = (event.bits >> kExclusionShift) & known_steps; k != 0; k &= k - 1) {
            nearest[static_cast<std::size_t>(std::countr_zero(k))] = kNoEvent;
        }
        for (std::uint32_t k = marks; k != 0; k &= k - 1) {
            nearest[static_cast<std::size_t>(std::countr_zero(k))] = static_cast<std::uint32_t>(i);
        }
        marks_[i] = marks;
    }
}

std::size_t SequenceMatcher::scratch_bytes(const SequenceSpec& spec, std::size_t count) {
    // A vector may hold twice what it needs while it grows.
    return count * (sizeof(Event) + sizeof(std::uint32_t) + 3 * sizeof(Link) * (spec.steps - 1));
}

void SequenceMatcher::shrink() {
    *this = {};
}

}  // namespace icelight::engine
