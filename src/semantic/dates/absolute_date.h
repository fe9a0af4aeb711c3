#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace icelight::semantic {

/// A date as written, before any zone.
struct AbsoluteDate {
    std::int64_t time_us = 0;  ///< Wall time, or the UTC instant when is_instant.
    bool is_instant = false;   ///< It had Z or an offset.
    bool has_time = false;     ///< Else it stands for the whole day.
    bool has_micros = false;   ///< More than three digits of fraction.
};

/// "2024-01-31" or "2024-01-31T23:59[:59[.999999]][Z|+02:00]"; a blank for the T; years 1 to 9999.
/// @return nothing when it is not exactly that.
std::optional<AbsoluteDate> parse_absolute_date(std::string_view text);

}  // namespace icelight::semantic
