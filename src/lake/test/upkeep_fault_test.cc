#include <chrono>

#include "catalog/catalog.h"
#include "catalog/test/fixture.h"
#include "io/testing/faulty_file_system.h"
#include "lake/upkeep/garbage_collector.h"
#include "lake/upkeep/table_upkeep.h"

// The claim: whichever file call of upkeep fails, once or for ever (a full disk, a broken one, or
// the process dying there), every file that the tables reach stays, no row is lost, and the next
// upkeep finishes the work.

namespace icelight::lake {
namespace {

using catalog::sqlite::kEvents;
using catalog::sqlite::kRejected;
using icelight::testing::IsOk;
using io::testing::Fault;
using std::chrono::hours;

constexpr int kCommits = 40;

class UpkeepFaults : public catalog::sqlite::CatalogFixture {
protected:
    /// A table that has something to merge, to expire and to delete.
    void make_lake() {
        ASSERT_THAT(memory_.create_directories(dir_.path()), IsOk());
        files_ = &memory_;
        std::filesystem::remove(options_.database);
        std::filesystem::remove(options_.database.string() + "-wal");
        std::filesystem::remove(options_.database.string() + "-shm");
        open_with_tables();
        for (std::uint64_t i = 0; i < kCommits; ++i)
            ASSERT_THAT(commit(make_intent(i, i + 1)), IsOk());
        ASSERT_THAT(memory_.write_file_durably(folder(kEvents) / "data" / "stray.parquet", "x"),
                    IsOk());
    }

    /// Two passes of everything; what fails is tried no further, as after a crash.
    Result<> run_upkeep() {
        TableUpkeep keeper(*catalog_, *files_, clock_, Retention{.snapshots_kept = 10});
        ICE_TRY(keeper.run(kEvents));
        GarbageCollector garbage(
            {{kEvents, kRejected}, dir_.path() / "garbage", hours(6)}, *catalog_, *files_);
        ICE_TRY(garbage.run(hours(0)));
        ICE_TRY(garbage.run(hours(6)));
        return {};
    }

    void expect_whole() {
        EXPECT_THAT(catalog_->verify_files(10'000), IsOk());
        EXPECT_EQ(rows_of(), kCommits);
        EXPECT_EQ(watermark(), static_cast<std::uint64_t>(kCommits));
    }

    io::testing::FaultyFileSystem memory_;
};

struct FaultCase {
    ErrorCode code = ErrorCode::kIo;
    bool is_for_ever = false;
    std::uint64_t step = 1;  ///< The first call, and every step-th after it, fails.
};

class EveryFault : public UpkeepFaults, public ::testing::WithParamInterface<FaultCase> {};

TEST_P(EveryFault, LosesNothingAndIsMadeUpFor) {
    make_lake();
    const FaultCase fault = GetParam();
    std::uint64_t failed = 0;
    for (std::uint64_t call = 1; call < 10'000; call += fault.step) {
        SCOPED_TRACE(call);
        memory_.set_fault(Fault{call, fault.code, fault.is_for_ever});
        const auto outcome = run_upkeep();
        memory_.set_fault(std::nullopt);
        expect_whole();
        // The process starts anew on what is there.
        close();
        ASSERT_THAT(open(), IsOk());
        expect_whole();
        if (outcome) break;
        ++failed;
        if (HasFailure()) return;
    }
    EXPECT_GE(failed, 4U) << "the faults did not reach upkeep";
    ASSERT_THAT(run_upkeep(), IsOk());
    EXPECT_LE(load().metadata->snapshots.size(), 11U);
    expect_whole();
    close();
}

INSTANTIATE_TEST_SUITE_P(Upkeep,
                         EveryFault,
                         ::testing::Values(FaultCase{ErrorCode::kIo, false, 7},
                                           FaultCase{ErrorCode::kUnavailable, true, 7}));

/// Every single call, under ./test --all.
INSTANTIATE_TEST_SUITE_P(DISABLED_Upkeep,
                         EveryFault,
                         ::testing::Values(FaultCase{ErrorCode::kIo, false, 1},
                                           FaultCase{ErrorCode::kUnavailable, true, 1}));

/// The control: the same checks see a collector that deletes too much.
TEST_F(UpkeepFaults, WouldShowALiveFileThatWasDeleted) {
    make_lake();
    const auto manifest = metadata_names("-m0.avro").back();
    ASSERT_THAT(memory_.remove(folder(kEvents) / "metadata" / manifest), IsOk());
    EXPECT_FALSE(catalog_->verify_files(10'000));
    close();
}

}  // namespace
}  // namespace icelight::lake
