#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "iceberg/manifest.h"
#include "iceberg/new_table.h"

namespace icelight::iceberg::testing {

inline constexpr TimestampUs kNow = 1'709'208'000'000'000;  // 2024-02-29T12:00:00Z
inline constexpr std::int64_t kNowMs = kNow / 1'000;

inline Uuid sample_uuid() {
    return find_uuid("f79c3e09-677c-4bbd-a479-3f349cb785e7").value_or(Uuid());
}

/// One column of every primitive type, and nested ones.
inline Schema wide_schema() {
    Type list(TypeKind::kList);
    list.fields = {{.id = 21, .name = "element", .is_required = true, .type = TypeKind::kString}};
    Type map(TypeKind::kMap);
    map.fields = {{.id = 23, .name = "key", .is_required = true, .type = TypeKind::kString},
                  {.id = 24, .name = "value", .type = TypeKind::kLong}};
    Type place(TypeKind::kStruct);
    place.fields = {{.id = 26, .name = "lat", .type = TypeKind::kDouble},
                    {.id = 27, .name = "lon", .type = TypeKind::kDouble}};
    Schema schema;
    schema.fields = {
        {.id = 1, .name = "id", .is_required = true, .type = TypeKind::kLong, .doc = "the key"},
        {.id = 2, .name = "ts", .is_required = true, .type = TypeKind::kTimestamptz},
        {.id = 3, .name = "kind", .type = TypeKind::kString},
        {.id = 4, .name = "flag", .type = TypeKind::kBoolean},
        {.id = 5, .name = "count", .type = TypeKind::kInt},
        {.id = 6, .name = "ratio", .type = TypeKind::kFloat},
        {.id = 7, .name = "score", .type = TypeKind::kDouble},
        {.id = 8, .name = "price", .type = make_decimal(9, 2)},
        {.id = 9, .name = "day", .type = TypeKind::kDate},
        {.id = 10, .name = "at", .type = TypeKind::kTime},
        {.id = 11, .name = "local", .type = TypeKind::kTimestamp},
        {.id = 12, .name = "uid", .type = TypeKind::kUuid},
        {.id = 13, .name = "mark", .type = make_fixed(4)},
        {.id = 14, .name = "raw", .type = TypeKind::kBinary},
        {.id = 20, .name = "tags", .type = list},
        {.id = 22, .name = "attrs", .type = map},
        {.id = 25, .name = "place", .type = place},
    };
    schema.identifier_field_ids = {1};
    return schema;
}

inline PartitionSpec day_spec() {
    PartitionSpec spec;
    spec.fields = {{.source_id = 2,
                    .field_id = 1000,
                    .name = "ts_day",
                    .transform = {.kind = TransformKind::kDay}}};
    return spec;
}

inline TableMetadata sample_table() {
    NewTable table;
    table.uuid = sample_uuid();
    table.location = "file:///lake/a/t";
    table.schema = wide_schema();
    table.spec = day_spec();
    table.properties = {{"owner", "tests"}};
    return *make_table(std::move(table), kNow);
}

inline DataFile sample_file(const std::string& path) {
    DataFile file;
    file.file_path = path;
    file.partition = {std::int32_t{19'782}};
    file.record_count = 10;
    file.file_size_bytes = 1'000;
    file.column_sizes = {{1, 80}, {2, 90}};
    file.value_counts = {{1, 10}, {2, 10}};
    file.null_value_counts = {{1, 0}, {2, 0}};
    file.nan_value_counts = {{7, 3}};
    file.lower_bounds = {{1, encode_value(TypeKind::kLong, std::int64_t{1})}, {3, "a"}};
    file.upper_bounds = {{1, encode_value(TypeKind::kLong, std::int64_t{9})}, {3, "z"}};
    file.split_offsets = {4, 500};
    file.sort_order_id = 1;
    return file;
}

inline Manifest sample_manifest() {
    Manifest manifest;
    manifest.schema = wide_schema();
    manifest.spec = day_spec();
    manifest.entries = {{.data_file = sample_file("file:///lake/a/t/data/1.parquet")},
                        {.status = EntryStatus::kExisting,
                         .snapshot_id = 7,
                         .sequence_number = 3,
                         .file_sequence_number = 4,
                         .data_file = sample_file("file:///lake/a/t/data/2.parquet")},
                        {.status = EntryStatus::kDeleted,
                         .snapshot_id = 8,
                         .sequence_number = 2,
                         .file_sequence_number = 2,
                         .data_file = sample_file("file:///lake/a/t/data/3.parquet")}};
    return manifest;
}

/// A file of test/data.
std::string read_data(std::string_view name);

}  // namespace icelight::iceberg::testing
