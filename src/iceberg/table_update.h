#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "iceberg/table_metadata.h"

/// Changes of a table's metadata and what they require, as the REST catalog specification names
/// them. Applying is pure: the caller writes the result and swaps the pointer.
namespace icelight::iceberg {

/// In set-current-schema, set-default-spec and set-default-sort-order: the one added last by the
/// same list of updates.
inline constexpr std::int32_t kLastAdded = -1;

struct AssignUuid {
    Uuid uuid;
};

struct UpgradeFormatVersion {
    std::int32_t format_version = 0;
};

/// The id is assigned; a schema that the table has already is found again.
struct AddSchema {
    Schema schema;
};

struct SetCurrentSchema {
    std::int32_t schema_id = kLastAdded;
};

/// Spec and field ids are assigned where they are absent or taken.
struct AddPartitionSpec {
    PartitionSpec spec;
};

struct SetDefaultSpec {
    std::int32_t spec_id = kLastAdded;
};

struct AddSortOrder {
    SortOrder order;
};

struct SetDefaultSortOrder {
    std::int32_t order_id = kLastAdded;
};

struct AddSnapshot {
    Snapshot snapshot;
};

struct SetSnapshotRef {
    std::string name;
    SnapshotRef ref;
};

struct RemoveSnapshots {
    std::vector<std::int64_t> snapshot_ids;
};

struct RemoveSnapshotRef {
    std::string name;
};

struct SetLocation {
    std::string location;
};

struct SetProperties {
    std::map<std::string, std::string> properties;
};

struct RemoveProperties {
    std::vector<std::string> keys;
};

struct RemovePartitionSpecs {
    std::vector<std::int32_t> spec_ids;
};

struct RemoveSchemas {
    std::vector<std::int32_t> schema_ids;
};

struct SetStatistics {
    StatisticsFile statistics;
};

struct RemoveStatistics {
    std::int64_t snapshot_id = 0;
};

struct SetPartitionStatistics {
    StatisticsFile statistics;
};

struct RemovePartitionStatistics {
    std::int64_t snapshot_id = 0;
};

/// v3. `json` is the key as it came.
struct AddEncryptionKey {
    std::string key_id;
    std::string json;
};

struct RemoveEncryptionKey {
    std::string key_id;
};

using TableUpdate = std::variant<AssignUuid,
                                 UpgradeFormatVersion,
                                 AddSchema,
                                 SetCurrentSchema,
                                 AddPartitionSpec,
                                 SetDefaultSpec,
                                 AddSortOrder,
                                 SetDefaultSortOrder,
                                 AddSnapshot,
                                 SetSnapshotRef,
                                 RemoveSnapshots,
                                 RemoveSnapshotRef,
                                 SetLocation,
                                 SetProperties,
                                 RemoveProperties,
                                 RemovePartitionSpecs,
                                 RemoveSchemas,
                                 SetStatistics,
                                 RemoveStatistics,
                                 SetPartitionStatistics,
                                 RemovePartitionStatistics,
                                 AddEncryptionKey,
                                 RemoveEncryptionKey>;

/// Applies `updates` in order to a copy of `base` (TableMetadata{} for a table to be made).
///
/// last-updated-ms and the snapshot log never go back, whatever the clocks say. The metadata log is
/// the caller's: append_metadata_log().
/// @param now  of the commit; an added snapshot keeps its own time.
/// @error kInvalidArgument  the update contradicts the metadata (unknown snapshot, schema, spec;
///   current one removed; downgrade; a snapshot more than a minute older than the last).
/// @error kConflict  a sequence number or first-row-id that another commit has overtaken: rebuild
///   the snapshot and try again.
/// @cost O(metadata): one copy.
Result<TableMetadata> apply_updates(const TableMetadata& base,
                                    std::span<const TableUpdate> updates,
                                    TimestampUs now);

}  // namespace icelight::iceberg
