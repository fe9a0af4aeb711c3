#pragma once

#include <cstdint>

#include "base/result.h"
#include "iceberg/table_metadata.h"

/// Which snapshot a reader of the past means.
namespace icelight::iceberg {

/// @error kNotFound  the table has no such snapshot; it may have expired.
Result<const Snapshot*> snapshot_of_id(const TableMetadata& table, std::int64_t snapshot_id);

/// The snapshot that was current at that time, by the snapshot log (Iceberg specification, "Table
/// metadata", snapshot-log).
/// @error kNotFound  the log does not reach so far back, or that snapshot has expired.
Result<const Snapshot*> snapshot_at_time(const TableMetadata& table, std::int64_t time_ms);

}  // namespace icelight::iceberg
