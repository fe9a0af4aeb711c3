#pragma once

#include <optional>
#include <string_view>

#include "base/clock.h"

/// Times as clients write them.
namespace icelight::event {

inline constexpr TimestampUs kTimestampMin = -62'135'596'800'000'000;  ///< 0001-01-01T00:00:00Z
inline constexpr TimestampUs kTimestampMax = 253'402'300'799'999'999;  ///< the last µs of 9999

/// ISO 8601 / RFC 3339, leniently: dates alone, a blank for the T, basic or extended form, a comma
/// for the point, offsets as Z, +hh, +hhmm or +hh:mm, 24:00, leap seconds. Without an offset it is
/// UTC; digits below a microsecond are cut. A text of 9 digits or more is a Unix time.
/// Empty: not a time, or outside [kTimestampMin, kTimestampMax].
std::optional<TimestampUs> find_timestamp(std::string_view text);

/// A JSON number as Unix time: seconds below 1e11, milliseconds below 1e14, microseconds below
/// 1e17, by magnitude. Empty: larger than that, or not a number.
std::optional<TimestampUs> find_unix_time(std::string_view number);

}  // namespace icelight::event
