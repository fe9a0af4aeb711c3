#include "lake/relocation.h"

#include "catalog/metadata_file.h"
#include "catalog/reach.h"
#include "catalog/sqlite/offline.h"
#include "catalog/sqlite/transfer.h"
#include "catalog/test/fixture.h"
#include "io/location.h"
#include "lake/upkeep/table_upkeep.h"

namespace icelight::lake {
namespace {

using catalog::sqlite::kEvents;
using catalog::sqlite::kRejected;
using icelight::testing::IsError;
using icelight::testing::IsOk;

class RelocationTest : public catalog::sqlite::CatalogFixture {
protected:
    /// Moves the warehouse, and every table's pointer with it.
    void move_to(const std::filesystem::path& to) {
        const Relocation move{options_.warehouse, to};
        std::filesystem::rename(move.from, move.to);
        const auto state = catalog::sqlite::load_state_offline(options_.database);
        ASSERT_THAT(state, IsOk());
        std::map<catalog::TableIdent, catalog::sqlite::Move> moves;
        for (const auto& [ident, location] : state->metadata_locations) {
            EXPECT_EQ(*warehouse_of(ident, location), move.from);
            auto moved = relocate_table(*files_, location, move);
            ASSERT_THAT(moved, IsOk());
            moves[ident] = {location, *moved};
        }
        ASSERT_THAT(catalog::sqlite::move_tables(options_.database, moves), IsOk());
        options_.warehouse = to;
    }
};

TEST_F(RelocationTest, AMovedTableIsWholeWithItsHistoryAndGoesOn) {
    open_with_tables();
    for (std::uint64_t i = 0; i < 20; ++i)
        ASSERT_THAT(commit(make_intent(i, i + 1)), IsOk());
    ASSERT_THAT(TableUpkeep(*catalog_, *files_, clock_, Retention{}).run(kEvents), IsOk());
    for (std::uint64_t i = 20; i < 25; ++i)
        ASSERT_THAT(commit(make_intent(i, i + 1)), IsOk());
    const auto before = load();
    close();
    const auto from = options_.warehouse;
    move_to(dir_.path() / "moved");
    ASSERT_THAT(open(), IsOk());
    const auto after = load();
    ASSERT_EQ(after.metadata->snapshots.size(), before.metadata->snapshots.size());
    EXPECT_EQ(after.metadata->current_snapshot_id, before.metadata->current_snapshot_id);
    EXPECT_EQ(after.metadata->snapshot_log, before.metadata->snapshot_log);
    EXPECT_TRUE(after.metadata->metadata_log.empty());
    int files = 0;
    const auto visit = [&](const std::filesystem::path& path) -> Result<bool> {
        EXPECT_EQ(path.string().find(from.string()), std::string::npos) << path;
        EXPECT_TRUE(std::filesystem::exists(path)) << path;
        ++files;
        return true;
    };
    ASSERT_THAT(catalog::visit_reachable_files(
                    *files_, *after.metadata, catalog::ReachScope::kAllSnapshots, visit),
                IsOk());
    EXPECT_GE(files, 25 + 26);
    EXPECT_EQ(rows_of(), 25);
    ASSERT_THAT(commit(make_intent(25, 27)), IsOk());
    EXPECT_EQ(rows_of(), 27);
    EXPECT_THAT(catalog_->verify_files(1'000), IsOk());
    close();
}

TEST_F(RelocationTest, OnlyWhatLiesInTheOldWarehouseMoves) {
    const Relocation move{"/a/warehouse", "/b/warehouse"};
    EXPECT_EQ(relocate("file:///a/warehouse/x/y.avro", move), "file:///b/warehouse/x/y.avro");
    EXPECT_EQ(relocate("/a/warehouse/x", move), "file:///b/warehouse/x");
    EXPECT_EQ(relocate("file:///a/warehouse2/x", move), "file:///a/warehouse2/x");
    EXPECT_EQ(relocate("s3://bucket/x", move), "s3://bucket/x");
}

TEST_F(RelocationTest, AMissingFileLeavesThePointerAlone) {
    open_with_tables();
    ASSERT_THAT(commit(make_intent(0, 1)), IsOk());
    const auto table = load();
    close();
    const auto list = *io::parse_location(table.metadata->current_snapshot()->manifest_list);
    std::filesystem::remove(list);
    const Relocation move{options_.warehouse, dir_.path() / "moved"};
    std::filesystem::rename(move.from, move.to);
    EXPECT_THAT(relocate_table(*files_, table.metadata_location, move),
                IsError(ErrorCode::kNotFound));
    EXPECT_EQ(
        catalog::sqlite::load_state_offline(options_.database)->metadata_locations.at(kEvents),
        table.metadata_location);
}

TEST_F(RelocationTest, ATableThatLiesOtherwiseIsNotGuessedAt) {
    EXPECT_THAT(warehouse_of(kRejected, "file:///t.metadata.json"),
                IsError(ErrorCode::kUnsupported));
}

}  // namespace
}  // namespace icelight::lake
