#include "catalog/sqlite/transfer.h"

#include "catalog/sqlite/offline.h"
#include "catalog/test/fixture.h"

namespace icelight::catalog::sqlite {
namespace {

class Transfer : public CatalogFixture {
protected:
    std::filesystem::path copy() const { return dir_.path() / "copy.db"; }
};

TEST_F(Transfer, CopiesOneMomentOfADatabaseInUse) {
    open_with_tables();
    ASSERT_THAT(commit(make_intent(0, 3)), IsOk());
    ASSERT_THAT(copy_database(options_.database, copy()), IsOk());
    ASSERT_THAT(commit(make_intent(3, 5)), IsOk());
    const auto copied = load_state_offline(copy());
    ASSERT_THAT(copied, IsOk());
    EXPECT_EQ(copied->watermarks.at(kEventSink).next(0), 3U);
    EXPECT_EQ(copied->metadata_locations.size(), 2U);
    EXPECT_EQ(watermark(), 5U);
    close();
}

TEST_F(Transfer, CopiesToANewFileOnly) {
    open_with_tables();
    ASSERT_THAT(copy_database(options_.database, copy()), IsOk());
    EXPECT_FALSE(copy_database(options_.database, copy()));
    close();
}

TEST_F(Transfer, MovesAllPointersOrNone) {
    open_with_tables();
    const std::string events = load().metadata_location;
    const std::string rejected = load(kRejected).metadata_location;
    ASSERT_THAT(catalog_->journal_files(make_uuid_v7(1), {(folder(kEvents) / "x").string()}),
                IsOk());
    close();
    EXPECT_THAT(
        move_tables(options_.database,
                    {{kEvents, {events, events + ".moved"}}, {kRejected, {"elsewhere", "moved"}}}),
        IsError(ErrorCode::kConflict));
    EXPECT_EQ(load_state_offline(options_.database)->metadata_locations.at(kEvents), events);
    ASSERT_THAT(move_tables(options_.database,
                            {{kEvents, {events, events + ".moved"}},
                             {kRejected, {rejected, rejected + ".moved"}}}),
                IsOk());
    const auto state = load_state_offline(options_.database);
    ASSERT_THAT(state, IsOk());
    EXPECT_EQ(state->metadata_locations.at(kEvents), events + ".moved");
    EXPECT_EQ(state->metadata_locations.at(kRejected), rejected + ".moved");
    EXPECT_TRUE(state->journals.empty());
}

TEST_F(Transfer, AMovedDirectoryIsRefusedWithTheCommandThatHelps) {
    open_with_tables();
    close();
    const auto elsewhere = dir_.path() / "elsewhere";
    std::filesystem::create_directories(elsewhere);
    std::filesystem::rename(options_.warehouse, elsewhere / "warehouse");
    options_.warehouse = elsewhere / "warehouse";
    const auto opened = open();
    EXPECT_THAT(opened, IsError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(opened, HasMessage("icelight relocate --data " + elsewhere.string()));
}

}  // namespace
}  // namespace icelight::catalog::sqlite
