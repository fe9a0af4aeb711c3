#pragma once

#include <cstdint>
#include <span>

#include "engine/aggregate/event_list.h"
#include "engine/aggregate/spec.h"

namespace icelight::engine {

/// Event::bits of a path: the name's number, and whether the path may be anchored here.
inline constexpr std::uint64_t kAnchorBit = std::uint64_t{1} << 32;

/// What lies around the earliest anchor of a group, in total order of time and position.
struct PathWindow {
    std::span<const Event> before;  ///< At most spec.before, the nearest first.
    std::span<const Event> after;   ///< The anchor and at most spec.after.

    bool has_anchor() const { return !after.empty(); }
};

/// Finds the window without sorting more than it needs.
///
/// @param events  in any order; is reordered, and the window points into it.
PathWindow find_path(const PathSpec& spec, std::span<Event> events);

}  // namespace icelight::engine
