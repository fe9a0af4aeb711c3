#include "lake/inventory.h"

#include "catalog/test/fixture.h"
#include "lake/upkeep/table_upkeep.h"

namespace icelight::lake {
namespace {

using catalog::sqlite::kEvents;
using icelight::testing::IsError;
using icelight::testing::IsOk;

class Inventory : public catalog::sqlite::CatalogFixture {
protected:
    void SetUp() override {
        open_with_tables();
        for (std::uint64_t i = 0; i < 40; ++i)
            ASSERT_THAT(commit(make_intent(i, i + 1)), IsOk());
    }

    std::vector<iceberg::ManifestFile> manifests() {
        return *list_manifests(*files_, *load().metadata->current_snapshot());
    }
};

TEST_F(Inventory, SumsWhatIsLiveBeforeAndAfterAMerge) {
    for (const std::size_t count : {40U, 1U}) {
        EXPECT_EQ(manifests().size(), count);
        const auto partitions = sum_partitions(*files_, manifests());
        ASSERT_THAT(partitions, IsOk());
        ASSERT_EQ(partitions->size(), 1U);
        EXPECT_EQ(partitions->begin()->first, "");
        EXPECT_EQ(partitions->begin()->second.rows, 40);
        EXPECT_EQ(partitions->begin()->second.files, 40);
        EXPECT_EQ(partitions->begin()->second.bytes, 40 * 18);
        TableUpkeep keeper(*catalog_, *files_, clock_, Retention{});
        ASSERT_THAT(keeper.run(kEvents), IsOk());
    }
}

TEST_F(Inventory, EndsWhereTheVisitorEndsIt) {
    int seen = 0;
    ASSERT_THAT(
        visit_live_files(*files_,
                         manifests(),
                         [&](const iceberg::Manifest&, const iceberg::ManifestEntry& entry) {
                             EXPECT_EQ(entry.sequence_number, 40 - seen);
                             return ++seen < 7;
                         }),
        IsOk());
    EXPECT_EQ(seen, 7);
}

TEST_F(Inventory, SpellsPartitionsAsPathsDo) {
    iceberg::Manifest manifest;
    manifest.schema.fields = {{13, "__ingest_ts", false, iceberg::TypeKind::kTimestamptz}};
    iceberg::PartitionField day{13, 1'000, "day", {iceberg::TransformKind::kDay}};
    manifest.spec.fields = {day};
    iceberg::DataFile file;
    file.partition = {std::int32_t{20'781}};
    EXPECT_EQ(partition_text(manifest, file), "day=2026-11-24");
    file.partition = {iceberg::Value{}};
    EXPECT_EQ(partition_text(manifest, file), "day=null");
}

TEST_F(Inventory, SaysWhatCannotBeRead) {
    auto list = manifests();
    list[1].manifest_path += ".gone";
    EXPECT_THAT(sum_partitions(*files_, list), IsError(ErrorCode::kNotFound));
}

}  // namespace
}  // namespace icelight::lake
