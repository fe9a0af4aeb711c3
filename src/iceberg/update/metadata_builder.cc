#include <algorithm>

#include <boost/json/serialize.hpp>

#include "iceberg/json/json_internal.h"
#include "iceberg/update/metadata_builder_internal.h"

namespace icelight::iceberg {

namespace {

constexpr std::string_view kEncryptionKeys = "encryption-keys";

void remove_statistics(std::vector<StatisticsFile>& files, std::int64_t snapshot_id) {
    std::erase_if(files, [&](const auto& file) { return file.snapshot_id == snapshot_id; });
}

void set_statistics(std::vector<StatisticsFile>& files, const StatisticsFile& file) {
    remove_statistics(files, file.snapshot_id);
    files.push_back(file);
}

/// The encryption keys, which we keep as they come, without the one named.
json::array keys_without(const TableMetadata& metadata, std::string_view key_id) {
    json::array kept;
    const auto found = metadata.other_members.find(std::string(kEncryptionKeys));
    if (found == metadata.other_members.end()) return kept;
    auto tree = kept_json(found->second);
    if (!tree.is_array()) return kept;
    for (auto& element : tree.get_array()) {
        const auto* key = element.if_object();
        const auto* id = key == nullptr ? nullptr : key->if_contains("key-id");
        if (id != nullptr && *id == json::string_view(key_id.data(), key_id.size())) continue;
        kept.push_back(std::move(element));
    }
    return kept;
}

}  // namespace

Result<TableMetadata> apply_updates(const TableMetadata& base,
                                    std::span<const TableUpdate> updates,
                                    TimestampUs now) {
    if (updates.empty()) return base;
    MetadataBuilder builder(base, now);
    for (const auto& update : updates) {
        ICE_TRY(std::visit(builder, update));
    }
    return std::move(builder).finish();
}

MetadataBuilder::MetadataBuilder(const TableMetadata& base, TimestampUs now)
    : metadata_(base), now_ms_(now / 1'000) {}

Result<> MetadataBuilder::operator()(const AssignUuid& update) {
    if (update.uuid.is_nil()) return fail(ErrorCode::kInvalidArgument, "Cannot set uuid to null");
    if (!metadata_.table_uuid.is_nil() && metadata_.table_uuid != update.uuid) {
        return fail(ErrorCode::kInvalidArgument, "Cannot reassign uuid");
    }
    metadata_.table_uuid = update.uuid;
    return {};
}

Result<> MetadataBuilder::operator()(const UpgradeFormatVersion& update) {
    const auto from = std::to_string(metadata_.format_version);
    const auto to = std::to_string(update.format_version);
    if (update.format_version > kFormatVersionMax || update.format_version < 1) {
        return fail(ErrorCode::kInvalidArgument,
                    "Cannot upgrade table to unsupported format version: v" + to);
    }
    // A table in the making starts at the default and may say what it will be.
    const bool is_new = metadata_.schemas.empty();
    if (update.format_version < metadata_.format_version && !is_new) {
        return fail(ErrorCode::kInvalidArgument, "Cannot downgrade v" + from + " table to v" + to);
    }
    metadata_.format_version = update.format_version;
    if (metadata_.format_version >= 3 && !metadata_.next_row_id) metadata_.next_row_id = 0;
    return {};
}

Result<> MetadataBuilder::operator()(const SetLocation& update) {
    if (update.location.empty()) return fail(ErrorCode::kInvalidArgument, "location is empty");
    metadata_.location = update.location;
    while (metadata_.location.size() > 1 && metadata_.location.ends_with('/')) {
        metadata_.location.pop_back();
    }
    return {};
}

Result<> MetadataBuilder::operator()(const SetProperties& update) {
    for (const auto& [key, value] : update.properties) {
        metadata_.properties.insert_or_assign(key, value);
    }
    return {};
}

Result<> MetadataBuilder::operator()(const RemoveProperties& update) {
    for (const auto& key : update.keys)
        metadata_.properties.erase(key);
    return {};
}

Result<> MetadataBuilder::operator()(const SetStatistics& update) {
    set_statistics(metadata_.statistics, update.statistics);
    return {};
}

Result<> MetadataBuilder::operator()(const RemoveStatistics& update) {
    remove_statistics(metadata_.statistics, update.snapshot_id);
    return {};
}

Result<> MetadataBuilder::operator()(const SetPartitionStatistics& update) {
    set_statistics(metadata_.partition_statistics, update.statistics);
    return {};
}

Result<> MetadataBuilder::operator()(const RemovePartitionStatistics& update) {
    remove_statistics(metadata_.partition_statistics, update.snapshot_id);
    return {};
}

Result<> MetadataBuilder::operator()(const AddEncryptionKey& update) {
    auto keys = keys_without(metadata_, update.key_id);
    keys.push_back(kept_json(update.json));
    metadata_.other_members.insert_or_assign(std::string(kEncryptionKeys), json::serialize(keys));
    return {};
}

Result<> MetadataBuilder::operator()(const RemoveEncryptionKey& update) {
    const auto keys = keys_without(metadata_, update.key_id);
    metadata_.other_members.insert_or_assign(std::string(kEncryptionKeys), json::serialize(keys));
    return {};
}

Result<TableMetadata> MetadataBuilder::finish() && {
    clean_snapshot_log();
    // A table that was made without saying how it is laid out is neither partitioned nor sorted.
    if (metadata_.partition_specs.empty()) {
        metadata_.partition_specs.emplace_back();
        metadata_.default_spec_id = 0;
    }
    if (metadata_.sort_orders.empty()) {
        metadata_.sort_orders.emplace_back();
        metadata_.default_sort_order_id = 0;
    }
    auto updated_ms = added_snapshots_.empty() ? now_ms_ : std::int64_t{0};
    for (const auto id : added_snapshots_) {
        const auto* snapshot = metadata_.find_snapshot(id);
        updated_ms = std::max(updated_ms, snapshot == nullptr ? now_ms_ : snapshot->timestamp_ms);
    }
    metadata_.last_updated_ms = std::max(metadata_.last_updated_ms, updated_ms);
    ICE_TRY(check_metadata(metadata_, ErrorCode::kInvalidArgument));
    return std::move(metadata_);
}

}  // namespace icelight::iceberg
