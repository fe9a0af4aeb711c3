#include "lake/upkeep/garbage_collector.h"

#include <chrono>

#include "catalog/catalog.h"
#include "catalog/client_change.h"
#include "catalog/table_commit.h"
#include "catalog/test/fixture.h"
#include "io/location.h"
#include "lake/upkeep/reachable_files.h"
#include "lake/upkeep/table_upkeep.h"

namespace icelight::lake {
namespace {

using catalog::sqlite::kEvents;
using catalog::sqlite::kRejected;
using icelight::testing::IsError;
using icelight::testing::IsOk;
using std::chrono::hours;
using std::chrono::minutes;

class Collecting : public catalog::sqlite::GrowingTable {
protected:
    GarbageCollector collector() {
        return {{{kEvents, kRejected}, dir_.path() / "garbage", hours(6)}, *catalog_, *files_};
    }

    /// A file that nobody ever named.
    std::filesystem::path make_stray(const std::string& name) {
        auto path = folder(kEvents) / "data" / "__ingest_ts_day=2026-11-24" / name;
        EXPECT_THAT(files_->write_file_durably(path, "x"), IsOk());
        return path;
    }

    Collected collect(GarbageCollector& collector, std::chrono::milliseconds elapsed) {
        const auto collected = collector.run(elapsed);
        EXPECT_THAT(collected, IsOk());
        return collected ? *collected : Collected{};
    }

