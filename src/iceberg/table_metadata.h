#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "iceberg/partition_spec.h"
#include "iceberg/schema.h"
#include "iceberg/snapshot.h"
#include "iceberg/sort_order.h"

namespace icelight::iceberg {

inline constexpr std::int32_t kFormatVersionDefault = 2;
inline constexpr std::int32_t kFormatVersionMax = 3;
/// Former metadata files kept in the metadata log when the table does not say.
inline constexpr std::size_t kPreviousVersionsMaxDefault = 100;
inline constexpr std::string_view kPreviousVersionsMaxProperty =
    "write.metadata.previous-versions-max";

/// Statistics or partition statistics of one snapshot; the file is not ours to read, so the entry
/// is kept as it came.
struct StatisticsFile {
    std::int64_t snapshot_id = 0;
    std::string json;  ///< The whole object.

    bool operator==(const StatisticsFile&) const = default;
};

/// A table as of one moment (spec, "Table metadata"). A plain value: find_*() answers nullptr when
/// there is none, and pointers live as long as the metadata is not changed.
///
/// A default-made one is the base of a table that does not exist yet: apply_updates() fills it.
struct TableMetadata {
    std::int32_t format_version = kFormatVersionDefault;
    Uuid table_uuid;
    std::string location;
    std::int64_t last_sequence_number = 0;
    std::int64_t last_updated_ms = 0;
    std::int32_t last_column_id = 0;
    std::int32_t current_schema_id = -1;
    std::vector<Schema> schemas;
    std::int32_t default_spec_id = -1;
    std::vector<PartitionSpec> partition_specs;
    std::int32_t last_partition_id = kFirstPartitionFieldId - 1;
    std::int32_t default_sort_order_id = -1;
    std::vector<SortOrder> sort_orders;
    std::map<std::string, std::string> properties;
    std::optional<std::int64_t> current_snapshot_id;
    std::map<std::string, SnapshotRef> refs;  ///< Always with "main" when a snapshot is current.
    std::vector<Snapshot> snapshots;
    std::vector<SnapshotLogEntry> snapshot_log;  ///< Oldest first.
    std::vector<MetadataLogEntry> metadata_log;  ///< Oldest first.
    std::vector<StatisticsFile> statistics;
    std::vector<StatisticsFile> partition_statistics;
    std::optional<std::int64_t> next_row_id;  ///< v3
    /// Top-level members not named here, as JSON text, written back as they came.
    std::map<std::string, std::string> other_members;

    bool operator==(const TableMetadata&) const = default;

    const Schema* find_schema(std::int32_t schema_id) const;
    const PartitionSpec* find_spec(std::int32_t spec_id) const;
    const SortOrder* find_sort_order(std::int32_t order_id) const;
    const Snapshot* find_snapshot(std::int64_t snapshot_id) const;

    const Schema* current_schema() const { return find_schema(current_schema_id); }

    const PartitionSpec* default_spec() const { return find_spec(default_spec_id); }

    const Snapshot* current_snapshot() const {
        return current_snapshot_id ? find_snapshot(*current_snapshot_id) : nullptr;
    }
};

/// Holds what every reader relies on: the current schema, default spec, default order, every ref
/// and the current snapshot exist; ids are unique.
/// @return an error with `code` that names the member.
Result<> check_metadata(const TableMetadata& metadata, ErrorCode code);

/// Enters the file that `next` replaces into its metadata log and drops the oldest entries above
/// write.metadata.previous-versions-max.
/// @return locations of the entries that were dropped (the files may be deleted if the table says
///   write.metadata.delete-after-commit.enabled).
std::vector<std::string> append_metadata_log(TableMetadata& next,
                                             const TableMetadata& previous,
                                             std::string previous_location);

}  // namespace icelight::iceberg
