#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "semantic/query.h"
#include "semantic/rows/base_rows.h"

namespace icelight::semantic {

/// The buckets that an answer must have, whether or not there are rows in them.
struct FillPlan {
    std::string column;  ///< The time dimension's.
    const Granularity* granularity = nullptr;
    DateRange range;
    const Zone* zone = nullptr;
    std::optional<double> value;
};

/// Buckets are filled where there is one column of time, with a granularity, and its bounds are
/// known from the query.
std::optional<FillPlan> plan_fill(const Query& query, const DateRange* period, Warnings& warnings);

/// `rows` with every bucket for every combination of the other groups that it has.
std::string fill_sql(const FillPlan& plan, const BaseRows& base, const std::string& rows);

}  // namespace icelight::semantic
