#pragma once

#include <string>

#include "base/result.h"
#include "query/plan/file_plan.h"
#include "query/plan/table_files.h"

namespace icelight::query {

/// A field as SQL over the scan of the group's files, which is called `data` (spec, "Column
/// Projection"): a column of the scan, what is made of one, or what the files do not hold: a value
/// of their partitions, the field's initial default, NULL.
///
/// @error kUnsupported  see sql_type_of().
Result<std::string> column_value(const TableFiles& table,
                                 const FileGroup& group,
                                 const iceberg::Field& field);

/// The source of `field` in the group's files; nullptr where the group has none, or not of it.
const ColumnSource* find_source(const FileGroup& group, const iceberg::Field& field);

}  // namespace icelight::query
