#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "query/plan/file_plan.h"

namespace icelight::query {

/// The conditions that leave deleted rows of `data` (the scan's alias) out: anti-joins, joined by
/// AND; empty when nothing is deleted.
///
/// Equality deletes compare NULL with NULL as equal (spec, "Equality Delete Files").
/// @error kUnsupported  an equality delete file without columns, or by one that is nested or
/// forgotten.
Result<std::string> make_delete_conditions(const FileGroup& group, const TableFiles& table);

}  // namespace icelight::query
