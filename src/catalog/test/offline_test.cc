#include "catalog/sqlite/offline.h"

#include "catalog/test/fixture.h"

namespace icelight::catalog::sqlite {
namespace {

class Offline : public CatalogFixture {};

TEST_F(Offline, ReadsWhatACatalogThatWasNotClosedCommittedAndChangesNothing) {
    open_with_tables();
    ASSERT_THAT(commit(make_intent(0, 5)), IsOk());
    // The write-ahead log holds the commit: nothing was closed or checkpointed.
    const auto wal = options_.database.string() + "-wal";
    ASSERT_GT(std::filesystem::file_size(wal), 0U);
    const auto written = std::filesystem::last_write_time(options_.database);
    const auto state = load_state_offline(options_.database);
    ASSERT_THAT(state, IsOk());
    EXPECT_EQ(state->watermarks.at(kEventSink).next(0), 5U);
    EXPECT_EQ(state->metadata_locations.at(kEvents), load().metadata_location);
    EXPECT_EQ(std::filesystem::last_write_time(options_.database), written);
}

TEST_F(Offline, RefusesWhatIsNoCatalog) {
    EXPECT_THAT(load_state_offline(options_.database), IsError(ErrorCode::kNotFound));
    ASSERT_THAT(files_->write_file_durably(options_.database, std::string(4'096, 'x')), IsOk());
    EXPECT_THAT(load_state_offline(options_.database), IsError(ErrorCode::kCorruption));
}

}  // namespace
}  // namespace icelight::catalog::sqlite
