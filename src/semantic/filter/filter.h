#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/value.hpp>

#include "semantic/date_range.h"
#include "semantic/filter/operators.h"
#include "semantic/model.h"
#include "semantic/place.h"
#include "semantic/problem.h"
#include "semantic/sql_writer.h"

namespace icelight::semantic {

/// Which of the two clients asks; where they differ, each gets what it expects.
enum class Dialect : std::uint8_t { kDrizzle, kCube };

inline constexpr std::size_t kFiltersMax = 1'000;
inline constexpr int kFilterDepthMax = 16;

/// A condition, checked: it needs nothing but to be written as SQL.
struct Filter {
    enum class Kind : std::uint8_t { kAnd, kOr, kDimension, kMeasure };

    Kind kind = Kind::kAnd;
    std::vector<Filter> children;  ///< kAnd, kOr; an empty kAnd is true.
    DimensionRef dimension;
    MeasureRef measure;
    Operator op = Operator::kEquals;
    std::vector<Value> values;     ///< Of the member's type; monostate is NULL.
    std::vector<DateRange> dates;  ///< For members of type time: one for each value or pair.
};

/// What reading a filter depends on. Lifetime: all of it outlives the call.
struct FilterContext {
    const Model& model;
    DateContext dates;
    Dialect dialect = Dialect::kDrizzle;
    Warnings& warnings;
};

/// Reads a list of filters, or one: leaves {member|dimension, operator, values, dateRange} and
/// groups {and: []}, {or: []}, {type: "and"|"or", filters: []}. Null reads as none.
///
/// A leaf without the values it needs is refused for the Cube client; for the other one, which
/// sends filters that are still being edited, it is left out with a warning.
/// @return one kAnd of all.
/// @error  anything unknown, a value of the wrong type, a group of both dimensions and measures.
Checked<Filter> parse_filters(const boost::json::value* filters,
                              const Place& place,
                              const FilterContext& context);

/// A range as the clients write it: "last 7 days", "2024-01-31", ["2024-01-31"] or two dates.
Checked<DateRange> read_date_range(const boost::json::value& value,
                                   const Place& place,
                                   const DateContext& context);

/// The SQL of a measure, for filters on measures.
using MeasureSql = std::function<std::string(const MeasureRef&)>;

/// The condition as SQL; empty when it is always true.
std::string filter_sql(const Filter& filter, SqlValues& values, const MeasureSql& measure_sql = {});

/// The parts of a top-level kAnd that are about dimensions, and those about measures.
struct SplitFilters {
    Filter dimensions;
    Filter measures;
};

SplitFilters split_filters(const Filter& all);

/// Calls `visit` for the measure of every leaf that is about one.
void visit_measures(const Filter& filter, const std::function<void(const MeasureRef&)>& visit);
/// Calls `visit` for the dimension of every leaf that is about one.
void visit_dimensions(const Filter& filter, const std::function<void(const DimensionRef&)>& visit);

/// Whether any leaf below is about a measure.
bool has_measure(const Filter& filter);

}  // namespace icelight::semantic
