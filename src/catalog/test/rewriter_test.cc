#include "catalog/rewrite.h"
#include "catalog/test/fixture.h"

namespace icelight::catalog::sqlite {
namespace {

class Rewriting : public CatalogFixture {
protected:
    void SetUp() override {
        open_with_tables();
        for (std::uint64_t i = 0; i < 4; ++i)
            ASSERT_THAT(commit(make_intent(i, i + 1)), IsOk());
    }

    Result<LoadedTable> rewrite(PlanRewrite plan) {
        return catalog_->rewrite_table({kEvents, make_uuid_v7(clock_.now_us()), std::move(plan)});
    }

    std::map<TableIdent, std::string> locations() {
        const auto state = catalog_->state();
        EXPECT_THAT(state, IsOk());
        return state->metadata_locations;
    }
};

TEST_F(Rewriting, MakesAReplaceSnapshotThatRepeatsTheWatermark) {
    const LoadedTable before = load();
    const auto after = rewrite([](const RewriteBase& base) -> Result<Rewrite> {
        Rewrite rewrite;
        rewrite.manifests = base.manifests;
        rewrite.summary = {{"manifests-kept", "4"}};
        return rewrite;
    });
    ASSERT_THAT(after, IsOk());
    const iceberg::Snapshot* snapshot = after->metadata->current_snapshot();
    ASSERT_NE(snapshot, nullptr);
    EXPECT_EQ(snapshot->operation(), iceberg::kOperationReplace);
    EXPECT_EQ(snapshot->parent_snapshot_id, before.metadata->current_snapshot_id);
    EXPECT_EQ(snapshot->summary.at("icelight.watermark"), encode_watermark({kLog, {{0, 4}}}));
    EXPECT_EQ(snapshot->summary.at("total-records"), "4");
    EXPECT_EQ(snapshot->summary.at("manifests-kept"), "4");
    EXPECT_EQ(rows_of(), 4);
    EXPECT_EQ(load().metadata_location, after->metadata_location);
    ASSERT_THAT(commit(make_intent(4, 5)), IsOk());
    EXPECT_EQ(rows_of(), 5);
}

TEST_F(Rewriting, ExpiresSnapshotsButNoneThatARefHolds) {
    const auto snapshots = load().metadata->snapshots;
    const auto expire = [&](std::size_t index) {
        return rewrite([&](const RewriteBase&) -> Result<Rewrite> {
            Rewrite rewrite;
            rewrite.expired_snapshots = {snapshots[index].snapshot_id};
            return rewrite;
        });
    };
    ASSERT_THAT(expire(0), IsOk());
    EXPECT_EQ(load().metadata->snapshots.size(), 3U);
    EXPECT_THAT(expire(3), IsError(ErrorCode::kInvalidArgument));
    EXPECT_EQ(load().metadata->snapshots.size(), 3U);
    EXPECT_EQ(rows_of(), 4);
}

TEST_F(Rewriting, ChangesNothingWhenThePlanDoesNotWantTo) {
    const std::string before = load().metadata_location;
    EXPECT_THAT(rewrite([](const RewriteBase&) -> Result<Rewrite> { return Rewrite{}; }), IsOk());
    EXPECT_THAT(rewrite([](const RewriteBase&) -> Result<Rewrite> {
                    return fail(ErrorCode::kConflict, "gone");
                }),
                IsError(ErrorCode::kConflict));
    EXPECT_EQ(load().metadata_location, before);
}

TEST_F(Rewriting, TakesItsFilesBackAtEveryStepThatFails) {
    const auto names = metadata_names("");
    for (const CommitStep at : {CommitStep::kListsStored, CommitStep::kMetadataStored}) {
        close();
        options_.step_hook = [at](CommitStep step) -> Result<> {
            if (step == at) return fail(ErrorCode::kIo, "refused");
            return {};
        };
        ASSERT_THAT(open(), IsOk());
        EXPECT_THAT(rewrite([](const RewriteBase& base) -> Result<Rewrite> {
                        Rewrite rewrite;
                        rewrite.manifests = base.manifests;
                        return rewrite;
                    }),
                    IsError(ErrorCode::kIo));
        EXPECT_EQ(metadata_names(""), names);
    }
}

TEST_F(Rewriting, ClearsTheJournalItLands) {
    const Uuid id = make_uuid_v7(clock_.now_us());
    ASSERT_THAT(catalog_->journal_files(id, {(folder(kEvents) / "metadata/m.avro").string()}),
                IsOk());
    ASSERT_EQ(catalog_->state()->journals.size(), 1U);
    ASSERT_THAT(catalog_->rewrite_table({kEvents,
                                         id,
                                         [](const RewriteBase& base) -> Result<Rewrite> {
                                             Rewrite rewrite;
                                             rewrite.manifests = base.manifests;
                                             return rewrite;
                                         }}),
                IsOk());
    EXPECT_TRUE(catalog_->state()->journals.empty());
}

TEST_F(Rewriting, RemovesFilesOnlyOnTheStateThatWasLookedAt) {
    const auto stray = folder(kEvents) / "data" / "stray.parquet";
    ASSERT_THAT(files_->write_file_durably(stray, "x"), IsOk());
    const auto looked_at = locations();
    ASSERT_THAT(commit(make_intent(4, 5)), IsOk());
    EXPECT_THAT(catalog_->remove_files({looked_at, {stray.string()}}),
                IsError(ErrorCode::kConflict));
    EXPECT_TRUE(std::filesystem::exists(stray));
    const auto removed =
        catalog_->remove_files({locations(), {stray.string(), stray.string() + ".gone.parquet"}});
    ASSERT_THAT(removed, IsOk());
    EXPECT_EQ(*removed, 1U);
    EXPECT_FALSE(std::filesystem::exists(stray));
}

TEST_F(Rewriting, RemovesNothingThatIsJournaledOrElsewhere) {
    const auto stray = folder(kEvents) / "data" / "stray.parquet";
    ASSERT_THAT(files_->write_file_durably(stray, "x"), IsOk());
    const Uuid id = make_uuid_v7(clock_.now_us());
    ASSERT_THAT(catalog_->journal_files(id, {stray.string()}), IsOk());
    const auto removed = catalog_->remove_files({locations(), {stray.string()}});
    ASSERT_THAT(removed, IsOk());
    EXPECT_EQ(*removed, 0U);
    EXPECT_TRUE(std::filesystem::exists(stray));
    EXPECT_THAT(catalog_->remove_files({locations(), {options_.database.string()}}),
                IsError(ErrorCode::kInvalidArgument));
    EXPECT_TRUE(std::filesystem::exists(options_.database));
}

TEST_F(Rewriting, StateIsOfOneMoment) {
    const auto state = catalog_->state();
    ASSERT_THAT(state, IsOk());
    EXPECT_EQ(state->metadata_locations.at(kEvents), load().metadata_location);
    EXPECT_EQ(state->metadata_locations.size(), 2U);
    EXPECT_EQ(state->watermarks.at(kEventSink).next(0), 4U);
    EXPECT_EQ(state->offsets_gone.at(kEventSink), 0U);
}

TEST(RewritePlanning, RefusesOtherFormatVersions) {
    iceberg::TableMetadata base;
    base.format_version = 3;
    EXPECT_THAT(plan_rewrite(base, {}, 0), IsError(ErrorCode::kUnsupported));
}

}  // namespace
}  // namespace icelight::catalog::sqlite
