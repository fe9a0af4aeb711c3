#include <algorithm>
#include <cmath>

#include <boost/json/serialize.hpp>

#include "iceberg/avro/container_internal.h"
#include "iceberg/avro/manifest_schema_internal.h"
#include "iceberg/json/json_parts_internal.h"
#include "iceberg/json/schema_json.h"
#include "iceberg/manifest_avro.h"

namespace icelight::iceberg {

namespace {

tl::unexpected<Error> refused(const ManifestEntry& entry, std::string why) {
    return fail(ErrorCode::kInvalidArgument,
                "manifest entry '" + entry.data_file.file_path + "': " + std::move(why));
}

constexpr std::int64_t kNullBranch = 0;
constexpr std::int64_t kValueBranch = 1;

template <class T>
void put_optional(std::string& out, const std::optional<T>& value) {
    put_long(out, value ? kValueBranch : kNullBranch);
    if (!value) return;
    if constexpr (std::is_same_v<T, std::string>) {
        put_bytes(out, *value);
    } else {
        put_long(out, *value);
    }
}

/// Any container as an optional Avro array; an empty one is null.
template <class Items, class Fn>
void put_array(std::string& out, const Items& items, Fn put_item) {
    if (items.empty()) {
        put_long(out, kNullBranch);
        return;
    }
    put_long(out, kValueBranch);
    put_long(out, static_cast<std::int64_t>(items.size()));
    for (const auto& item : items)
        put_item(item);
    put_long(out, 0);
}

void put_map(std::string& out, const std::map<std::int32_t, std::int64_t>& map) {
    put_array(out, map, [&](const auto& item) {
        put_long(out, item.first);
        put_long(out, item.second);
    });
}

void put_map(std::string& out, const std::map<std::int32_t, std::string>& map) {
    put_array(out, map, [&](const auto& item) {
        put_long(out, item.first);
        put_bytes(out, item.second);
    });
}

/// Sign-extends to the width of the Avro fixed.
std::string padded_decimal(const std::string& bytes, std::size_t width) {
    const bool is_negative = (static_cast<unsigned char>(bytes.front()) & 0x80) != 0;
    return std::string(width - std::min(width, bytes.size()), is_negative ? '\xff' : '\0') + bytes;
}

void put_partition_value(std::string& out, const Type& type, const Value& value) {
    put_long(out, is_null(value) ? kNullBranch : kValueBranch);
    if (is_null(value)) return;
    if (const auto* narrow = std::get_if<std::int32_t>(&value)) {
        put_long(out, *narrow);
    } else if (const auto* wide = std::get_if<std::int64_t>(&value)) {
        put_long(out, *wide);
    } else if (type.kind == TypeKind::kDecimal) {
        out += padded_decimal(std::get<std::string>(value), decimal_fixed_bytes(type.precision));
    } else if (type.kind == TypeKind::kString || type.kind == TypeKind::kBinary) {
        put_bytes(out, std::get<std::string>(value));
    } else {
        // Booleans, floats and fixed-length bytes have the same form in Avro.
        out += encode_value(type, value);
    }
}

void put_data_file(std::string& out, const DataFile& file, const std::vector<Field>& partition) {
    put_long(out, static_cast<std::int64_t>(file.content));
    put_bytes(out, file.file_path);
    put_bytes(out, file.file_format);
    for (std::size_t i = 0; i < partition.size(); ++i) {
        put_partition_value(out, partition[i].type, file.partition[i]);
    }
    put_long(out, file.record_count);
    put_long(out, file.file_size_bytes);
    put_map(out, file.column_sizes);
    put_map(out, file.value_counts);
    put_map(out, file.null_value_counts);
    put_map(out, file.nan_value_counts);
    put_map(out, file.lower_bounds);
    put_map(out, file.upper_bounds);
    put_optional(out, file.key_metadata);
    put_array(out, file.split_offsets, [&](std::int64_t offset) { put_long(out, offset); });
    put_array(out, file.equality_ids, [&](std::int32_t id) { put_long(out, id); });
    put_optional(out, file.sort_order_id);
    put_optional(out, file.referenced_data_file);
}

Result<> check_entry(const ManifestEntry& entry,
                     ManifestContent content,
                     const std::vector<Field>& partition) {
    const auto& file = entry.data_file;
    if ((file.content == FileContent::kData) != (content == ManifestContent::kData)) {
        return refused(entry, "data and delete files never share a manifest");
    }
    if (file.file_path.empty()) return refused(entry, "it has no path");
    if (file.record_count < 0 || file.file_size_bytes < 0) return refused(entry, "negative size");
    if (file.partition.size() != partition.size()) {
        return refused(entry, "its partition has another number of values than the spec");
    }
    for (std::size_t i = 0; i < partition.size(); ++i) {
        if (!is_of_type(partition[i].type, file.partition[i])) {
            return refused(entry,
                           "the value of '" + partition[i].name + "' is not a " +
                               type_text(partition[i].type));
        }
        const auto* text = std::get_if<std::string>(&file.partition[i]);
        if (partition[i].type.kind == TypeKind::kDecimal && text != nullptr &&
            text->size() > decimal_fixed_bytes(partition[i].type.precision)) {
            return refused(entry, "the value of '" + partition[i].name + "' is out of range");
        }
    }
    const bool has_numbers =
        entry.snapshot_id && entry.sequence_number && entry.file_sequence_number;
    if (entry.status != EntryStatus::kAdded && !has_numbers) {
        return refused(entry,
                       "existing and deleted files keep their snapshot and sequence numbers");
    }
    return {};
}

void count(const ManifestEntry& entry, ManifestFile& file) {
    const auto rows = entry.data_file.record_count;
    switch (entry.status) {
        case EntryStatus::kAdded:
            ++file.added_files_count;
            file.added_rows_count += rows;
            break;
        case EntryStatus::kExisting:
            ++file.existing_files_count;
            file.existing_rows_count += rows;
            break;
        case EntryStatus::kDeleted:
            ++file.deleted_files_count;
            file.deleted_rows_count += rows;
            break;
    }
    if (!entry.is_live() || !entry.sequence_number) return;
    if (file.min_sequence_number == kUnassignedSequenceNumber) {
        file.min_sequence_number = *entry.sequence_number;
    }
    file.min_sequence_number = std::min(file.min_sequence_number, *entry.sequence_number);
}

bool is_nan(const Value& value) {
    if (const auto* number = std::get_if<float>(&value)) return std::isnan(*number);
    if (const auto* number = std::get_if<double>(&value)) return std::isnan(*number);
    return false;
}

PartitionSummary summarize(const std::vector<ManifestEntry>& entries,
                           std::size_t index,
                           const Type& type) {
    PartitionSummary summary;
    summary.contains_nan = false;
    const Value* lowest = nullptr;
    const Value* highest = nullptr;
    for (const auto& entry : entries) {
        const auto& value = entry.data_file.partition[index];
        if (is_null(value)) {
            summary.contains_null = true;
        } else if (is_nan(value)) {
            summary.contains_nan = true;
        } else {
            if (lowest == nullptr || compare_values(type, value, *lowest) < 0) lowest = &value;
            if (highest == nullptr || compare_values(type, value, *highest) > 0) highest = &value;
        }
    }
    if (lowest != nullptr) summary.lower_bound = encode_value(type, *lowest);
    if (highest != nullptr) summary.upper_bound = encode_value(type, *highest);
    return summary;
}

std::string encode_entry(const ManifestEntry& entry, const std::vector<Field>& partition) {
    std::string out;
    put_long(out, static_cast<std::int64_t>(entry.status));
    put_optional(out, entry.snapshot_id);
    put_optional(out, entry.sequence_number);
    put_optional(out, entry.file_sequence_number);
    put_data_file(out, entry.data_file, partition);
    return out;
}

}  // namespace

Result<EncodedManifest> encode_manifest(const Manifest& manifest) {
    ICE_ASSIGN(const auto partition, partition_fields(manifest.schema, manifest.spec));
    ICE_ASSIGN(const auto avro_schema, manifest_entry_schema(partition));
    EncodedManifest encoded;
    encoded.file.partition_spec_id = manifest.spec.spec_id;
    encoded.file.content = manifest.content;
    const bool is_data = manifest.content == ManifestContent::kData;
    AvroFileWriter writer(
        avro_schema,
        {{"schema", encode_schema_json(manifest.schema)},
         {"schema-id", std::to_string(manifest.schema.schema_id)},
         {"partition-spec", json::serialize(partition_field_array(manifest.spec))},
         {"partition-spec-id", std::to_string(manifest.spec.spec_id)},
         {"format-version", "2"},
         {"content", is_data ? "data" : "deletes"}});
    for (const auto& entry : manifest.entries) {
        ICE_TRY(check_entry(entry, manifest.content, partition));
        count(entry, encoded.file);
        writer.append(encode_entry(entry, partition));
    }
    for (std::size_t i = 0; i < partition.size(); ++i) {
        encoded.file.partitions.push_back(summarize(manifest.entries, i, partition[i].type));
    }
    encoded.bytes = std::move(writer).finish();
    encoded.file.manifest_length = static_cast<std::int64_t>(encoded.bytes.size());
    return encoded;
}

}  // namespace icelight::iceberg
