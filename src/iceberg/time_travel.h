#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "iceberg/snapshot.h"

namespace icelight::iceberg {

struct Schema;
struct TableMetadata;

/// A moment of a table's past: one of the two is set.
struct AsOf {
    std::optional<std::int64_t> snapshot_id;
    std::optional<std::int64_t> timestamp_ms;  ///< Since 1970-01-01.

    bool operator==(const AsOf&) const = default;
};

/// "snapshot 123", "1700000000000 ms".
std::string as_of_text(const AsOf& as_of);

/// The snapshot with that id, or the one that was current at that time (spec, "Point in time
/// reads": by the snapshot log, so what was rolled back counts for its time).
///
/// Lifetime: as long as the metadata is not changed.
/// @error kInvalidArgument  the table has no such snapshot, or none was current yet; says which
///   ones it has.
Result<const Snapshot*> snapshot_as_of(const TableMetadata& metadata, const AsOf& as_of);

/// The schema that `snapshot` was written with; the current one when it does not say.
const Schema* schema_of(const TableMetadata& metadata, const Snapshot& snapshot);

}  // namespace icelight::iceberg
