#include "lake/upkeep/manifest_merge.h"

#include "catalog/manifest_lists.h"
#include "catalog/metadata_file.h"
#include "catalog/test/fixture.h"
#include "iceberg/manifest_avro.h"
#include "io/location.h"

namespace icelight::lake {
namespace {

using iceberg::ManifestFile;
using icelight::testing::IsError;
using icelight::testing::IsOk;

ManifestFile make_manifest(int name, std::int32_t files, std::int32_t spec = 0) {
    ManifestFile manifest;
    manifest.manifest_path = "file:///t/metadata/" + std::to_string(name) + ".avro";
    manifest.added_files_count = files;
    manifest.partition_spec_id = spec;
    manifest.manifest_length = 1'000;
    return manifest;
}

/// Of `count` data files each.
std::vector<ManifestFile> make_manifests(int count, std::int32_t files) {
    std::vector<ManifestFile> manifests;
    manifests.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i)
        manifests.push_back(make_manifest(i, files));
    return manifests;
}

TEST(ManifestMerge, WaitsUntilAClassIsFull) {
    auto manifests = make_manifests(31, 1);
    EXPECT_TRUE(choose_merges(manifests).empty());
    manifests.push_back(make_manifest(31, 32));    // the next class
    manifests.push_back(make_manifest(32, 1, 1));  // another spec
    EXPECT_TRUE(choose_merges(manifests).empty());
    manifests.push_back(make_manifest(33, 31));
    const auto merges = choose_merges(manifests);
    ASSERT_EQ(merges.size(), 1U);
    EXPECT_EQ(merges[0].inputs.size(), 32U);
}

TEST(ManifestMerge, LeavesAloneWhatItMayNotMerge) {
    auto manifests = make_manifests(31, 1);
    auto odd = make_manifest(40, 1);
    odd.content = iceberg::ManifestContent::kDeletes;
    manifests.push_back(odd);
    odd = make_manifest(41, iceberg::kUnknownCount);
    manifests.push_back(odd);
    odd = make_manifest(42, 1);
    odd.manifest_length = kManifestBytesTarget;
    manifests.push_back(odd);
    manifests.push_back(make_manifest(43, static_cast<std::int32_t>(kManifestFilesMax)));
    EXPECT_TRUE(choose_merges(manifests).empty());
}

TEST(ManifestMerge, CutsWhatWouldBecomeTooLarge) {
    auto manifests = make_manifests(64, 1'024);
    const auto merges = choose_merges(manifests);
    ASSERT_EQ(merges.size(), 2U);
    EXPECT_EQ(merges[0].inputs.size(), 32U);
    EXPECT_EQ(merges[1].inputs.size(), 32U);
}

TEST(ManifestMerge, KeepsListsShortForEver) {
    std::vector<ManifestFile> manifests;
    std::size_t longest = 0;
    std::int64_t relisted = 0;
    constexpr int kFlushes = 100'000;
    for (int i = 0; i < kFlushes; ++i) {
        manifests.push_back(make_manifest(i, 1));
        for (const ManifestMerge& merge : choose_merges(manifests)) {
            std::int32_t files = 0;
            for (const ManifestFile& input : merge.inputs) {
                std::erase(manifests, input);
                files += input.added_files_count;
            }
            relisted += files;
            manifests.push_back(make_manifest(kFlushes + i, files));
        }
        longest = std::max(longest, manifests.size());
    }
    EXPECT_LE(longest, 32U * 3 + 4);
    EXPECT_LE(relisted, 3 * kFlushes);
}

class StoredMerge : public catalog::sqlite::CatalogFixture {
protected:
    void SetUp() override {
        open_with_tables();
        for (std::uint64_t i = 0; i < 3; ++i)
            ASSERT_THAT(commit(make_intent(i, i + 1)), IsOk());
        table_ = load();
        catalog::ManifestLists lists(*files_);
        merge_.inputs = **lists.load(table_.metadata->current_snapshot()->manifest_list);
    }

    catalog::LoadedTable table_;
    ManifestMerge merge_;
};

TEST_F(StoredMerge, ListsEveryFileWithTheNumbersItHad) {
    const auto path = folder(catalog::sqlite::kEvents) / "metadata" / "merged.avro";
    const auto merged = store_merged(*files_, *table_.metadata, merge_, path);
    ASSERT_THAT(merged, IsOk());
    EXPECT_EQ(merged->existing_files_count, 3);
    EXPECT_EQ(merged->existing_rows_count, 3);
    EXPECT_EQ(merged->added_files_count, 0);
    EXPECT_EQ(merged->min_sequence_number, 1);
    const auto manifest = iceberg::decode_manifest(*files_->read_file(path, 1 << 20));
    ASSERT_THAT(manifest, IsOk());
    ASSERT_EQ(manifest->entries.size(), 3U);
    for (std::size_t i = 0; i < 3; ++i) {  // the list stands newest first
        const auto& entry = manifest->entries[i];
        EXPECT_EQ(entry.status, iceberg::EntryStatus::kExisting);
        EXPECT_EQ(entry.sequence_number, static_cast<std::int64_t>(3 - i));
        EXPECT_EQ(entry.snapshot_id, merge_.inputs[i].added_snapshot_id);
    }
}

TEST_F(StoredMerge, RefusesAManifestThatIsNotWhatTheListSays) {
    const auto path = folder(catalog::sqlite::kEvents) / "metadata" / "merged.avro";
    merge_.inputs[1].added_files_count = 2;
    EXPECT_THAT(store_merged(*files_, *table_.metadata, merge_, path),
                IsError(ErrorCode::kCorruption));
    merge_.inputs[1].added_files_count = 1;
    merge_.inputs[1].partition_spec_id = 9;
    merge_.inputs[0].partition_spec_id = 9;
    EXPECT_THAT(store_merged(*files_, *table_.metadata, merge_, path),
                IsError(ErrorCode::kUnsupported));
    merge_.inputs[0].partition_spec_id = 0;
    ASSERT_THAT(files_->remove(*catalog::path_of(merge_.inputs[2].manifest_path)), IsOk());
    EXPECT_THAT(store_merged(*files_, *table_.metadata, merge_, path),
                IsError(ErrorCode::kNotFound));
}

}  // namespace
}  // namespace icelight::lake
