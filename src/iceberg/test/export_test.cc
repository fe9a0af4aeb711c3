#include <fstream>

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "iceberg/json/table_metadata_json.h"
#include "iceberg/manifest_avro.h"
#include "iceberg/table_update.h"
#include "iceberg/test/sample.h"

namespace icelight::iceberg {
namespace {

void store(const std::string& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
}

// Writes a table of one data file for another implementation to read; run by hand with
// --gtest_also_run_disabled_tests and TEST_TMPDIR set to the folder it goes to, which holds
// data.parquet (columns id long = 1, ts timestamptz = 2; three rows on 2024-02-29).
TEST(Export, DISABLED_ATableForOtherReaders) {
    std::string folder = ::testing::TempDir();
    while (folder.ends_with('/'))
        folder.pop_back();
    NewTable table;
    table.uuid = testing::sample_uuid();
    table.location = "file://" + folder;
    table.schema.fields = {
        {.id = 1, .name = "id", .is_required = true, .type = TypeKind::kLong},
        {.id = 2, .name = "ts", .is_required = true, .type = TypeKind::kTimestamptz}};
    table.spec = testing::day_spec();
    auto base = make_table(table, testing::kNow);
    ASSERT_THAT(base, icelight::testing::IsOk());
    Manifest manifest{.schema = table.schema, .spec = *base->default_spec()};
    auto file = testing::sample_file(table.location + "/data.parquet");
    file.record_count = 3;
    file.nan_value_counts.clear();
    file.lower_bounds = {{1, encode_value(TypeKind::kLong, std::int64_t{1})}};
    file.upper_bounds = {{1, encode_value(TypeKind::kLong, std::int64_t{3})}};
    manifest.entries.push_back({.data_file = file});
    auto encoded = encode_manifest(manifest);
    ASSERT_THAT(encoded, icelight::testing::IsOk());
    encoded->file.manifest_path = table.location + "/m0.avro";
    store(folder + "/m0.avro", encoded->bytes);
    auto list = encode_manifest_list(
        {.snapshot_id = 5, .sequence_number = 1, .manifests = {encoded->file}});
    ASSERT_THAT(list, icelight::testing::IsOk());
    store(folder + "/snap-5.avro", *list);
    Snapshot snapshot{.snapshot_id = 5,
                      .sequence_number = 1,
                      .timestamp_ms = testing::kNowMs + 1,
                      .manifest_list = table.location + "/snap-5.avro",
                      .summary = {{"operation", "append"}},
                      .schema_id = 0};
    const TableUpdate updates[] = {AddSnapshot{snapshot},
                                   SetSnapshotRef{"main", {.snapshot_id = 5}}};
    auto next = apply_updates(*base, updates, testing::kNow);
    ASSERT_THAT(next, icelight::testing::IsOk());
    store(folder + "/00001.metadata.json", encode_table_metadata(*next));
}

}  // namespace
}  // namespace icelight::iceberg
