#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace icelight::iceberg {

enum class ManifestContent : std::uint8_t { kData = 0, kDeletes = 1 };

/// In a ManifestFile: the commit that adds it assigns its own sequence number or snapshot id.
inline constexpr std::int64_t kUnassignedSequenceNumber = -1;
inline constexpr std::int64_t kUnassignedSnapshotId = -1;

/// What one partition field holds in a manifest (spec, `field_summary`).
struct PartitionSummary {
    bool contains_null = false;              ///< 509
    std::optional<bool> contains_nan;        ///< 518
    std::optional<std::string> lower_bound;  ///< 510 encode_value(); absent: only nulls and NaNs.
    std::optional<std::string> upper_bound;  ///< 511

    bool operator==(const PartitionSummary&) const = default;
};

/// In counts of a ManifestFile: the writer (v1) did not say. Not zero: the manifest must be read.
inline constexpr std::int32_t kUnknownCount = -1;

/// One entry of a manifest list (spec, "Manifest lists"; the numbers are Avro field ids).
struct ManifestFile {
    std::string manifest_path;                                     ///< 500
    std::int64_t manifest_length = 0;                              ///< 501 Bytes.
    std::int32_t partition_spec_id = 0;                            ///< 502
    ManifestContent content = ManifestContent::kData;              ///< 517
    std::int64_t sequence_number = kUnassignedSequenceNumber;      ///< 515
    std::int64_t min_sequence_number = kUnassignedSequenceNumber;  ///< 516 Of live files.
    std::int64_t added_snapshot_id = kUnassignedSnapshotId;        ///< 503
    std::int32_t added_files_count = 0;                            ///< 504
    std::int32_t existing_files_count = 0;                         ///< 505
    std::int32_t deleted_files_count = 0;                          ///< 506
    std::int64_t added_rows_count = 0;                             ///< 512
    std::int64_t existing_rows_count = 0;                          ///< 513
    std::int64_t deleted_rows_count = 0;                           ///< 514
    std::vector<PartitionSummary> partitions;  ///< 507 One per field of the spec, or none.
    std::optional<std::string> key_metadata;   ///< 519
    std::optional<std::int64_t> first_row_id;  ///< 520 v3

    bool operator==(const ManifestFile&) const = default;
};

}  // namespace icelight::iceberg
