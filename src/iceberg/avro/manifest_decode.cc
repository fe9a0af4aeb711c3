#include <charconv>
#include <limits>

#include "iceberg/avro/container_internal.h"
#include "iceberg/json/json_parts_internal.h"
#include "iceberg/manifest_avro.h"

namespace icelight::iceberg {

namespace {

std::int32_t parse_number(std::string_view text, std::int32_t fallback) {
    std::int32_t value = fallback;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

/// The header's "partition-spec": the fields' array, or (some writers) a whole spec.
Result<PartitionSpec> parse_header_spec(std::string_view text) {
    ICE_ASSIGN(auto tree, parse_json(text, ErrorCode::kCorruption));
    JsonErrors errors(ErrorCode::kCorruption);
    json::object whole;
    if (const auto* object = tree.if_object()) {
        whole = *object;
    } else {
        whole["fields"] = std::move(tree);
    }
    auto spec = read_partition_spec(JsonObject(whole, errors));
    ICE_TRY(errors.status());
    auto next_id = kFirstPartitionFieldId;
    for (auto& field : spec.fields) {
        if (field.field_id == kUnassignedFieldId) field.field_id = next_id;
        ++next_id;
    }
    return spec;
}

/// Decodes entries; keeps what the header says about their partition values.
class EntryReader {
public:
    Result<> read_header(const AvroHeader& header) {
        manifest.format_version = parse_number(header.find("format-version"), 1);
        if (header.find("content") == "deletes") manifest.content = ManifestContent::kDeletes;
        auto schema = parse_json_object(header.find("schema"), ErrorCode::kCorruption, read_schema);
        if (!schema) return fail_in("manifest header 'schema'", schema.error());
        manifest.schema = std::move(*schema);
        auto spec = parse_header_spec(header.find("partition-spec"));
        if (!spec) return fail_in("manifest header 'partition-spec'", spec.error());
        manifest.spec = std::move(*spec);
        manifest.spec.spec_id =
            parse_number(header.find("partition-spec-id"), manifest.spec.spec_id);
        for (const auto& field : manifest.spec.fields)
            types_.push_back(value_type(field));
        return {};
    }

    void read_entry(AvroReader& reader, const AvroNode& node) {
        ManifestEntry entry;
        bool has_status = false;
        bool has_file = false;
        reader.record(node, [&](const AvroField& field) {
            switch (field.id) {
                case 0:
                    has_status = true;
                    entry.status = read_status(reader, *field.type);
                    return true;
                case 1:
                    entry.snapshot_id = reader.find_int64(*field.type);
                    return true;
                case 3:
                    entry.sequence_number = reader.find_int64(*field.type);
                    return true;
                case 4:
                    entry.file_sequence_number = reader.find_int64(*field.type);
                    return true;
                case 2:
                    has_file = true;
                    read_data_file(reader, *field.type, entry.data_file);
                    return true;
                default:
                    return false;
            }
        });
        if (!has_status || !has_file) reader.fail("an entry without status or data_file");
        manifest.entries.push_back(std::move(entry));
    }

    Manifest manifest;

private:
    /// The type of a partition field's values; kOther when the schema lacks the source.
    Type value_type(const PartitionField& field) const {
        const auto* source = manifest.schema.find_field(field.source_id);
        if (source == nullptr) return {};
        auto type = transform_result_type(field.transform, source->type);
        return type ? *type : Type();
    }

    static EntryStatus read_status(AvroReader& reader, const AvroNode& node) {
        const auto raw = reader.int32(node);
        if (raw < 0 || raw > 2) reader.fail("an unknown entry status");
        return static_cast<EntryStatus>(raw);
    }

    static FileContent read_content(AvroReader& reader, const AvroNode& node) {
        const auto raw = reader.find_int64(node).value_or(0);
        if (raw < 0 || raw > 2) reader.fail("an unknown file content");
        return static_cast<FileContent>(raw);
    }

    static std::map<std::int32_t, std::int64_t> read_counts(AvroReader& reader,
                                                            const AvroNode& node) {
        std::map<std::int32_t, std::int64_t> map;
        reader.id_map(node, [&](std::int32_t id, const AvroNode& value) {
            map.insert_or_assign(map.end(), id, reader.int64(value));
        });
        return map;
    }

    static std::map<std::int32_t, std::string> read_bounds(AvroReader& reader,
                                                           const AvroNode& node) {
        std::map<std::int32_t, std::string> map;
        reader.id_map(node, [&](std::int32_t id, const AvroNode& value) {
            // Some writers make the value of the pair nullable.
            if (auto bytes = reader.find_text(value)) {
                map.insert_or_assign(map.end(), id, std::move(*bytes));
            }
        });
        return map;
    }

    void read_partition(AvroReader& reader, const AvroNode& node, std::vector<Value>& partition) {
        partition.resize(manifest.spec.fields.size());
        reader.record(node, [&](const AvroField& field) {
            for (std::size_t i = 0; i < partition.size(); ++i) {
                const auto& expected = manifest.spec.fields[i];
                const bool is_same = field.id == kNoFieldId ? field.name == expected.name
                                                            : field.id == expected.field_id;
                if (is_same) {
                    partition[i] = read_value(reader, *field.type, types_[i]);
                    return true;
                }
            }
            return false;
        });
    }

    static Value read_value(AvroReader& reader, const AvroNode& node, const Type& type) {
        const auto* branch = reader.branch(node);
        if (branch == nullptr) return {};
        Value value;
        switch (branch->kind) {
            case AvroKind::kBoolean:
                value = reader.find_boolean(*branch).value_or(false);
                break;
            case AvroKind::kInt:
                value = reader.int32(*branch);
                break;
            case AvroKind::kLong:
                value = reader.int64(*branch);
                break;
            case AvroKind::kFloat:
                value = reader.float32(*branch);
                break;
            case AvroKind::kDouble:
                value = reader.float64(*branch);
                break;
            case AvroKind::kString:
            case AvroKind::kBytes:
            case AvroKind::kFixed:
                value = reader.text(*branch);
                break;
            default:
                reader.fail("a partition value of a nested type");
        }
        return fitted(reader, type, std::move(value));
    }

    /// Widens what was written before a promotion; refuses any other type than the spec's.
    static Value fitted(AvroReader& reader, const Type& type, Value value) {
        if (type.kind == TypeKind::kOther) return value;
        if (type.kind == TypeKind::kDecimal && std::holds_alternative<std::string>(value)) {
            auto decimal = decode_value(type, std::get<std::string>(value));
            if (decimal) return std::move(*decimal);
        } else if (is_of_type(type, value)) {
            return value;
        }
        if (const auto* narrow = std::get_if<std::int32_t>(&value)) {
            value = std::int64_t{*narrow};
        } else if (const auto* wide = std::get_if<std::int64_t>(&value)) {
            const bool is_narrow = *wide >= std::numeric_limits<std::int32_t>::min() &&
                                   *wide <= std::numeric_limits<std::int32_t>::max();
            if (is_narrow) value = static_cast<std::int32_t>(*wide);
        } else if (const auto* number = std::get_if<float>(&value)) {
            value = static_cast<double>(*number);
        }
        if (!is_of_type(type, value)) reader.fail("a partition value is not a " + type_text(type));
        return value;
    }

    /// The fields that every file has; false: another field.
    bool read_identity(AvroReader& reader, const AvroField& field, DataFile& file) {
        const auto& node = *field.type;
        switch (field.id) {
            case 134:
                file.content = read_content(reader, node);
                return true;
            case 100:
                file.file_path = reader.text(node);
                return true;
            case 101:
                file.file_format = reader.text(node);
                for (char& letter : file.file_format) {
                    if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 32);
                }
                return true;
            case 102:
                read_partition(reader, node, file.partition);
                return true;
            case 103:
                file.record_count = reader.int64(node);
                return true;
            case 104:
                file.file_size_bytes = reader.int64(node);
                return true;
            default:
                return false;
        }
    }

    static bool read_metrics(AvroReader& reader, const AvroField& field, DataFile& file) {
        const auto& node = *field.type;
        switch (field.id) {
            case 108:
                file.column_sizes = read_counts(reader, node);
                return true;
            case 109:
                file.value_counts = read_counts(reader, node);
                return true;
            case 110:
                file.null_value_counts = read_counts(reader, node);
                return true;
            case 137:
                file.nan_value_counts = read_counts(reader, node);
                return true;
            case 125:
                file.lower_bounds = read_bounds(reader, node);
                return true;
            case 128:
                file.upper_bounds = read_bounds(reader, node);
                return true;
            default:
                return false;
        }
    }

    static bool read_details(AvroReader& reader, const AvroField& field, DataFile& file) {
        const auto& node = *field.type;
        switch (field.id) {
            case 131:
                file.key_metadata = reader.find_text(node);
                return true;
            case 132:
                reader.array(node, [&](const AvroNode& item) {
                    file.split_offsets.push_back(reader.int64(item));
                });
                return true;
            case 135:
                reader.array(node, [&](const AvroNode& item) {
                    file.equality_ids.push_back(reader.int32(item));
                });
                return true;
            case 140:
                file.sort_order_id = find_int32(reader, node);
                return true;
            case 142:
                file.first_row_id = reader.find_int64(node);
                return true;
            case 143:
                file.referenced_data_file = reader.find_text(node);
                return true;
            case 144:
                file.content_offset = reader.find_int64(node);
                return true;
            case 145:
                file.content_size_bytes = reader.find_int64(node);
                return true;
            default:
                return false;
        }
    }

    static std::optional<std::int32_t> find_int32(AvroReader& reader, const AvroNode& node) {
        const auto value = reader.find_int64(node);
        if (!value) return std::nullopt;
        if (*value < 0 || *value > std::numeric_limits<std::int32_t>::max()) {
            reader.fail("a number is out of range");
            return std::nullopt;
        }
        return static_cast<std::int32_t>(*value);
    }

    void read_data_file(AvroReader& reader, const AvroNode& node, DataFile& file) {
        file.partition.resize(manifest.spec.fields.size());
        bool has_rows = false;
        const bool is_record = reader.record(node, [&](const AvroField& field) {
            has_rows = has_rows || field.id == 103;
            return read_identity(reader, field, file) || read_metrics(reader, field, file) ||
                   read_details(reader, field, file);
        });
        if (!is_record || !has_rows || file.file_path.empty()) {
            reader.fail("a data_file without file_path or record_count");
        }
        if (file.record_count < 0 || file.file_size_bytes < 0) reader.fail("a negative size");
    }

    std::vector<Type> types_;  ///< One per partition field.
};

}  // namespace

void inherit(Manifest& manifest, const ManifestFile& file) {
    for (auto& entry : manifest.entries) {
        if (!entry.snapshot_id) entry.snapshot_id = file.added_snapshot_id;
        // Before v2 every file counts as number 0; later only added files may leave it out.
        if (file.sequence_number != 0 && entry.status != EntryStatus::kAdded) continue;
        if (!entry.sequence_number) entry.sequence_number = file.sequence_number;
        if (!entry.file_sequence_number) entry.file_sequence_number = file.sequence_number;
    }
}

Result<Manifest> decode_manifest(std::string_view bytes) {
    EntryReader entries;
    ICE_TRY(decode_avro_file(
        bytes,
        [&](const AvroHeader& header) { return entries.read_header(header); },
        [&](AvroReader& reader, const AvroNode& node) { entries.read_entry(reader, node); }));
    return std::move(entries.manifest);
}

}  // namespace icelight::iceberg
