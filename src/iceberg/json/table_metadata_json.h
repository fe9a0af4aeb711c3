#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "iceberg/table_metadata.h"

namespace icelight::iceberg {

/// Reads a metadata.json of format version 1 to 3. Version 1's single schema and spec become lists.
/// @error kCorruption  not JSON, or a member that is missing, of the wrong type or points nowhere:
///   the message names it ("snapshots[3].snapshot-id is missing").
/// @error kUnsupported  a later format version.
Result<TableMetadata> parse_table_metadata(std::string_view json);

/// Equal metadata give equal text.
std::string encode_table_metadata(const TableMetadata& metadata);

/// Where a statistics file lies. @error kCorruption  the entry does not say.
Result<std::string> parse_statistics_path(const StatisticsFile& file);

}  // namespace icelight::iceberg
