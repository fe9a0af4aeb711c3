#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "iceberg/manifest_avro.h"
#include "iceberg/test/sample.h"

namespace icelight::iceberg {
namespace {

using icelight::testing::HasMessage;
using icelight::testing::IsError;
using icelight::testing::IsOk;
using testing::read_data;
using testing::sample_file;
using testing::sample_manifest;
using namespace std::string_literals;

TEST(ManifestAvro, RoundTripsEveryFieldOfVersionTwo) {
    auto manifest = sample_manifest();
    auto& file = manifest.entries[1].data_file;
    file.key_metadata = "key\0"s;
    file.referenced_data_file = "file:///x";
    auto encoded = encode_manifest(manifest);
    ASSERT_THAT(encoded, IsOk());
    auto decoded = decode_manifest(encoded->bytes);
    ASSERT_THAT(decoded, IsOk());
    EXPECT_EQ(*decoded, manifest);
    EXPECT_EQ(encode_manifest(*decoded)->bytes, encoded->bytes);
}

TEST(ManifestAvro, DeletesHaveTheirOwnManifests) {
    auto manifest = sample_manifest();
    manifest.content = ManifestContent::kDeletes;
    EXPECT_THAT(encode_manifest(manifest), HasMessage("never share a manifest"));
    for (auto& entry : manifest.entries) {
        entry.data_file.content = FileContent::kEqualityDeletes;
        entry.data_file.equality_ids = {1, 2};
    }
    auto encoded = encode_manifest(manifest);
    ASSERT_THAT(encoded, IsOk());
    EXPECT_EQ(*decode_manifest(encoded->bytes), manifest);
    EXPECT_EQ(encoded->file.content, ManifestContent::kDeletes);
}

TEST(ManifestAvro, CountsSequenceNumbersAndPartitionsAreSummarized) {
    auto manifest = sample_manifest();
    manifest.entries[0].data_file.partition = {Value()};
    auto encoded = encode_manifest(manifest);
    ASSERT_THAT(encoded, IsOk());
    const auto& file = encoded->file;
    EXPECT_EQ(file.manifest_length, static_cast<std::int64_t>(encoded->bytes.size()));
    EXPECT_EQ(file.added_files_count, 1);
    EXPECT_EQ(file.existing_files_count, 1);
    EXPECT_EQ(file.deleted_files_count, 1);
    EXPECT_EQ(file.added_rows_count, 10);
    EXPECT_EQ(file.min_sequence_number, 3);  // The deleted file's 2 is not live.
    EXPECT_EQ(file.sequence_number, kUnassignedSequenceNumber);
    const auto day = encode_value(TypeKind::kDate, std::int32_t{19'782});
    EXPECT_EQ(file.partitions, (std::vector<PartitionSummary>{{true, false, day, day}}));
}

/// A spec over every type that can be a partition value, with the values.
Manifest widely_partitioned() {
    Manifest manifest;
    manifest.schema = testing::wide_schema();
    const std::vector<Value> values = {std::int64_t{-5},
                                       std::int64_t{1'709'208'000'000'000},
                                       "caf\xc3\xa9"s,
                                       true,
                                       std::int32_t{7},
                                       1.5F,
                                       -2.5,
                                       make_decimal_bytes(-1420),
                                       std::int32_t{-1},
                                       std::int64_t{81'068'123'456},
                                       std::int64_t{-1},
                                       std::string(16, '\x7f'),
                                       "abcd"s,
                                       "\0\xff"s};
    std::int32_t id = 1000;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto& column = manifest.schema.fields[i];
        manifest.spec.fields.push_back(
            {.source_id = column.id, .field_id = id++, .name = "p-" + column.name});
    }
    auto file = sample_file("file:///1");
    file.partition = values;
    manifest.entries.push_back({.data_file = file});
    file.partition.assign(values.size(), Value());
    manifest.entries.push_back({.data_file = file});
    return manifest;
}

TEST(ManifestAvro, PartitionValuesOfEveryTypeRoundTrip) {
    const auto manifest = widely_partitioned();
    auto encoded = encode_manifest(manifest);
    ASSERT_THAT(encoded, IsOk());
    auto decoded = decode_manifest(encoded->bytes);
    ASSERT_THAT(decoded, IsOk());
    EXPECT_EQ(*decoded, manifest);
    ASSERT_EQ(encoded->file.partitions.size(), 14U);
    for (const auto& summary : encoded->file.partitions) {
        EXPECT_TRUE(summary.contains_null);
        EXPECT_TRUE(summary.lower_bound);
    }
}

TEST(ManifestAvro, EntriesThatDoNotFitAreRefused) {
    auto manifest = sample_manifest();
    manifest.entries[0].data_file.partition = {"x"s};
    EXPECT_THAT(encode_manifest(manifest), HasMessage("'ts_day' is not a date"));
    manifest = sample_manifest();
    manifest.entries[0].data_file.partition.clear();
    EXPECT_THAT(encode_manifest(manifest), HasMessage("another number of values"));
    manifest = sample_manifest();
    manifest.entries[1].sequence_number.reset();
    EXPECT_THAT(encode_manifest(manifest), HasMessage("keep their snapshot and sequence"));
    manifest = sample_manifest();
    manifest.entries[0].data_file.file_path.clear();
    EXPECT_THAT(encode_manifest(manifest), IsError(ErrorCode::kInvalidArgument));
    manifest = sample_manifest();
    manifest.spec.fields[0].source_id = 99;
    EXPECT_THAT(encode_manifest(manifest), IsError(ErrorCode::kInvalidArgument));
    manifest = widely_partitioned();
    manifest.entries[0].data_file.partition[7] = make_decimal_bytes(1LL << 40);
    EXPECT_THAT(encode_manifest(manifest), HasMessage("out of range"));
}

TEST(ManifestAvro, ManyEntriesTakeSeveralBlocks) {
    auto manifest = sample_manifest();
    for (int i = 0; i < 3'000; ++i) {
        manifest.entries.push_back({.data_file = sample_file("file:///" + std::to_string(i))});
    }
    auto decoded = decode_manifest(encode_manifest(manifest)->bytes);
    ASSERT_THAT(decoded, IsOk());
    EXPECT_EQ(*decoded, manifest);
}

TEST(Inheritance, FillsInWhatTheListSays) {
    auto manifest = sample_manifest();
    ManifestFile file{.sequence_number = 9, .added_snapshot_id = 77};
    inherit(manifest, file);
    EXPECT_EQ(manifest.entries[0].snapshot_id, 77);
    EXPECT_EQ(manifest.entries[0].sequence_number, 9);
    EXPECT_EQ(manifest.entries[0].file_sequence_number, 9);
    EXPECT_EQ(manifest.entries[1].snapshot_id, 7);
    EXPECT_EQ(manifest.entries[1].sequence_number, 3);
    EXPECT_EQ(manifest.entries[1].file_sequence_number, 4);
}

TEST(Inheritance, FilesOfVersionOneHaveNumberZero) {
    auto manifest = sample_manifest();
    manifest.entries[1].sequence_number.reset();
    inherit(manifest, {.sequence_number = 0, .added_snapshot_id = 1});
    EXPECT_EQ(manifest.entries[1].sequence_number, 0);
}

TEST(ManifestAvro, ReadsWhatPyIcebergAdded) {
    auto manifest = decode_manifest(read_data("pyiceberg-added.avro"));
    ASSERT_THAT(manifest, IsOk());
    EXPECT_EQ(manifest->format_version, 2);
    EXPECT_EQ(manifest->spec.fields.size(), 3U);
    ASSERT_EQ(manifest->entries.size(), 2U);
    const auto& entry = manifest->entries[0];
    EXPECT_EQ(entry.status, EntryStatus::kAdded);
    EXPECT_EQ(entry.snapshot_id, 3'955'694'584'762'384'331);
    const auto& file = entry.data_file;
    EXPECT_EQ(file.file_format, "PARQUET");
    EXPECT_EQ(file.record_count, 1);
    EXPECT_EQ(file.partition,
              (std::vector<Value>{std::int32_t{19'781}, "click"s, std::int32_t{0}}));
    const auto price = decode_value(make_decimal(9, 2), file.lower_bounds.at(4));
    EXPECT_EQ(value_text(make_decimal(9, 2), *price), "-1.00");
    EXPECT_EQ(value_text(TypeKind::kDate, *decode_value(TypeKind::kDate, file.lower_bounds.at(8))),
              "1969-12-31");
    EXPECT_FALSE(file.column_sizes.empty());
    EXPECT_FALSE(file.split_offsets.empty());
}

TEST(ManifestAvro, ReadsWhatPyIcebergKept) {
    auto manifest = decode_manifest(read_data("pyiceberg-existing.avro"));
    ASSERT_THAT(manifest, IsOk());
    ASSERT_EQ(manifest->entries.size(), 2U);
    const auto& entry = manifest->entries[1];
    EXPECT_EQ(entry.status, EntryStatus::kExisting);
    EXPECT_EQ(entry.sequence_number, 1);
    EXPECT_TRUE(is_null(entry.data_file.partition[1]));
    EXPECT_EQ(entry.data_file.partition[2], Value(std::int32_t{3}));
}

TEST(ManifestAvro, ReadsWhatDuckDbAdded) {
    auto manifest = decode_manifest(read_data("duckdb-added.avro"));
    ASSERT_THAT(manifest, IsOk());
    ASSERT_EQ(manifest->entries.size(), 1U);
    const auto& file = manifest->entries[0].data_file;
    EXPECT_EQ(file.file_format, "PARQUET");
    EXPECT_EQ(file.record_count, 3);
    EXPECT_TRUE(file.partition.empty());
    EXPECT_EQ(*decode_value(TypeKind::kLong, file.upper_bounds.at(1)), Value(std::int64_t{2}));
}

}  // namespace
}  // namespace icelight::iceberg
