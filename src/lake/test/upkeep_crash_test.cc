#include <chrono>
#include <set>

#include "catalog/catalog.h"
#include "catalog/client_change.h"
#include "catalog/test/fixture.h"
#include "lake/upkeep/garbage_collector.h"
#include "lake/upkeep/table_upkeep.h"

// The claim: wherever the process dies while it merges manifests, expires snapshots or deletes
// files, every row stays, once, every file that a table reaches is there, and the next start goes
// on. That a live file which went would be seen is UpkeepFaults.WouldShowALiveFileThatWasDeleted.

namespace icelight::lake {
namespace {

using catalog::CommitStep;
using catalog::sqlite::kEvents;
using catalog::sqlite::kRejected;
using icelight::testing::IsOk;
using icelight::testing::TempDir;
using std::chrono::hours;

constexpr int kCommits = 36;  // more than a merge takes
const catalog::TableIdent kPurged{{"analytics"}, "purged"};

class UpkeepCrash : public catalog::sqlite::GrowingTable {
protected:
    void SetUp() override {}

    void make_lake(const TempDir& dir) {
        options_.database = dir.path() / "catalog.db";
        options_.warehouse = dir.path() / "warehouse";
        garbage_list_ = dir.path() / "garbage";
        next_ = 0;
        open_with_tables();
        append(kCommits);
    }

    Result<UpkeepResult> shrink() {
        return TableUpkeep(*catalog_, *files_, clock_, Retention{.snapshots_kept = 10})
            .run(kEvents);
    }

    /// Finds what is unreachable and, six hours later, deletes it.
    Result<Collected> collect() {
        GarbageCollector garbage(
            {{kEvents, kRejected}, garbage_list_, hours(6)}, *catalog_, *files_);
        ICE_TRY(garbage.run(hours(0)));
        return garbage.run(hours(6));
    }

    void expect_whole() {
        EXPECT_THAT(catalog_->verify_files(10'000), IsOk());
        EXPECT_EQ(rows_of(), static_cast<std::int64_t>(next_));
        EXPECT_EQ(watermark(), next_);
    }

    std::filesystem::path garbage_list_;
};

TEST_F(UpkeepCrash, AMergeWithItsExpiryLandsWholeOrNotAtAll) {
    std::set<bool> outcomes;
    bool has_died = true;
    for (std::size_t at = 1; has_died; ++at) {
        SCOPED_TRACE(at);
        const TempDir dir(icelight::testing::memory_root());
        make_lake(dir);
        close();
        has_died = dies_in_child_at(at, [&] { static_cast<void>(shrink()); });
        ASSERT_THAT(open(), IsOk());
        expect_whole();
        EXPECT_TRUE(catalog_->list_journals()->empty()) << "what was written for it is gone";
        const std::size_t snapshots = load().metadata->snapshots.size();
        EXPECT_TRUE(snapshots == kCommits || snapshots == 11U) << snapshots;
        if (has_died) outcomes.insert(snapshots == 11U);
        ASSERT_THAT(shrink(), IsOk());
        EXPECT_EQ(load().metadata->snapshots.size(), 11U);
        append(1);
        expect_whole();
        close();
        ASSERT_LT(at, 20U);
    }
    EXPECT_EQ(outcomes.size(), 2U) << "it died on one side of COMMIT only";
}

TEST_F(UpkeepCrash, AfterEachDeletedFileTheNextStartGoesOn) {
    const TempDir dir(icelight::testing::memory_root());
    make_lake(dir);
    ASSERT_THAT(catalog_->create_table(kPurged, new_table(kPurged)), IsOk());
    ASSERT_THAT(shrink(), IsOk());
    ASSERT_THAT(catalog_->change({catalog::DropTable{.ident = kPurged, .is_purge = true}, {}}),
                IsOk());
    bool has_died = true;
    int deaths = 0;
    for (; has_died; ++deaths) {
        close();
        has_died = dies_in_child([](CommitStep step) { return step == CommitStep::kFileRemoved; },
                                 [&] { static_cast<void>(collect()); });
        ASSERT_THAT(open(), IsOk());
        expect_whole();
        ASSERT_LT(deaths, 200);
    }
    EXPECT_GE(deaths, 26) << "a list of each expired snapshot, and the merged manifests";
    EXPECT_TRUE(files_->list(folder(kPurged) / "metadata")->empty());
    append(1);
    expect_whole();
    close();
}

}  // namespace
}  // namespace icelight::lake
