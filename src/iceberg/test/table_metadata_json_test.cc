#include "iceberg/json/table_metadata_json.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "iceberg/table_update.h"
#include "iceberg/test/sample.h"

namespace icelight::iceberg {
namespace {

using icelight::testing::HasMessage;
using icelight::testing::IsError;
using icelight::testing::IsOk;
using testing::read_data;
using testing::sample_table;

/// A table with everything in it.
TableMetadata full_table() {
    Snapshot snapshot;
    snapshot.snapshot_id = 9'007'199'254'740'993;  // Above 2^53: doubles would change it.
    snapshot.sequence_number = 1;
    snapshot.timestamp_ms = testing::kNowMs + 5;
    snapshot.manifest_list = "file:///lake/a/t/metadata/snap-1.avro";
    snapshot.summary = {{"operation", "append"}, {"added-records", "10"}};
    snapshot.schema_id = 0;
    const TableUpdate updates[] = {
        AddSnapshot{snapshot},
        SetSnapshotRef{"main", {.snapshot_id = snapshot.snapshot_id}},
        SetSnapshotRef{
            "v1",
            {.snapshot_id = snapshot.snapshot_id, .type = RefType::kTag, .max_ref_age_ms = 1'000}},
        SetStatistics{{.snapshot_id = snapshot.snapshot_id,
                       .json = R"({"snapshot-id":9007199254740993,"statistics-path":"x"})"}}};
    auto table = *apply_updates(sample_table(), updates, testing::kNow);
    append_metadata_log(table, sample_table(), "file:///lake/a/t/metadata/00000.metadata.json");
    table.other_members = {{"encryption-keys", R"([{"key-id":"k"}])"}};
    return table;
}

TEST(TableMetadataJson, HasTheFormWeShipped) {
    EXPECT_EQ(encode_table_metadata(full_table()) + "\n", read_data("table.metadata.json"));
}

TEST(TableMetadataJson, RoundTrips) {
    for (const auto& table : {sample_table(), full_table()}) {
        auto parsed = parse_table_metadata(encode_table_metadata(table));
        ASSERT_THAT(parsed, IsOk());
        EXPECT_EQ(*parsed, table);
        EXPECT_EQ(encode_table_metadata(*parsed), encode_table_metadata(table));
    }
}

TEST(TableMetadataJson, FilesOfOtherWritersAreReadAndKeepTheirMeaning) {
    for (const auto* name : {"pyiceberg.metadata.json", "duckdb.metadata.json"}) {
        SCOPED_TRACE(name);
        auto parsed = parse_table_metadata(read_data(name));
        ASSERT_THAT(parsed, IsOk());
        ASSERT_NE(parsed->current_snapshot(), nullptr);
        EXPECT_TRUE(parsed->refs.contains("main"));
        auto again = parse_table_metadata(encode_table_metadata(*parsed));
        ASSERT_THAT(again, IsOk());
        EXPECT_EQ(*again, *parsed);
    }
    auto table = *parse_table_metadata(read_data("pyiceberg.metadata.json"));
    EXPECT_EQ(table.snapshots.size(), 3U);
    EXPECT_EQ(table.metadata_log.size(), 3U);
    EXPECT_EQ(table.current_snapshot()->operation(), kOperationOverwrite);
    EXPECT_EQ(table.current_schema()->find_field("place.lon")->type, Type(TypeKind::kDouble));
    EXPECT_EQ(transform_text(table.default_spec()->fields[2].transform), "bucket[4]");
}

TEST(TableMetadataJson, VersionOneBecomesLists) {
    auto table = parse_table_metadata(R"({
        "format-version": 1, "location": "file:///t", "last-updated-ms": 5, "last-column-id": 1,
        "schema": {"type": "struct", "fields": [
            {"id": 1, "name": "ts", "required": false, "type": "timestamptz"}]},
        "partition-spec": [{"name": "d", "transform": "day", "source-id": 1}],
        "current-snapshot-id": -1})");
    ASSERT_THAT(table, IsOk());
    EXPECT_EQ(table->current_schema()->fields[0].name, "ts");
    EXPECT_EQ(table->default_spec()->fields[0].field_id, 1000);
    EXPECT_EQ(table->last_partition_id, 1000);
    EXPECT_EQ(table->default_sort_order_id, 0);
    EXPECT_FALSE(table->current_snapshot_id);
    EXPECT_NE(encode_table_metadata(*table).find(R"("partition-spec":[)"), std::string::npos);
}

TEST(TableMetadataJson, VersionThreeKeepsItsOwnMembers) {
    auto table = sample_table();
    table.format_version = 3;
    table.next_row_id = 12;
    table.other_members = {{"later", R"({"a":[1,2]})"}};
    table.schemas[0].fields[4].initial_default = "7";
    auto parsed = parse_table_metadata(encode_table_metadata(table));
    ASSERT_THAT(parsed, IsOk());
    EXPECT_EQ(*parsed, table);
}

TEST(TableMetadataJson, LaterVersionsAreUnsupported) {
    auto table = sample_table();
    table.format_version = 4;
    EXPECT_THAT(parse_table_metadata(encode_table_metadata(table)),
                IsError(ErrorCode::kUnsupported));
}

void replace(std::string& text, std::string_view from, std::string_view to) {
    const auto at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
}

TEST(TableMetadataJson, WhatIsWrongIsNamed) {
    struct Row {
        std::string_view from, to, message;
    };

    const Row rows[] = {
        {R"("format-version":2,)", "", "format-version is missing"},
        {R"("location":"file:///lake/a/t")", R"("location":7)", "location is not a string"},
        {R"("last-updated-ms":)", R"("x":)", "last-updated-ms is missing"},
        {R"("last-column-id":27)", R"("last-column-id":3000000000)", "last-column-id is out of"},
        {R"("current-schema-id":0)", R"("current-schema-id":5)", "current-schema-id names no"},
        {R"("type":"long","doc")", R"("doc")", "schemas[0].fields[0].type is missing"},
        {R"("type":"long","doc")", R"("type":"decimal(1","doc")", "schemas[0].fields[0].type"},
        {R"("transform":"day")",
         R"("transform":"bucket[x]")",
         "partition-specs[0].fields[0].transform"},
        {R"("default-spec-id":0)", R"("default-spec-id":9)", "default-spec-id names no"},
        {R"("snapshot-id":9007199254740993,"sequence)",
         R"("sequence)",
         "snapshots[0].snapshot-id is missing"},
        {R"("manifest-list":"file:///lake/a/t/metadata/snap-1.avro",)",
         "",
         "snapshots[0].manifest-list is missing"},
        {R"("added-records":"10")",
         R"("added-records":10)",
         "snapshots[0].summary.added-records is not a string"},
        {R"("current-snapshot-id":9007199254740993)",
         R"("current-snapshot-id":1)",
         "current-snapshot-id names no"},
        {R"("type":"tag")", R"("type":"twig")", "refs.v1.type is neither"},
        {R"("table-uuid":"f7)", R"("table-uuid":"zz)", "table-uuid is not a UUID"},
        {R"("properties":{"owner":"tests"})", R"("properties":[])", "properties is not an object"},
    };
    for (const auto& row : rows) {
        auto text = encode_table_metadata(full_table());
        replace(text, row.from, row.to);
        auto parsed = parse_table_metadata(text);
        EXPECT_THAT(parsed, IsError(ErrorCode::kCorruption)) << row.message;
        EXPECT_THAT(parsed, HasMessage(std::string(row.message)));
    }
    EXPECT_THAT(parse_table_metadata("[]"), IsError(ErrorCode::kCorruption));
    EXPECT_THAT(parse_table_metadata("{"), HasMessage("not JSON"));
    EXPECT_THAT(parse_table_metadata(std::string(1'000'000, '[')), HasMessage("not JSON"));
}

}  // namespace
}  // namespace icelight::iceberg
