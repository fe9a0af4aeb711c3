#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "iceberg/avro/container_internal.h"
#include "iceberg/manifest_avro.h"
#include "iceberg/test/sample.h"

namespace icelight::iceberg {
namespace {

using icelight::testing::HasMessage;
using icelight::testing::IsError;
using icelight::testing::IsOk;
using testing::read_data;

ManifestFile whole_file() {
    return {.manifest_path = "file:///m1.avro",
            .manifest_length = 5'000'000'000,
            .partition_spec_id = 2,
            .content = ManifestContent::kDeletes,
            .sequence_number = 4,
            .min_sequence_number = 3,
            .added_snapshot_id = 9,
            .added_files_count = 1,
            .existing_files_count = 2,
            .deleted_files_count = 3,
            .added_rows_count = 4,
            .existing_rows_count = 5,
            .deleted_rows_count = 6,
            .partitions = {{true, false, "a", "z"}, {false, std::nullopt, std::nullopt, ""}},
            .key_metadata = "k"};
}

TEST(ManifestListAvro, RoundTrips) {
    ManifestList list{.snapshot_id = 10, .parent_snapshot_id = 9, .sequence_number = 5};
    list.manifests = {whole_file()};
    auto bytes = encode_manifest_list(list);
    ASSERT_THAT(bytes, IsOk());
    auto decoded = decode_manifest_list(*bytes);
    ASSERT_THAT(decoded, IsOk());
    EXPECT_EQ(*decoded, list.manifests);
    EXPECT_EQ(*encode_manifest_list(list), *bytes);
}

TEST(ManifestListAvro, NewManifestsGetTheNumbersOfTheCommit) {
    ManifestList list{.snapshot_id = 10, .sequence_number = 5};
    list.manifests = {{.manifest_path = "file:///m.avro"},
                      {.manifest_path = "file:///n.avro", .min_sequence_number = 2}};
    auto decoded = decode_manifest_list(*encode_manifest_list(list));
    ASSERT_THAT(decoded, IsOk());
    EXPECT_EQ((*decoded)[0].sequence_number, 5);
    EXPECT_EQ((*decoded)[0].min_sequence_number, 5);
    EXPECT_EQ((*decoded)[0].added_snapshot_id, 10);
    EXPECT_EQ((*decoded)[1].sequence_number, 5);
    EXPECT_EQ((*decoded)[1].min_sequence_number, 2);
}

TEST(ManifestListAvro, AnEmptyListIsAFileWithoutBlocks) {
    auto decoded = decode_manifest_list(*encode_manifest_list({.snapshot_id = 1}));
    ASSERT_THAT(decoded, IsOk());
    EXPECT_TRUE(decoded->empty());
}

TEST(ManifestListAvro, UnknownCountsAreNotWrittenAsZero) {
    ManifestList list{.snapshot_id = 10};
    list.manifests = {whole_file()};
    list.manifests[0].existing_files_count = kUnknownCount;
    EXPECT_THAT(encode_manifest_list(list), HasMessage("counts are unknown"));
    list.manifests = {{}};
    EXPECT_THAT(encode_manifest_list(list), IsError(ErrorCode::kInvalidArgument));
}

TEST(ManifestListAvro, VersionOneOfAnotherOrderIsReadByItsOwnSchema) {
    // Counts absent, partitions null, an unknown field with a nested type in front.
    AvroFileWriter writer(R"({"type":"record","name":"manifest_file","fields":[
        {"name":"x","field-id":9999,"type":{"type":"map","values":["null",
            {"type":"record","name":"n","fields":[{"name":"f","type":"double"}]}]}},
        {"name":"added_snapshot_id","type":["null","long"],"field-id":503},
        {"name":"manifest_length","type":"long","field-id":501},
        {"name":"manifest_path","type":"string","field-id":500},
        {"name":"partition_spec_id","type":"int","field-id":502},
        {"name":"partitions","type":["null",{"type":"array","items":"n"}],"field-id":507}]})",
                          {});
    std::string record;
    put_long(record, -1);  // A block of one item that also tells its size.
    put_long(record, 10);
    put_bytes(record, "k");
    put_long(record, 1);
    record += std::string(8, '\0');
    put_long(record, 0);
    put_long(record, 1);
    put_long(record, 77);
    put_long(record, 123);
    put_bytes(record, "file:///old.avro");
    put_long(record, 3);
    put_long(record, 0);
    writer.append(record);
    auto decoded = decode_manifest_list(std::move(writer).finish());
    ASSERT_THAT(decoded, IsOk());
    ASSERT_EQ(decoded->size(), 1U);
    const auto& file = decoded->front();
    EXPECT_EQ(file.manifest_path, "file:///old.avro");
    EXPECT_EQ(file.added_snapshot_id, 77);
    EXPECT_EQ(file.partition_spec_id, 3);
    EXPECT_EQ(file.sequence_number, 0);
    EXPECT_EQ(file.added_files_count, kUnknownCount);
    EXPECT_EQ(file.content, ManifestContent::kData);
}

TEST(ManifestListAvro, ReadsThoseOfOtherWriters) {
    auto list = decode_manifest_list(read_data("pyiceberg-manifest-list.avro"));
    ASSERT_THAT(list, IsOk());
    ASSERT_EQ(list->size(), 4U);
    const auto& kept = (*list)[3];
    EXPECT_EQ(kept.sequence_number, 3);
    EXPECT_EQ(kept.min_sequence_number, 1);
    EXPECT_EQ(kept.existing_files_count, 2);
    ASSERT_EQ(kept.partitions.size(), 3U);
    EXPECT_TRUE(kept.partitions[1].contains_null);
    EXPECT_EQ(kept.partitions[1].lower_bound, "view");
    list = decode_manifest_list(read_data("duckdb-manifest-list.avro"));
    ASSERT_THAT(list, IsOk());
    ASSERT_EQ(list->size(), 1U);
    EXPECT_EQ(list->front().added_files_count, 1);
    EXPECT_EQ(list->front().added_rows_count, 3);
}

}  // namespace
}  // namespace icelight::iceberg
