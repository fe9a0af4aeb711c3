#pragma once

#include <string>

#include "semantic/filter/filter.h"
#include "semantic/model.h"

namespace icelight::semantic {

/// The aggregate of a measure within a group; `measure` is no window.
///
/// A calculated measure is written out, its divisions guarded against zero. The averages and
/// deviations of nothing are 0 for drizzle's client where it expects that.
std::string aggregate_sql(const MeasureRef& measure, Dialect dialect);

/// The value that a measure takes from one row: sum, avg, min and max only.
std::string row_value_sql(const Measure& measure);

/// Rows and their order for a window.
struct WindowFrame {
    std::vector<std::string> dimensions;  ///< Quoted columns of the aggregated rows.
    std::vector<std::string> times;
};

/// The SQL of a window measure over aggregated rows, whose base measure is the column `base`.
///
/// Totals, differences and moving values go along the times within each combination of dimensions;
/// ranks are by the base, highest first, within each time.
std::string window_sql(const Measure& measure, const std::string& base, const WindowFrame& frame);

/// Calls `visit(name)` for every {name} or {Cube.name} of a calculated measure's text, and gives
/// the text with each replaced by what it returns.
std::string replace_references(std::string_view text,
                               const std::function<std::string(std::string_view)>& visit);

}  // namespace icelight::semantic
