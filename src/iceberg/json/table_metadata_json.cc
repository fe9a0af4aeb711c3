#include "iceberg/json/table_metadata_json.h"

#include <algorithm>
#include <array>

#include <boost/json/serialize.hpp>

#include "iceberg/json/json_parts_internal.h"

namespace icelight::iceberg {

namespace {

constexpr std::array<std::string_view, 25> kMembers = {"format-version",
                                                       "table-uuid",
                                                       "location",
                                                       "last-sequence-number",
                                                       "last-updated-ms",
                                                       "last-column-id",
                                                       "current-schema-id",
                                                       "schemas",
                                                       "default-spec-id",
                                                       "partition-specs",
                                                       "last-partition-id",
                                                       "default-sort-order-id",
                                                       "sort-orders",
                                                       "properties",
                                                       "current-snapshot-id",
                                                       "refs",
                                                       "snapshots",
                                                       "snapshot-log",
                                                       "metadata-log",
                                                       "statistics",
                                                       "partition-statistics",
                                                       "next-row-id",
                                                       "schema",
                                                       "partition-spec",
                                                       "row-lineage"};

void read_schemas(const JsonObject& object, TableMetadata& metadata) {
    object.find_each("schemas", [&](const JsonObject& schema) {
        metadata.schemas.push_back(read_schema(schema));
    });
    if (!metadata.schemas.empty() || metadata.format_version > 1) {
        metadata.current_schema_id = object.int32("current-schema-id");
        return;
    }
    object.inside("schema", [&](const JsonObject& schema) {
        metadata.schemas.push_back(read_schema(schema));
    });
    if (!metadata.schemas.empty()) metadata.current_schema_id = metadata.schemas[0].schema_id;
}

void read_specs(const JsonObject& object, TableMetadata& metadata) {
    object.find_each("partition-specs", [&](const JsonObject& spec) {
        metadata.partition_specs.push_back(read_partition_spec(spec));
    });
    if (!metadata.partition_specs.empty() || metadata.format_version > 1) {
        metadata.default_spec_id = object.int32("default-spec-id");
    } else {
        PartitionSpec spec;
        object.each("partition-spec",
                    [&](const JsonObject& field) { read_partition_field(field, spec); });
        metadata.partition_specs.push_back(std::move(spec));
        metadata.default_spec_id = 0;
    }
    for (auto& spec : metadata.partition_specs) {
        // v1 left the ids out: they were given in order.
        auto next_id = kFirstPartitionFieldId;
        for (auto& field : spec.fields) {
            if (field.field_id == kUnassignedFieldId) field.field_id = next_id;
            ++next_id;
        }
        metadata.last_partition_id = std::max(metadata.last_partition_id, spec.highest_field_id());
    }
    if (metadata.format_version > 1) {
        metadata.last_partition_id = object.int32("last-partition-id");
    }
}

void read_sort_orders(const JsonObject& object, TableMetadata& metadata) {
    object.find_each("sort-orders", [&](const JsonObject& order) {
        metadata.sort_orders.push_back(read_sort_order(order));
    });
    metadata.default_sort_order_id = metadata.format_version > 1
                                         ? object.int32("default-sort-order-id")
                                         : object.find_int32("default-sort-order-id").value_or(0);
    // "Unsorted" needs no entry in the files of some writers.
    const bool is_unsorted = metadata.default_sort_order_id == 0;
    if (is_unsorted && metadata.find_sort_order(0) == nullptr) metadata.sort_orders.emplace_back();
}

void read_snapshots(const JsonObject& object, TableMetadata& metadata) {
    object.find_each("snapshots", [&](const JsonObject& snapshot) {
        metadata.snapshots.push_back(read_snapshot(snapshot));
    });
    metadata.current_snapshot_id = object.find_int64("current-snapshot-id");
    if (metadata.current_snapshot_id == -1) metadata.current_snapshot_id.reset();
    object.find_each_member("refs", [&](std::string name, const JsonObject& ref) {
        metadata.refs.insert_or_assign(std::move(name), read_snapshot_ref(ref));
    });
    if (metadata.current_snapshot_id) {
        // Writers before refs existed.
        metadata.refs.try_emplace(std::string(kMainBranch),
                                  SnapshotRef{.snapshot_id = *metadata.current_snapshot_id});
    }
    object.find_each("snapshot-log", [&](const JsonObject& entry) {
        metadata.snapshot_log.push_back({entry.int64("timestamp-ms"), entry.int64("snapshot-id")});
    });
    object.find_each("metadata-log", [&](const JsonObject& entry) {
        metadata.metadata_log.push_back({entry.int64("timestamp-ms"), entry.text("metadata-file")});
    });
    object.find_each("statistics", [&](const JsonObject& statistics) {
        metadata.statistics.push_back(read_statistics(statistics));
    });
    object.find_each("partition-statistics", [&](const JsonObject& statistics) {
        metadata.partition_statistics.push_back(read_statistics(statistics));
    });
}

/// v1 has none, and one writer of v2 (DuckDB's COPY) leaves it out: then the snapshots tell.
void read_sequence_number(const JsonObject& object, TableMetadata& metadata) {
    std::int64_t highest = 0;
    for (const auto& snapshot : metadata.snapshots) {
        highest = std::max(highest, snapshot.sequence_number);
    }
    metadata.last_sequence_number = object.find_int64("last-sequence-number").value_or(highest);
}

void read_uuid(const JsonObject& object, TableMetadata& metadata) {
    auto text = object.find_text("table-uuid");
    if (!text && metadata.format_version == 1) return;
    auto uuid = find_uuid(text.value_or(object.text("table-uuid")));
    if (uuid) {
        metadata.table_uuid = *uuid;
    } else {
        object.errors().fail("table-uuid", "is not a UUID");
    }
}

TableMetadata read_metadata(const JsonObject& object) {
    TableMetadata metadata;
    metadata.format_version = object.int32("format-version");
    if (metadata.format_version < 1 || metadata.format_version > kFormatVersionMax) {
        object.errors().fail_as(
            ErrorCode::kUnsupported,
            "format-version " + std::to_string(metadata.format_version) + " is not supported");
        return metadata;
    }
    read_uuid(object, metadata);
    metadata.location = object.text("location");
    metadata.last_updated_ms = object.int64("last-updated-ms");
    metadata.last_column_id = object.int32("last-column-id");
    read_schemas(object, metadata);
    read_specs(object, metadata);
    read_sort_orders(object, metadata);
    metadata.properties = object.text_map("properties");
    read_snapshots(object, metadata);
    read_sequence_number(object, metadata);
    metadata.next_row_id = metadata.format_version >= 3 ? std::optional(object.int64("next-row-id"))
                                                        : object.find_int64("next-row-id");
    for (const auto& [key, value] : object.raw()) {
        if (std::find(kMembers.begin(), kMembers.end(), std::string_view(key)) == kMembers.end()) {
            metadata.other_members.insert_or_assign(std::string(key), json::serialize(value));
        }
    }
    return metadata;
}

template <class T, class Fn>
json::array array_of(const std::vector<T>& items, Fn fn) {
    json::array out;
    out.reserve(items.size());
    for (const auto& item : items)
        out.push_back(fn(item));
    return out;
}

json::value statistics_value(const StatisticsFile& statistics) {
    return kept_json(statistics.json);
}

json::object log_object(const SnapshotLogEntry& entry) {
    return {{"timestamp-ms", entry.timestamp_ms}, {"snapshot-id", entry.snapshot_id}};
}

json::object metadata_log_object(const MetadataLogEntry& entry) {
    return {{"timestamp-ms", entry.timestamp_ms}, {"metadata-file", entry.metadata_file}};
}

void put_schemas_and_specs(const TableMetadata& metadata, json::object& object) {
    if (metadata.format_version == 1) {
        // Readers of the first version know only these.
        if (const auto* schema = metadata.current_schema()) {
            object["schema"] = schema_object(*schema);
        }
        if (const auto* spec = metadata.default_spec()) {
            object["partition-spec"] = partition_field_array(*spec);
        }
    }
    object["current-schema-id"] = metadata.current_schema_id;
    object["schemas"] = array_of(metadata.schemas, schema_object);
    object["default-spec-id"] = metadata.default_spec_id;
    object["partition-specs"] = array_of(metadata.partition_specs, partition_spec_object);
    object["last-partition-id"] = metadata.last_partition_id;
    object["default-sort-order-id"] = metadata.default_sort_order_id;
    object["sort-orders"] = array_of(metadata.sort_orders, sort_order_object);
}

void put_snapshots(const TableMetadata& metadata, json::object& object) {
    // Absence is -1 for the readers that demand the member.
    object["current-snapshot-id"] = metadata.current_snapshot_id.value_or(-1);
    json::object refs;
    for (const auto& [name, ref] : metadata.refs)
        refs[name] = snapshot_ref_object(ref);
    object["refs"] = std::move(refs);
    object["snapshots"] = array_of(metadata.snapshots, snapshot_object);
    object["statistics"] = array_of(metadata.statistics, statistics_value);
    object["partition-statistics"] = array_of(metadata.partition_statistics, statistics_value);
    object["snapshot-log"] = array_of(metadata.snapshot_log, log_object);
    object["metadata-log"] = array_of(metadata.metadata_log, metadata_log_object);
}

}  // namespace

Result<TableMetadata> parse_table_metadata(std::string_view json) {
    ICE_ASSIGN(auto metadata, parse_json_object(json, ErrorCode::kCorruption, read_metadata));
    ICE_TRY(check_metadata(metadata, ErrorCode::kCorruption));
    return metadata;
}

Result<std::string> parse_statistics_path(const StatisticsFile& file) {
    return parse_json_object(file.json, ErrorCode::kCorruption, [](const JsonObject& object) {
        return object.text("statistics-path");
    });
}

std::string encode_table_metadata(const TableMetadata& metadata) {
    json::object object{{"format-version", metadata.format_version}};
    if (!metadata.table_uuid.is_nil()) object["table-uuid"] = metadata.table_uuid.text();
    object["location"] = metadata.location;
    if (metadata.format_version > 1) {
        object["last-sequence-number"] = metadata.last_sequence_number;
    }
    object["last-updated-ms"] = metadata.last_updated_ms;
    object["last-column-id"] = metadata.last_column_id;
    put_schemas_and_specs(metadata, object);
    object["properties"] = text_map_object(metadata.properties);
    put_snapshots(metadata, object);
    if (metadata.next_row_id) object["next-row-id"] = *metadata.next_row_id;
    for (const auto& [key, text] : metadata.other_members)
        object[key] = kept_json(text);
    return json::serialize(object);
}

}  // namespace icelight::iceberg
