#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "query/plan/file_plan.h"
#include "query/plan/table_files.h"
#include "query/worker/protocol.h"

namespace icelight::query {

/// The functions that give the log's rows, see tail/tail.h; the gate knows neither.
inline constexpr std::string_view kTailEvents = "icelight_tail_events";
inline constexpr std::string_view kTailRejected = "icelight_tail_rejected";

/// The SELECT of a table's view: the planned files without their deleted rows, and what the log has
/// of it, if `has_tail`: the offsets that the tail shows when the view is read.
///
/// A table that needs DuckDB's iceberg extension is read by it, whole, whatever the plan says.
///
/// The outer columns are in the order of the schema, as `SELECT *` shows them. Inside, a cheap
/// column comes first: a count over UNION ALL reads the whole first column, and nothing else.
///
/// @error kUnsupported  a column's type, a file name with wildcards, or see extension_scan.h.
Result<std::string> make_view_select(const TableFiles& table,
                                     const FilePlan& plan,
                                     TailKind kind,
                                     bool has_tail);

/// The engine's name of an Iceberg type: "TIMESTAMP WITH TIME ZONE", "STRUCT(a INTEGER)".
/// @error kUnsupported  it has none.
Result<std::string> sql_type_of(const iceberg::Type& type);

}  // namespace icelight::query
