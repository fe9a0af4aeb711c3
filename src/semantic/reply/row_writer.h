#pragma once

#include <string>

#include "semantic/reply/load_reply.h"

namespace icelight::semantic {

/// A list of objects with the statement's columns and no others: the client shows every key. Times
/// end in Z. Rows of a query that compares have __period, __periodIndex and __periodDayIndex.
std::string write_drizzle_rows(const Answered& query);

/// Rows as the query's response format wants them. Times are wall times, without Z, under the name
/// with the granularity and the name without; blended rows have `time.day` too.
std::string write_cube_rows(const Query& query, const Part& part, bool is_blended);

}  // namespace icelight::semantic
