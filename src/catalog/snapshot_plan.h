#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "catalog/intent.h"
#include "iceberg/table_metadata.h"

namespace icelight::catalog {

/// A table with one snapshot more, and the manifest list that has to be on disk before it is
/// current. Pure: nothing was written.
struct SnapshotPlan {
    iceberg::TableMetadata metadata;
    std::int64_t snapshot_id = 0;
    std::string list_location;
    std::string list_bytes;
    std::vector<iceberg::ManifestFile> manifests;  ///< What list_bytes says.
};

/// What a plan takes from the moment it is made in.
struct PlanMoment {
    Watermark watermark;  ///< Of the sink, once the intent has landed.
    TimestampUs now_us = 0;
};

/// Puts `append` (one of `intent`'s) on top of `base`, whose current manifests are
/// `parent_manifests`, as a snapshot of max(last + 1 ms, now).
///
/// The new manifest gets the snapshot's id and sequence number and stands first. The watermark goes
/// into the summary and the table's properties. Iceberg specification, "Snapshots", "Sequence
/// Number Inheritance".
/// @error kUnsupported  a table of another format version than 2.
/// @error kInvalidArgument  a manifest of a partition spec that the table lacks.
Result<SnapshotPlan> plan_append(const iceberg::TableMetadata& base,
                                 const std::vector<iceberg::ManifestFile>& parent_manifests,
                                 const AppendIntent& intent,
                                 const TableAppend& append,
                                 const PlanMoment& moment);

/// Random, and new to this table.
std::int64_t make_snapshot_id(const iceberg::TableMetadata& base);

/// Milliseconds for the next change of `base`: its times never go back or stand still.
std::int64_t next_timestamp_ms(const iceberg::TableMetadata& base, TimestampUs now_us);

}  // namespace icelight::catalog