    /// Everything that any table reaches is there.
    void expect_whole() {
        EXPECT_THAT(catalog_->verify_files(100'000), IsOk());
        ReachableFiles reachable(*files_);
        EXPECT_THAT(reachable.add(load(kEvents)), IsOk());
        EXPECT_EQ(rows_of(), static_cast<std::int64_t>(next_));
    }
};

TEST_F(Collecting, DeletesAStrayFileOnceItWasUnreachableForLongEnough) {
    append(3);
    const auto stray = make_stray("stray.parquet");
    auto garbage = collector();
    EXPECT_EQ(collect(garbage, hours(0)).waiting, 1U);
    EXPECT_EQ(collect(garbage, hours(5)).deleted, 0U);
    EXPECT_TRUE(std::filesystem::exists(stray));
    EXPECT_EQ(collect(garbage, hours(1)).deleted, 1U);
    EXPECT_FALSE(std::filesystem::exists(stray));
    EXPECT_EQ(collect(garbage, hours(1)).waiting, 0U);
    expect_whole();
}

TEST_F(Collecting, KeepsAgesOverARestart) {
    const auto stray = make_stray("stray.parquet");
    {
        auto garbage = collector();
        collect(garbage, hours(0));
        collect(garbage, hours(5));
    }
    close();
    ASSERT_THAT(open(), IsOk());
    auto garbage = collector();
    EXPECT_EQ(collect(garbage, hours(0)).deleted, 0U);
    EXPECT_EQ(collect(garbage, hours(1)).deleted, 1U);
    EXPECT_FALSE(std::filesystem::exists(stray));
}

TEST_F(Collecting, DoesNotTrustAnyClock) {
    append(3);
    const auto stray = make_stray("stray.parquet");
    auto garbage = collector();
    collect(garbage, hours(0));
    for (const int days : {1, -1, 3'650}) {
        clock_.advance(hours(24 * days));
        std::filesystem::last_write_time(
            stray, std::filesystem::file_time_type::clock::time_point{});  // the epoch
        EXPECT_EQ(collect(garbage, minutes(10)).deleted, 0U);
    }
    EXPECT_TRUE(std::filesystem::exists(stray));
}

TEST_F(Collecting, DeletesWhatExpiryAndMergingLeftBehindAndNothingElse) {
    append(50);
    const std::size_t before = metadata_names("").size();
    TableUpkeep keeper(*catalog_, *files_, clock_, Retention{.snapshots_kept = 10});
    ASSERT_THAT(keeper.run(kEvents), IsOk());
    auto garbage = collector();
    const std::size_t waiting = collect(garbage, hours(0)).waiting;
    EXPECT_EQ(collect(garbage, hours(6)).deleted, waiting);
    // 40 of 50 lists, and the manifests that only they reached; metadata files stay in the log.
    EXPECT_GE(waiting, 40U);
    EXPECT_EQ(metadata_names("").size(), before + 3 - waiting);
    expect_whole();
    append(5);
    expect_whole();
}

TEST_F(Collecting, DeletesMetadataFilesThatTheLogForgot) {
    ASSERT_THAT(catalog_->commit_table(
                    {kEvents,
                     {},
                     {iceberg::SetProperties{{{"write.metadata.previous-versions-max", "5"}}}}}),
                IsOk());
    append(20);
    auto garbage = collector();
    collect(garbage, hours(0));
    collect(garbage, hours(6));
    EXPECT_EQ(metadata_names(".metadata.json").size(), 6U);
    expect_whole();
    close();
    ASSERT_THAT(open(), IsOk());
    expect_whole();
}

TEST_F(Collecting, WaitsForPinsOlderThanTheFile) {
    append(3);
    auto garbage = collector();
    auto pin = std::make_optional(catalog_->pins().pin());
    const auto stray = make_stray("stray.parquet");
    collect(garbage, hours(0));
    EXPECT_EQ(collect(garbage, hours(7)).deleted, 0U);
    pin.reset();
    EXPECT_EQ(collect(garbage, hours(0)).deleted, 1U);
}

TEST_F(Collecting, SparesWhatAJournalNames) {
    const auto file = make_stray("in-flight.parquet");
    ASSERT_THAT(catalog_->journal_files(make_uuid_v7(clock_.now_us()), {file.string()}), IsOk());
    auto garbage = collector();
    EXPECT_EQ(collect(garbage, hours(0)).waiting, 0U);
    collect(garbage, hours(7));
    EXPECT_TRUE(std::filesystem::exists(file));
}

TEST_F(Collecting, SparesWhatATagReaches) {
    append(2);
    const auto tagged = *load().metadata->current_snapshot_id;
    const iceberg::SnapshotRef tag{.snapshot_id = tagged, .type = iceberg::RefType::kTag};
    ASSERT_THAT(catalog_->commit_table({kEvents, {}, {iceberg::SetSnapshotRef{"audit", tag}}}),
                IsOk());
    append(40);
    TableUpkeep keeper(*catalog_, *files_, clock_, Retention{.snapshots_kept = 2});
    ASSERT_THAT(keeper.run(kEvents), IsOk());
    auto garbage = collector();
    collect(garbage, hours(0));
    EXPECT_GT(collect(garbage, hours(6)).deleted, 0U);
    const auto list = load().metadata->find_snapshot(tagged)->manifest_list;
    EXPECT_TRUE(std::filesystem::exists(*io::parse_location(list)));
    expect_whole();
}

TEST_F(Collecting, SparesWhatAnotherTableReaches) {
    append(3);
    // As after a rename and a new table in the same place.
    auto copy = *load().metadata;
    const std::string list = copy.current_snapshot()->manifest_list;
    ASSERT_THAT(catalog_->drop_table(kEvents), IsOk());
    const catalog::TableIdent renamed{{"analytics"}, "renamed"};
    auto other = new_table(renamed);
    copy.location = other.location;
    copy.table_uuid = other.table_uuid;
    copy.metadata_log.clear();
    ASSERT_THAT(catalog_->create_table(renamed, std::move(copy)), IsOk());
    ASSERT_THAT(catalog_->create_table(kEvents, new_table(kEvents)), IsOk());
    auto garbage = collector();
    collect(garbage, hours(0));
    collect(garbage, hours(7));
    EXPECT_TRUE(std::filesystem::exists(*io::parse_location(list)));
    ReachableFiles reachable(*files_);
    EXPECT_THAT(reachable.add(load(renamed)), IsOk());
    EXPECT_THAT(catalog_->verify_files(1'000), IsOk());
}

TEST_F(Collecting, DeletesNothingWhenATableCannotBeRead) {
    append(3);
    const auto stray = make_stray("stray.parquet");
    auto garbage = collector();
    collect(garbage, hours(0));
    const auto list = *io::parse_location(load().metadata->snapshots.front().manifest_list);
    std::filesystem::rename(list, list.string() + ".away");
    EXPECT_THAT(garbage.run(hours(7)), IsError(ErrorCode::kNotFound));
    EXPECT_TRUE(std::filesystem::exists(stray));
}

TEST_F(Collecting, DeletesWhileCommitsGoOn) {
    append(3);
    for (int i = 0; i < 300; ++i)
        make_stray(std::to_string(i) + ".parquet");
    auto garbage = collector();
    collect(garbage, hours(0));
    std::thread committing([this] { append(40); });
    const auto collected = garbage.run(hours(6));
    committing.join();
    ASSERT_THAT(collected, IsOk());
    EXPECT_EQ(collected->deleted, 300U);
    expect_whole();
}

TEST_F(Collecting, PurgesADroppedTableButNoFileThatAnotherReaches) {
    append(2);
    const catalog::TableIdent doomed{{"analytics"}, "doomed"};
    const catalog::TableIdent copy{{"analytics"}, "copy"};
    ASSERT_THAT(catalog_->create_table(doomed, new_table(doomed)), IsOk());
    // Another table's current metadata lies among the doomed one's files.
    const auto metadata = load(doomed).metadata_location;
    ASSERT_THAT(catalog_->change({catalog::RegisterTable{copy, metadata}, std::nullopt}), IsOk());
    const auto data = folder(doomed) / "data" / "x.parquet";
    ASSERT_THAT(files_->write_file_durably(data, "x"), IsOk());
    ASSERT_THAT(
        catalog_->change({catalog::DropTable{.ident = doomed, .is_purge = true}, std::nullopt}),
        IsOk());
    auto garbage = collector();
    collect(garbage, hours(0));
    EXPECT_EQ(collect(garbage, hours(5)).deleted, 0U);
    EXPECT_EQ(collect(garbage, hours(1)).deleted, 1U);
    EXPECT_FALSE(std::filesystem::exists(data));
    EXPECT_TRUE(std::filesystem::exists(*io::parse_location(metadata)));
    EXPECT_EQ(catalog_->state()->purges.size(), 1U);
    ASSERT_THAT(catalog_->drop_table(copy), IsOk());
    collect(garbage, hours(1));
    EXPECT_EQ(collect(garbage, hours(6)).deleted, 1U);
    collect(garbage, hours(1));
    EXPECT_TRUE(catalog_->state()->purges.empty());
    expect_whole();
}

TEST_F(Collecting, ADroppedTableThatIsNotPurgedKeepsItsFiles) {
    const catalog::TableIdent kept{{"analytics"}, "kept"};
    ASSERT_THAT(catalog_->create_table(kept, new_table(kept)), IsOk());
    const auto metadata = *io::parse_location(load(kept).metadata_location);
    ASSERT_THAT(catalog_->drop_table(kept), IsOk());
    auto garbage = collector();
    collect(garbage, hours(0));
    collect(garbage, hours(7));
    EXPECT_TRUE(std::filesystem::exists(metadata));
}

TEST_F(Collecting, ATableMadeAtAPurgedPlaceIsNotPurged) {
    const catalog::TableIdent again{{"analytics"}, "again"};
    ASSERT_THAT(catalog_->create_table(again, new_table(again)), IsOk());
    const auto drop = catalog::DropTable{.ident = again, .is_purge = true};
    ASSERT_THAT(catalog_->change({drop, std::nullopt}), IsOk());
    ASSERT_THAT(catalog_->create_table(again, new_table(again)), IsOk());
    EXPECT_TRUE(catalog_->state()->purges.empty());
}

}  // namespace
}  // namespace icelight::lake
