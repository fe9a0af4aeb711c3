#include <boost/json/serialize.hpp>

#include "iceberg/avro/manifest_schema_internal.h"
#include "iceberg/json/json_internal.h"

namespace icelight::iceberg {

namespace {

json::object required(json::string_view name, json::value type, std::int32_t id) {
    return {{"name", name}, {"type", std::move(type)}, {"field-id", id}};
}

json::object optional(json::string_view name, json::value type, std::int32_t id) {
    return {{"name", name},
            {"type", json::array{"null", std::move(type)}},
            {"default", nullptr},
            {"field-id", id}};
}

/// Iceberg's map with int keys: an array of pairs.
json::value id_map(json::string_view value_type, std::int32_t key_id, std::int32_t value_id) {
    const auto name = "k" + std::to_string(key_id) + "_v" + std::to_string(value_id);
    json::object pair{
        {"type", "record"},
        {"name", name},
        {"fields",
         json::array{required("key", "int", key_id), required("value", value_type, value_id)}}};
    return json::object{{"type", "array"}, {"logicalType", "map"}, {"items", std::move(pair)}};
}

json::value list_of(json::string_view item_type, std::int32_t element_id) {
    return json::object{{"type", "array"}, {"items", item_type}, {"element-id", element_id}};
}

json::value logical(json::string_view type, json::string_view logical_type) {
    return json::object{{"type", type}, {"logicalType", logical_type}};
}

json::value timestamp(json::string_view logical_type, bool is_utc) {
    return json::object{{"type", "long"}, {"logicalType", logical_type}, {"adjust-to-utc", is_utc}};
}

json::object fixed(const std::string& name, std::size_t bytes) {
    return {{"type", "fixed"}, {"name", name}, {"size", bytes}};
}

/// Avro names take letters, digits and underscores; others become _x and their hex.
std::string avro_name(const std::string& name) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string out;
    for (const char raw : name) {
        const auto byte = static_cast<unsigned char>(raw);
        const bool is_letter =
            (raw >= 'a' && raw <= 'z') || (raw >= 'A' && raw <= 'Z') || raw == '_';
        const bool is_digit = raw >= '0' && raw <= '9';
        if (is_digit && out.empty()) out += '_';
        if (is_letter || is_digit) {
            out += raw;
        } else {
            out += "_x";
            out += kHex[byte >> 4];
            out += kHex[byte & 15];
        }
    }
    return out.empty() ? "_" : out;
}

Result<json::value> partition_type(const Field& field) {
    const auto id = std::to_string(field.id);
    switch (field.type.kind) {
        case TypeKind::kBoolean:
        case TypeKind::kInt:
        case TypeKind::kLong:
        case TypeKind::kFloat:
        case TypeKind::kDouble:
        case TypeKind::kString:
            return json::value(json::string(type_text(field.type)));
        case TypeKind::kBinary:
            return json::value("bytes");
        case TypeKind::kDate:
            return logical("int", "date");
        case TypeKind::kTime:
            return logical("long", "time-micros");
        case TypeKind::kTimestamp:
            return timestamp("timestamp-micros", false);
        case TypeKind::kTimestamptz:
            return timestamp("timestamp-micros", true);
        case TypeKind::kTimestampNs:
            return timestamp("timestamp-nanos", false);
        case TypeKind::kTimestamptzNs:
            return timestamp("timestamp-nanos", true);
        case TypeKind::kFixed:
            return json::value(
                fixed("fixed_" + id, static_cast<std::size_t>(field.type.length_bytes)));
        case TypeKind::kUuid: {
            auto type = fixed("uuid_" + id, 16);
            type["logicalType"] = "uuid";
            return json::value(std::move(type));
        }
        case TypeKind::kDecimal: {
            auto type = fixed("decimal_" + id, decimal_fixed_bytes(field.type.precision));
            type["logicalType"] = "decimal";
            type["precision"] = field.type.precision;
            type["scale"] = field.type.scale;
            return json::value(std::move(type));
        }
        default:
            return fail(ErrorCode::kInvalidArgument,
                        "partition field '" + field.name + "' of type " + type_text(field.type));
    }
}

json::object data_file_record(json::value partition) {
    return {{"type", "record"},
            {"name", "r2"},
            {"fields",
             json::array{
                 required("content", "int", 134),
                 required("file_path", "string", 100),
                 required("file_format", "string", 101),
                 required("partition", std::move(partition), 102),
                 required("record_count", "long", 103),
                 required("file_size_in_bytes", "long", 104),
                 optional("column_sizes", id_map("long", 117, 118), 108),
                 optional("value_counts", id_map("long", 119, 120), 109),
                 optional("null_value_counts", id_map("long", 121, 122), 110),
                 optional("nan_value_counts", id_map("long", 138, 139), 137),
                 optional("lower_bounds", id_map("bytes", 126, 127), 125),
                 optional("upper_bounds", id_map("bytes", 129, 130), 128),
                 optional("key_metadata", "bytes", 131),
                 optional("split_offsets", list_of("long", 133), 132),
                 optional("equality_ids", list_of("int", 136), 135),
                 optional("sort_order_id", "int", 140),
                 optional("referenced_data_file", "string", 143),
             }}};
}

}  // namespace

