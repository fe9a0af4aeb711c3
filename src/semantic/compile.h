#pragma once

#include <optional>
#include <string>

#include "semantic/compiled.h"
#include "semantic/query.h"

namespace icelight::semantic {

/// Buckets that a fill adds at most; a query that spans more is answered without (with a warning).
inline constexpr std::int64_t kFillBucketsMax = 10'000;

/// Writes the query as one statement.
///
/// Columns: dimensions, measures, time dimensions, each in the query's order. A time dimension is
/// named "Events.timestamp" for drizzle's client and "Events.timestamp.day" for the other; its
/// values are wall times of the query's zone. The order of rows is total wherever they have
/// dimensions, so that pages do not overlap.
///
/// @param period  stands for the range of the time dimension that compares; null when none does.
/// @error  members of cubes that no join connects; an order by a dimension that is not selected.
/// @cost   some ten microseconds.
Checked<Compiled> compile_query(const Query& query,
                                const Model& model,
                                const DateRange* period,
                                Warnings& warnings);

/// How many rows the query has without its limit: one row, one column "total".
Checked<Compiled> compile_total(const Query& query,
                                const Model& model,
                                const DateRange* period,
                                Warnings& warnings);

/// The column of a time dimension, see above. The second one over the same dimension has its
/// granularity in both dialects.
std::string time_column_name(const Query& query, std::size_t index);

/// What the clients' rows are ordered by when the query does not say.
std::vector<OrderItem> effective_order(const Query& query);

}  // namespace icelight::semantic
