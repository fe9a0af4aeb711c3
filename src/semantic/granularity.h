#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "semantic/civil.h"

namespace icelight::semantic {

/// How long the buckets of a time are: one unit of the calendar, or an interval of the operator's
/// that is counted from an origin. All times are wall times.
struct Granularity {
    std::string name;  ///< "day"; of the operator's: "fifteen_minutes"
    std::string title;
    Unit unit = Unit::kDay;
    std::int64_t count = 1;  ///< Of that unit.
    std::optional<std::int64_t>
        origin_us;  ///< Where a bucket begins; none: as the calendar has it.

    /// "15 minute"
    std::string interval() const;
    /// The start of the bucket that holds the time.
    std::int64_t floor(std::int64_t local_us) const;
    /// The start of the next one. @param bucket_us  a start.
    std::int64_t next(std::int64_t bucket_us) const;
};

/// second, minute, hour, day, week, month, quarter, year.
const std::vector<Granularity>& calendar_granularities();

/// Where buckets of `unit` begin by default: 2000-01-01 for months and longer, else the Monday
/// after it.
std::int64_t default_origin_us(Unit unit);

/// By exact name; null when there is none.
const Granularity* find_granularity(const std::vector<Granularity>& list, std::string_view name);

/// "15 minutes", "1 year": a whole number from 1 and a unit. Nothing when it is not that.
struct UnitCount {
    std::int64_t count = 1;
    Unit unit = Unit::kDay;
};

std::optional<UnitCount> parse_interval(std::string_view text);

}  // namespace icelight::semantic
