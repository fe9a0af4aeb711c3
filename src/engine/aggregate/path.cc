#include "engine/aggregate/path.h"

#include <algorithm>
#include <functional>

namespace icelight::engine {
namespace {

/// Names are told apart by number, not by order: equal time and position leave the bits to decide.
bool is_after(const Event& left, const Event& right) {
    return right < left;
}

}  // namespace

PathWindow find_path(const PathSpec& spec, std::span<Event> events) {
    const Event* earliest = nullptr;
    for (const Event& event : events) {
        if ((event.bits & kAnchorBit) == 0) continue;
        if (earliest == nullptr || event < *earliest) earliest = &event;
    }
    if (earliest == nullptr) return {};
    const Event anchor = *earliest;
    const auto middle = std::partition(
        events.begin(), events.end(), [&anchor](const Event& event) { return event < anchor; });
    const auto before_count =
        std::min<std::ptrdiff_t>(spec.before, std::distance(events.begin(), middle));
    const auto after_count = std::min<std::ptrdiff_t>(spec.after + std::ptrdiff_t{1},
                                                      std::distance(middle, events.end()));
    std::partial_sort(events.begin(), events.begin() + before_count, middle, is_after);
    std::partial_sort(middle, middle + after_count, events.end());
    return {{events.begin(), events.begin() + before_count}, {middle, middle + after_count}};
}

}  // namespace icelight::engine
