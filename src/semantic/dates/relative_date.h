#pragma once

#include <optional>
#include <string_view>

#include "semantic/date_range.h"

namespace icelight::semantic {

/// "today", "last 7 days", "next month", "from 1 hour ago to now", "january 2024"; see
/// parse_date_range(). Calendar units are counted in wall time, hours and below in instants.
///
/// @param text  lower case, single blanks.
std::optional<DateRange> parse_relative_range(std::string_view text, const DateContext& context);

}  // namespace icelight::semantic
