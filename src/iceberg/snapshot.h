#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace icelight::iceberg {

inline constexpr std::string_view kMainBranch = "main";

/// Values of the summary's "operation".
inline constexpr std::string_view kOperationAppend = "append";
inline constexpr std::string_view kOperationReplace = "replace";
inline constexpr std::string_view kOperationOverwrite = "overwrite";
inline constexpr std::string_view kOperationDelete = "delete";

/// Spec, "Snapshots".
struct Snapshot {
    std::int64_t snapshot_id = 0;
    std::optional<std::int64_t> parent_snapshot_id;
    std::int64_t sequence_number = 0;  ///< 0 in v1 tables.
    std::int64_t timestamp_ms = 0;
    std::string manifest_list;                   ///< Location; empty only in old v1 tables.
    std::map<std::string, std::string> summary;  ///< With "operation".
    std::optional<std::int32_t> schema_id;
    std::vector<std::string> manifests;        ///< v1 tables without a manifest list.
    std::optional<std::int64_t> first_row_id;  ///< v3
    std::optional<std::int64_t> added_rows;    ///< v3
    std::string key_id;                        ///< v3; empty: none.

    bool operator==(const Snapshot&) const = default;

    std::string_view operation() const;  ///< Empty when the summary has none.
};

enum class RefType : std::uint8_t { kBranch, kTag };

/// A named pointer to a snapshot (spec, "Snapshot references").
struct SnapshotRef {
    std::int64_t snapshot_id = 0;
    RefType type = RefType::kBranch;
    std::optional<std::int32_t> min_snapshots_to_keep;
    std::optional<std::int64_t> max_snapshot_age_ms;
    std::optional<std::int64_t> max_ref_age_ms;

    bool operator==(const SnapshotRef&) const = default;
};

/// When a snapshot became current.
struct SnapshotLogEntry {
    std::int64_t timestamp_ms = 0;
    std::int64_t snapshot_id = 0;

    bool operator==(const SnapshotLogEntry&) const = default;
};

/// A former metadata file and the last-updated-ms it had.
struct MetadataLogEntry {
    std::int64_t timestamp_ms = 0;
    std::string metadata_file;

    bool operator==(const MetadataLogEntry&) const = default;
};

}  // namespace icelight::iceberg
