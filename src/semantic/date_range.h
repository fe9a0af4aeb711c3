#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "semantic/zone.h"

/// Dates and ranges as the two clients write them (docs/semantic.md, "Dates").
namespace icelight::semantic {

/// Both understand every string; they differ in what `last N units` means: kDrizzle counts the
/// current unit in, kCube takes N whole units before it.
enum class DateGrammar : std::uint8_t { kDrizzle, kCube };

/// A span of time. `last_local_us` is what people see as its end: the last millisecond in it.
struct DateRange {
    std::int64_t start_us = 0;  ///< UTC instant, first in it.
    std::int64_t end_us = 0;    ///< UTC instant, first after it.
    std::int64_t start_local_us = 0;
    std::int64_t last_local_us = 0;

    bool operator==(const DateRange&) const = default;
};

/// What a date means depends on these. Lifetime: the zone outlives it.
struct DateContext {
    std::int64_t now_us = 0;
    const Zone* zone = nullptr;
    DateGrammar grammar = DateGrammar::kDrizzle;
};

/// "2024-01-31", "2024-01-31T10:00", "last 7 days", "this quarter", "from 7 days ago to now".
/// @return nothing when it is none of these.
std::optional<DateRange> parse_date_range(std::string_view text, const DateContext& context);

/// From the start of one date to the end of the other; no relative words.
/// @return nothing also when it ends before it starts.
std::optional<DateRange> parse_date_pair(std::string_view start,
                                         std::string_view end,
                                         const DateContext& context);

/// The bounds in wall time: a nonexistent start or end is the first instant after it, a repeated
/// start its earlier instant, a repeated end its later one.
DateRange range_of_local(std::int64_t start_local_us, std::int64_t last_local_us, const Zone& zone);

/// "2024-01-01T00:00:00.000 - 2024-01-14T23:59:59.999" has these two.
std::string range_start_text(const DateRange& range);
std::string range_end_text(const DateRange& range);

}  // namespace icelight::semantic
