#pragma once

#include "base/result.h"
#include "query/plan/file_layouts.h"
#include "query/plan/file_plan.h"
#include "query/plan/table_files.h"

namespace icelight::query {

/// Divides the groups of the plan by where their files hold the columns. Files that can be read as
/// the table says (TableFiles::is_read_by_id) stay together without sources.
///
/// As Iceberg's own library has it: a file with an id anywhere in its schema is read by ids alone,
/// and its columns without one are not there; others go by the table's name mapping.
/// @param layouts  has those of all files of the plan.
/// @error kUnsupported  more than kFileGroupsMax groups; files without ids in a table whose name
///   mapping is missing or malformed; or see find_sources(). Files are named.
Result<> divide_by_layout(const TableFiles& table, const FileLayouts& layouts, FilePlan& plan);

}  // namespace icelight::query
