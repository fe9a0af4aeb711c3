#include <algorithm>
#include <limits>

#include "iceberg/avro/container_internal.h"
#include "iceberg/avro/manifest_schema_internal.h"
#include "iceberg/manifest_avro.h"

namespace icelight::iceberg {

namespace {

void put_optional(std::string& out, const std::optional<std::string>& bytes) {
    put_long(out, bytes ? 1 : 0);
    if (bytes) put_bytes(out, *bytes);
}

void put_summary(std::string& out, const PartitionSummary& summary) {
    out += summary.contains_null ? '\1' : '\0';
    put_long(out, summary.contains_nan ? 1 : 0);
    if (summary.contains_nan) out += *summary.contains_nan ? '\1' : '\0';
    put_optional(out, summary.lower_bound);
    put_optional(out, summary.upper_bound);
}

Result<> check_file(const ManifestFile& file) {
    if (file.manifest_path.empty()) {
        return fail(ErrorCode::kInvalidArgument, "a manifest without a path");
    }
    const auto lowest = std::min({std::int64_t{file.added_files_count},
                                  std::int64_t{file.existing_files_count},
                                  std::int64_t{file.deleted_files_count},
                                  file.added_rows_count,
                                  file.existing_rows_count,
                                  file.deleted_rows_count});
    if (lowest < 0) {
        return fail(ErrorCode::kInvalidArgument,
                    "manifest '" + file.manifest_path + "': its counts are unknown");
    }
    return {};
}

std::string encode_file(const ManifestFile& file, const ManifestList& list) {
    auto or_of_list = [&](std::int64_t number) {
        return number == kUnassignedSequenceNumber ? list.sequence_number : number;
    };
    std::string out;
    put_bytes(out, file.manifest_path);
    put_long(out, file.manifest_length);
    put_long(out, file.partition_spec_id);
    put_long(out, static_cast<std::int64_t>(file.content));
    put_long(out, or_of_list(file.sequence_number));
    put_long(out, or_of_list(file.min_sequence_number));
    const bool is_new = file.added_snapshot_id == kUnassignedSnapshotId;
    put_long(out, is_new ? list.snapshot_id : file.added_snapshot_id);
    put_long(out, file.added_files_count);
    put_long(out, file.existing_files_count);
    put_long(out, file.deleted_files_count);
    put_long(out, file.added_rows_count);
    put_long(out, file.existing_rows_count);
    put_long(out, file.deleted_rows_count);
    put_long(out, file.partitions.empty() ? 0 : 1);
    if (!file.partitions.empty()) {
        put_long(out, static_cast<std::int64_t>(file.partitions.size()));
        for (const auto& summary : file.partitions)
            put_summary(out, summary);
        put_long(out, 0);
    }
    put_optional(out, file.key_metadata);
    return out;
}

std::int32_t read_count(AvroReader& reader, const AvroNode& node) {
    const auto count = reader.find_int64(node);
    if (!count) return kUnknownCount;
    if (*count < 0 || *count > std::numeric_limits<std::int32_t>::max()) {
        reader.fail("a count is out of range");
    }
    return static_cast<std::int32_t>(*count);
}

std::int64_t read_rows(AvroReader& reader, const AvroNode& node) {
    return reader.find_int64(node).value_or(kUnknownCount);
}

PartitionSummary read_summary(AvroReader& reader, const AvroNode& node) {
    PartitionSummary summary;
    reader.record(node, [&](const AvroField& field) {
        switch (field.id) {
            case 509:
                // Unknown: it may.
                summary.contains_null = reader.find_boolean(*field.type).value_or(true);
                return true;
            case 518:
                summary.contains_nan = reader.find_boolean(*field.type);
                return true;
            case 510:
                summary.lower_bound = reader.find_text(*field.type);
                return true;
            case 511:
                summary.upper_bound = reader.find_text(*field.type);
                return true;
            default:
                return false;
        }
    });
    return summary;
}

/// Counts and summaries; false: another field.
bool read_contents(AvroReader& reader, const AvroField& field, ManifestFile& file) {
    const auto& node = *field.type;
    switch (field.id) {
        case 504:
            file.added_files_count = read_count(reader, node);
            return true;
        case 505:
            file.existing_files_count = read_count(reader, node);
            return true;
        case 506:
            file.deleted_files_count = read_count(reader, node);
            return true;
        case 512:
            file.added_rows_count = read_rows(reader, node);
            return true;
        case 513:
            file.existing_rows_count = read_rows(reader, node);
            return true;
        case 514:
            file.deleted_rows_count = read_rows(reader, node);
            return true;
        case 507:
            reader.array(node, [&](const AvroNode& item) {
                file.partitions.push_back(read_summary(reader, item));
            });
            return true;
        case 519:
            file.key_metadata = reader.find_text(node);
            return true;
        case 520:
            file.first_row_id = reader.find_int64(node);
            return true;
        default:
            return false;
    }
}

bool read_identity(AvroReader& reader, const AvroField& field, ManifestFile& file) {
    const auto& node = *field.type;
    switch (field.id) {
        case 500:
            file.manifest_path = reader.text(node);
            return true;
        case 501:
            file.manifest_length = reader.int64(node);
            return true;
        case 502:
            file.partition_spec_id = reader.int32(node);
            return true;
        case 517: {
            const auto raw = reader.find_int64(node).value_or(0);
            if (raw < 0 || raw > 1) reader.fail("an unknown manifest content");
            file.content = static_cast<ManifestContent>(raw);
            return true;
        }
        case 515:
            file.sequence_number = reader.find_int64(node).value_or(0);
            return true;
        case 516:
            file.min_sequence_number = reader.find_int64(node).value_or(0);
            return true;
        case 503:
            file.added_snapshot_id = reader.find_int64(node).value_or(kUnassignedSnapshotId);
            return true;
        default:
            return false;
    }
}

}  // namespace

Result<std::string> encode_manifest_list(const ManifestList& list) {
    const auto parent =
        list.parent_snapshot_id ? std::to_string(*list.parent_snapshot_id) : std::string("null");
    AvroFileWriter writer(manifest_file_schema(),
                          {{"snapshot-id", std::to_string(list.snapshot_id)},
                           {"parent-snapshot-id", parent},
                           {"sequence-number", std::to_string(list.sequence_number)},
                           {"format-version", "2"}});
    for (const auto& file : list.manifests) {
        ICE_TRY(check_file(file));
        writer.append(encode_file(file, list));
    }
    return std::move(writer).finish();
}

Result<std::vector<ManifestFile>> decode_manifest_list(std::string_view bytes) {
    std::vector<ManifestFile> files;
    ICE_TRY(decode_avro_file(
        bytes,
        [](const AvroHeader&) { return Result<>(); },
        [&](AvroReader& reader, const AvroNode& node) {
            ManifestFile file;
            file.sequence_number = 0;
            file.min_sequence_number = 0;
            file.added_files_count = kUnknownCount;
            file.existing_files_count = kUnknownCount;
            file.deleted_files_count = kUnknownCount;
            file.added_rows_count = kUnknownCount;
            file.existing_rows_count = kUnknownCount;
            file.deleted_rows_count = kUnknownCount;
            reader.record(node, [&](const AvroField& field) {
                return read_identity(reader, field, file) || read_contents(reader, field, file);
            });
            if (file.manifest_path.empty()) reader.fail("a manifest without manifest_path");
            files.push_back(std::move(file));
        }));
    return files;
}

}  // namespace icelight::iceberg
