#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/value.hpp>

#include "semantic/civil.h"
#include "semantic/filter/filter.h"
#include "semantic/model.h"

namespace icelight::semantic {

inline constexpr std::size_t kMembersMax = 200;
inline constexpr std::int64_t kLimitMax = 50'000;
inline constexpr std::int64_t kCubeLimitDefault = 10'000;
inline constexpr std::int64_t kOffsetMax = 1'000'000'000;
inline constexpr std::size_t kComparedRangesMax = 20;

struct TimeDimension {
    DimensionRef dimension;
    const Granularity* granularity = nullptr;  ///< None: the time itself, or it only filters.
    std::optional<DateRange> range;
    std::vector<DateRange> compared;  ///< compareDateRange; the query is asked once for each.
};

struct OrderItem {
    std::string member;  ///< Full name, a time dimension's with or without its granularity.
    DimensionRef dimension;
    MeasureRef measure;  ///< One of both.
    bool is_descending = false;
};

enum class ResponseFormat : std::uint8_t { kRows, kCompact, kColumnar };

/// What is put into buckets without rows.
struct GapFill {
    bool is_on = true;
    std::optional<double> value = 0;  ///< Nothing: NULL.
};

/// A query over measures and dimensions, checked against a model.
struct Query {
    Dialect dialect = Dialect::kDrizzle;
    std::vector<MeasureRef> measures;
    std::vector<DimensionRef> dimensions;
    std::vector<TimeDimension> time_dimensions;
    Filter filters;  ///< A kAnd.
    std::vector<SegmentRef> segments;
    std::vector<OrderItem> order;
    std::optional<std::int64_t> limit;
    std::int64_t offset = 0;
    bool wants_total = false;
    bool is_ungrouped = false;
    Zone zone = Zone::utc();
    GapFill fill;
    ResponseFormat format = ResponseFormat::kRows;

    /// Whether it is a column, and does not only filter.
    bool is_selected(const TimeDimension& time) const {
        return time.granularity != nullptr || dialect == Dialect::kDrizzle;
    }

    /// The time dimension that has compareDateRange; null when none.
    const TimeDimension* compared() const;
};

/// What a query means depends on these. Lifetime: the model outlives the query.
struct QueryContext {
    const Model& model;
    std::int64_t now_us = 0;  ///< For relative dates.
    Dialect dialect = Dialect::kDrizzle;
};

/// Reads a query of either client; both understand all spellings.
///
/// @param warnings  gets what had no effect.
/// @error  anything unknown, malformed or contradictory.
Checked<Query> parse_query(const boost::json::value& query,
                           const QueryContext& context,
                           Warnings& warnings);

}  // namespace icelight::semantic
