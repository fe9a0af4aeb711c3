#include "lake/upkeep/table_upkeep.h"

#include <chrono>

#include "catalog/manifest_lists.h"
#include "catalog/table_commit.h"
#include "catalog/test/fixture.h"

namespace icelight::lake {
namespace {

using catalog::sqlite::kEvents;
using icelight::testing::IsError;
using icelight::testing::IsOk;

class Upkeeping : public catalog::sqlite::GrowingTable {
protected:
    TableUpkeep upkeep(std::size_t kept = 20) {
        return {*catalog_, *files_, clock_, Retention{.snapshots_kept = kept}};
    }

    std::size_t manifests() {
        catalog::ManifestLists lists(*files_);
        return (*lists.load(load().metadata->current_snapshot()->manifest_list))->size();
    }
};

TEST_F(Upkeeping, LeavesASmallTableAlone) {
    auto keeper = upkeep();
    ASSERT_THAT(keeper.run(kEvents), IsOk());  // no snapshot yet
    append(25);
    const std::string before = load().metadata_location;
    const auto result = keeper.run(kEvents);
    ASSERT_THAT(result, IsOk());
    EXPECT_TRUE(result->is_empty());
    EXPECT_EQ(load().metadata_location, before);
}

TEST_F(Upkeeping, MergesAndExpiresInOneCommit) {
    append(40);
    auto keeper = upkeep();
    const auto result = keeper.run(kEvents);
    ASSERT_THAT(result, IsOk());
    EXPECT_EQ(result->manifests_merged, 40U);
    EXPECT_EQ(result->manifests_written, 1U);
    EXPECT_EQ(result->snapshots_expired, 20U);
    EXPECT_EQ(manifests(), 1U);
    EXPECT_EQ(load().metadata->snapshots.size(), 21U);
    EXPECT_EQ(rows_of(), 40);
    EXPECT_TRUE(catalog_->list_journals()->empty());
    append(1);
    EXPECT_EQ(rows_of(), 41);
    EXPECT_EQ(watermark(), 41U);
}

TEST_F(Upkeeping, SurvivesAReopenedCatalog) {
    append(40);
    ASSERT_THAT(upkeep().run(kEvents), IsOk());
    close();
    ASSERT_THAT(open(), IsOk());
    EXPECT_EQ(rows_of(), 40);
    EXPECT_EQ(watermark(), 40U);
}

TEST_F(Upkeeping, KeepsWhatATagHolds) {
    append(5);
    const std::int64_t tagged = *load().metadata->current_snapshot_id;
    iceberg::SnapshotRef tag{.snapshot_id = tagged, .type = iceberg::RefType::kTag};
    ASSERT_THAT(catalog_->commit_table({kEvents, {}, {iceberg::SetSnapshotRef{"audit", tag}}}),
                IsOk());
    append(60);
    ASSERT_THAT(upkeep().run(kEvents), IsOk());
    EXPECT_NE(load().metadata->find_snapshot(tagged), nullptr);
    EXPECT_EQ(load().metadata->snapshots.size(), 22U);
}

TEST_F(Upkeeping, ExpiresNothingYoungerBecauseTheClockJumped) {
    append(40);
    const Retention retention{.snapshots_kept = 20, .age = std::chrono::hours(1)};
    clock_.advance(-std::chrono::hours(24));
    TableUpkeep keeper(*catalog_, *files_, clock_, retention);
    auto result = keeper.run(kEvents);
    ASSERT_THAT(result, IsOk());
    EXPECT_EQ(result->snapshots_expired, 0U);
    clock_.advance(std::chrono::hours(48));
    result = keeper.run(kEvents);
    ASSERT_THAT(result, IsOk());
    EXPECT_EQ(load().metadata->snapshots.size(), 20U);
    EXPECT_EQ(rows_of(), 40);
    append(1);
    EXPECT_EQ(rows_of(), 41);
}

TEST_F(Upkeeping, DropsItsMergeWhenAnInputIsGone) {
    append(3);
    const catalog::LoadedTable table = load();
    catalog::ManifestLists lists(*files_);
    const auto list = *lists.load(table.metadata->current_snapshot()->manifest_list);
    const ManifestMerge merge{{(*list)[0], (*list)[1]}};
    iceberg::ManifestFile written = (*list)[2];
    written.manifest_path += "-new";
    const std::vector<iceberg::ManifestFile> fewer{(*list)[1], (*list)[2]};
    EXPECT_THAT(make_rewrite({*table.metadata, fewer, 0}, {merge}, {written}, {}),
                IsError(ErrorCode::kConflict));
    const auto rewrite = make_rewrite({*table.metadata, *list, 0}, {merge}, {written}, {});
    ASSERT_THAT(rewrite, IsOk());
    ASSERT_TRUE(rewrite->manifests);
    EXPECT_EQ(rewrite->manifests->size(), 2U);
}

}  // namespace
}  // namespace icelight::lake