std::size_t decimal_fixed_bytes(std::int32_t precision) {
    // The fewest bytes whose signed range holds 10^precision - 1.
    __extension__ using Int128 = unsigned __int128;
    Int128 largest = 1;
    for (; precision > 0; --precision)
        largest *= 10;
    largest -= 1;
    std::size_t bytes = 1;
    while (bytes < 16 && largest >> (8 * bytes - 1) != 0)
        ++bytes;
    return bytes;
}

Result<std::string> manifest_entry_schema(const std::vector<Field>& partition) {
    json::array fields;
    for (const auto& field : partition) {
        ICE_ASSIGN(auto type, partition_type(field));
        const auto name = avro_name(field.name);
        auto member = optional(name, std::move(type), field.id);
        if (name != field.name) member["iceberg-field-name"] = field.name;
        fields.push_back(std::move(member));
    }
    json::object record{{"type", "record"}, {"name", "r102"}, {"fields", std::move(fields)}};
    const json::object entry{
        {"type", "record"},
        {"name", "manifest_entry"},
        {"fields",
         json::array{required("status", "int", 0),
                     optional("snapshot_id", "long", 1),
                     optional("sequence_number", "long", 3),
                     optional("file_sequence_number", "long", 4),
                     required("data_file", data_file_record(std::move(record)), 2)}}};
    return json::serialize(entry);
}

std::string manifest_file_schema() {
    json::object summary{{"type", "record"},
                         {"name", "r508"},
                         {"fields",
                          json::array{required("contains_null", "boolean", 509),
                                      optional("contains_nan", "boolean", 518),
                                      optional("lower_bound", "bytes", 510),
                                      optional("upper_bound", "bytes", 511)}}};
    json::object summaries{{"type", "array"}, {"items", std::move(summary)}, {"element-id", 508}};
    const json::object file{{"type", "record"},
                            {"name", "manifest_file"},
                            {"fields",
                             json::array{required("manifest_path", "string", 500),
                                         required("manifest_length", "long", 501),
                                         required("partition_spec_id", "int", 502),
                                         required("content", "int", 517),
                                         required("sequence_number", "long", 515),
                                         required("min_sequence_number", "long", 516),
                                         required("added_snapshot_id", "long", 503),
                                         required("added_files_count", "int", 504),
                                         required("existing_files_count", "int", 505),
                                         required("deleted_files_count", "int", 506),
                                         required("added_rows_count", "long", 512),
                                         required("existing_rows_count", "long", 513),
                                         required("deleted_rows_count", "long", 514),
                                         optional("partitions", std::move(summaries), 507),
                                         optional("key_metadata", "bytes", 519)}}};
    return json::serialize(file);
}

}  // namespace icelight::iceberg
