#include "lake/upkeep/upkeep.h"

#include <chrono>
#include <thread>

#include "catalog/test/fixture.h"

namespace icelight::lake {
namespace {

using catalog::sqlite::kEvents;
using icelight::testing::IsOk;
using std::chrono::milliseconds;

class UpkeepThread : public catalog::sqlite::CatalogFixture {
protected:
    void SetUp() override { open_with_tables(); }

    UpkeepOptions options() const {
        UpkeepOptions options;
        options.retention.snapshots_kept = 5;
        options.garbage_list = dir_.path() / "garbage";
        options.gc_min_age = milliseconds(50);
        options.look_every = milliseconds(10);
        options.collect_every = milliseconds(20);
        return options;
    }

    /// Generous: after a pass that a busy disk made slow, the next one is 50 times as long away.
    template <class Condition>
    bool eventually(Condition condition) {
        for (int i = 0; i < 12'000; ++i) {
            if (condition()) return true;
            std::this_thread::sleep_for(milliseconds(10));
        }
        return false;
    }
};

TEST_F(UpkeepThread, KeepsATableSmallWhileItIsWrittenTo) {
    Upkeep upkeep(options(), *catalog_, *files_, system_clock());
    upkeep.start();
    for (std::uint64_t i = 0; i < 80; ++i)
        ASSERT_THAT(commit(make_intent(i, i + 1)), IsOk());
    EXPECT_TRUE(eventually([&] { return load().metadata->snapshots.size() <= 14; }));
    upkeep.close();
    upkeep.close();
    EXPECT_EQ(rows_of(), 80);
    EXPECT_THAT(catalog_->verify_files(10'000), IsOk());
}

TEST_F(UpkeepThread, GoesOnAfterFailures) {
    Upkeep upkeep(options(), *catalog_, *files_, system_clock());
    ASSERT_THAT(catalog_->drop_table(kEvents), IsOk());
    upkeep.start();
    const auto stray = folder(catalog::sqlite::kRejected) / "data" / "stray.parquet";
    ASSERT_THAT(files_->write_file_durably(stray, "x"), IsOk());
    EXPECT_TRUE(eventually([&] { return !std::filesystem::exists(stray); }));
}

}  // namespace
}  // namespace icelight::lake
