#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

#include "base/result.h"

/// What the first argument of an aggregate says, as text: the only constant that the engine's
/// interface hands to an aggregate is an argument of every row.
namespace icelight::engine {

inline constexpr std::size_t kStepsMax = 30;
inline constexpr std::uint32_t kPathSideMax = 20;
inline constexpr std::size_t kSpecBytesMax = 4'096;
inline constexpr std::int64_t kNoWindow = std::numeric_limits<std::int64_t>::max();

/// "3 first total=7d step2=1h": steps, and windows in microseconds (both ends belong to them).
struct SequenceSpec {
    std::size_t steps = 0;                         ///< 1 ... kStepsMax.
    std::int64_t total = kNoWindow;                ///< From the first event to any other.
    std::array<std::int64_t, kStepsMax> within{};  ///< [k]: from step k - 1 to step k; [0] unused.
    bool is_first = false;  ///< Only the chain of the first event of each step counts.

    bool operator==(const SequenceSpec&) const = default;
};

/// "before=3 after=3".
struct PathSpec {
    std::uint32_t before = 0;  ///< At most kPathSideMax.
    std::uint32_t after = 0;   ///< At most kPathSideMax.

    bool operator==(const PathSpec&) const = default;
};

/// Windows are whole numbers with a unit: us, ms, s, m, h, d, w.
///
/// @error kInvalidArgument  says the part that is wrong.
Result<SequenceSpec> parse_sequence_spec(std::string_view text);
Result<PathSpec> parse_path_spec(std::string_view text);

}  // namespace icelight::engine
