#pragma once

#include <cstdint>
#include <optional>
#include <set>

#include "iceberg/table_update.h"

namespace icelight::iceberg {

/// apply_updates() in the making: metadata and what this list of updates did to it so far.
class MetadataBuilder {
public:
    MetadataBuilder(const TableMetadata& base, TimestampUs now);

    // update/metadata_builder.cc
    Result<> operator()(const AssignUuid& update);
    Result<> operator()(const UpgradeFormatVersion& update);
    Result<> operator()(const SetLocation& update);
    Result<> operator()(const SetProperties& update);
    Result<> operator()(const RemoveProperties& update);
    Result<> operator()(const SetStatistics& update);
    Result<> operator()(const RemoveStatistics& update);
    Result<> operator()(const SetPartitionStatistics& update);
    Result<> operator()(const RemovePartitionStatistics& update);
    Result<> operator()(const AddEncryptionKey& update);
    Result<> operator()(const RemoveEncryptionKey& update);

    // update/metadata_builder_layout.cc
    Result<> operator()(const AddSchema& update);
    Result<> operator()(const SetCurrentSchema& update);
    Result<> operator()(const AddPartitionSpec& update);
    Result<> operator()(const SetDefaultSpec& update);
    Result<> operator()(const AddSortOrder& update);
    Result<> operator()(const SetDefaultSortOrder& update);
    Result<> operator()(const RemovePartitionSpecs& update);
    Result<> operator()(const RemoveSchemas& update);

    // update/metadata_builder_snapshots.cc
    Result<> operator()(const AddSnapshot& update);
    Result<> operator()(const SetSnapshotRef& update);
    Result<> operator()(const RemoveSnapshots& update);
    Result<> operator()(const RemoveSnapshotRef& update);

    Result<TableMetadata> finish() &&;

private:
    const Schema* binding_schema() const;
    void assign_field_ids(PartitionSpec& spec);
    void clean_snapshot_log();

    TableMetadata metadata_;
    std::int64_t now_ms_;
    std::optional<std::int32_t> added_schema_id_;
    std::optional<std::int32_t> added_spec_id_;
    std::optional<std::int32_t> added_order_id_;
    std::set<std::int64_t> added_snapshots_;
    bool has_removed_snapshots_ = false;
};

/// Holds that `spec` and `order` can be used with `schema`. kInvalidArgument.
Result<> check_spec(const Schema& schema, const PartitionSpec& spec);
Result<> check_sort_order(const Schema& schema, const SortOrder& order);

}  // namespace icelight::iceberg
