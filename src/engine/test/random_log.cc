#include "engine/test/random_log.h"

#include <algorithm>
#include <tuple>

namespace icelight::engine::testing {
namespace {

bool has_bit(const Event& event, std::size_t bit) {
    return ((event.bits >> bit) & 1u) != 0;
}

/// The definition, word for word: enumerates chains, keeps the best.
class Force {
public:
    Force(const SequenceSpec& spec, const std::vector<Event>& events)
        : spec_(spec), events_(events) {}

    std::vector<std::uint32_t> run() {
        for (std::uint32_t i = 0; i < events_.size(); ++i) {
            if (!has_bit(events_[i], 0)) continue;
            chain_ = {i};
            extend();
        }
        return best_;
    }

private:
    std::int64_t duration(const std::vector<std::uint32_t>& chain) const {
        return events_[chain.back()].time - events_[chain.front()].time;
    }

    bool is_better() const {
        if (chain_.size() != best_.size()) return chain_.size() > best_.size();
        return std::make_tuple(duration(chain_), events_[chain_.front()].time, chain_) <
               std::make_tuple(duration(best_), events_[best_.front()].time, best_);
    }

    bool may_follow(std::uint32_t from, std::uint32_t to, std::size_t step) const {
        const Event& next = events_[to];
        if (!has_bit(next, step)) return false;
        if (next.time - events_[from].time > spec_.within[step]) return false;
        if (next.time - events_[chain_.front()].time > spec_.total) return false;
        return std::none_of(events_.begin() + from + 1, events_.begin() + to, [&](const Event& e) {
            return has_bit(e, kExclusionShift + step);
        });
    }

    void extend() {
        if (is_better()) best_ = chain_;
        const std::size_t step = chain_.size();
        if (step == spec_.steps) return;
        const std::uint32_t last = chain_.back();
        for (std::uint32_t i = last + 1; i < events_.size(); ++i) {
            if (!may_follow(last, i, step)) continue;
            chain_.push_back(i);
            extend();
            chain_.pop_back();
        }
    }

    const SequenceSpec& spec_;
    const std::vector<Event>& events_;
    std::vector<std::uint32_t> chain_;
    std::vector<std::uint32_t> best_;
};

}  // namespace

SequenceSpec RandomLog::make_spec() {
    SequenceSpec spec;
    spec.steps = static_cast<std::size_t>(2 + below(4));
    spec.within.fill(kNoWindow);
    const bool has_steps = has(Mode::kStepWindows) || mode_ == Mode::kBothWindows;
    const bool has_total = has(Mode::kTotalWindow) || mode_ == Mode::kBothWindows;
    for (std::size_t k = 1; k < spec.steps && has_steps; ++k) {
        if (below(4) > 0) spec.within[k] = below(6);
    }
    if (has_total) spec.total = below(10);
    return spec;
}

std::vector<Event> RandomLog::make_events(const SequenceSpec& spec) {
    const std::int64_t types = 3 + below(5);
    std::vector<std::int64_t> step_types;
    std::vector<std::int64_t> excluded_types;
    for (std::size_t k = 0; k < spec.steps; ++k) {
        const bool is_repeat = k > 0 && below(5) == 0;
        step_types.push_back(is_repeat ? step_types[k - 1] : below(types));
        excluded_types.push_back(has(Mode::kExclusions) && below(2) == 0 ? below(types) : -1);
    }
    const std::int64_t count = below(15);
    const std::int64_t times = 1 + below(12);
    std::vector<Event> events;
    for (std::int64_t i = 0; i < count; ++i) {
        const std::int64_t type = below(types);
        Event event{below(times), i, 0};
        for (std::size_t k = 0; k < spec.steps; ++k) {
            const bool is_step = step_types[k] == type || below(40) == 0;
            if (is_step) event.bits |= std::uint64_t{1} << k;
            if (k > 0 && excluded_types[k] == type) {
                event.bits |= std::uint64_t{1} << (kExclusionShift + k);
            }
        }
        events.push_back(event);
    }
    std::shuffle(events.begin(), events.end(), random_);
    return events;
}

std::vector<std::uint32_t> find_chain_by_force(const SequenceSpec& spec,
                                               const std::vector<Event>& events) {
    return Force(spec, events).run();
}

}  // namespace icelight::engine::testing
