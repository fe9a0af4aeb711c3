#include "catalog/sqlite/resume.h"

#include <vector>

#include "catalog/client_change.h"
#include "catalog/table_commit.h"
#include "catalog/test/fixture.h"
#include "iceberg/manifest_avro.h"
#include "io/location.h"

namespace icelight::catalog::sqlite {
namespace {

class Halting : public CatalogFixture {
protected:
    void SetUp() override {
        options_.sink_tables = {{kEvents, {1}, 21}, {kRejected, {}, 21}};
        open_with_tables();
        ASSERT_THAT(catalog_->adopt_log(kEventSink, kLog, 0), IsOk());
        for (std::uint64_t i = 0; i < 4; ++i)
            append(10);
    }

    /// `count` offsets: all but one to events, the last to the rejects.
    void append(std::uint64_t count) {
        AppendIntent intent = make_intent(next_, next_ + count - 1);
        intent.to = next_ + count;
        intent.appends.push_back(make_append(kRejected, intent.commit_id, 1));
        ASSERT_THAT(commit(std::move(intent)), IsOk());
        next_ += count;
    }

    Result<LoadedTable> roll_back(const TableIdent& ident, std::size_t snapshot) {
        const auto& metadata = *load(ident).metadata;
        iceberg::SnapshotRef main;
        main.snapshot_id = metadata.snapshots.at(snapshot).snapshot_id;
        return catalog_->commit_table({ident, {}, {iceberg::SetSnapshotRef{"main", main}}});
    }

    /// The table identity: everything below W is stored or counted in R.
    void expect_accounted() {
        const auto stored = rows_of(kEvents) + rows_of(kRejected);
        EXPECT_EQ(static_cast<std::uint64_t>(stored) + *catalog_->offsets_gone(kEventSink),
                  watermark());
    }

    std::uint64_t next_ = 0;
};

TEST_F(Halting, ARollbackBelowTheWatermarkStopsFlushes) {
    ASSERT_THAT(roll_back(kEvents, 1), IsOk());
    const auto halts = catalog_->halts(kEventSink);
    ASSERT_THAT(halts, IsOk());
    ASSERT_EQ(halts->size(), 1U);
    EXPECT_EQ(halts->front().kept_below, 20U);
    EXPECT_EQ(halts->front().offsets_gone, 18);
    const auto refused = commit(make_intent(next_, next_ + 1));
    EXPECT_THAT(refused, IsError(ErrorCode::kConflict));
    EXPECT_THAT(refused, HasMessage("icelight resume"));
    EXPECT_EQ(watermark(), 40U);
    close();
    ASSERT_THAT(open(), IsOk());
    EXPECT_EQ(catalog_->halts(kEventSink)->size(), 1U) << "a restart decides nothing";
}

TEST_F(Halting, AcceptedTheRowsAreGoneAndCounted) {
    ASSERT_THAT(roll_back(kEvents, 1), IsOk());
    EXPECT_EQ(*catalog_->resume({kEventSink, ResumeChoice::kAccept, 0}), 40U);
    EXPECT_EQ(*catalog_->offsets_gone(kEventSink), 18U);
    expect_accounted();
    append(10);
    EXPECT_EQ(rows_of(kEvents), 2 * 9 + 9);
    expect_accounted();
    EXPECT_THAT(catalog_->resume({kEventSink, ResumeChoice::kAccept, 0}),
                IsError(ErrorCode::kNotFound));
    close();
    ASSERT_THAT(open(), IsOk());
    expect_accounted();
}

TEST_F(Halting, ReplayedEveryRowComesOnce) {
    ASSERT_THAT(roll_back(kEvents, 1), IsOk());
    EXPECT_THAT(catalog_->resume({kEventSink, ResumeChoice::kReplay, 21}),
                HasMessage("the log begins at offset 21"));
    EXPECT_EQ(catalog_->halts(kEventSink)->size(), 1U);
    EXPECT_EQ(*catalog_->resume({kEventSink, ResumeChoice::kReplay, 20}), 20U);
    EXPECT_EQ(watermark(), 20U);
    EXPECT_EQ(rows_of(kEvents), 2 * 9);
    EXPECT_EQ(rows_of(kRejected), 2) << "rejects from there on come again";
    EXPECT_EQ(*catalog_->offsets_gone(kEventSink), 0U);
    expect_accounted();
    close();
    ASSERT_THAT(open(), IsOk()) << "every copy of W agrees";
    next_ = 20;
    append(10);
    append(10);
    EXPECT_EQ(rows_of(kEvents), 4 * 9);
    EXPECT_EQ(rows_of(kRejected), 4);
    expect_accounted();
}

TEST_F(Halting, ARejectTableThatIsRolledBackTakesTheEventsWithIt) {
    ASSERT_THAT(roll_back(kRejected, 0), IsOk());
    EXPECT_EQ(*catalog_->resume({kEventSink, ResumeChoice::kReplay, 0}), 10U);
    EXPECT_EQ(rows_of(kEvents), 9);
    expect_accounted();
}

TEST_F(Halting, ADroppedTableHaltsAndIsMadeByTheServerAlone) {
    EXPECT_THAT(catalog_->change({DropTable{.ident = kEvents}, std::nullopt}),
                IsError(ErrorCode::kForbidden));
    ASSERT_THAT(catalog_->drop_table(kEvents), IsOk());
    EXPECT_EQ(catalog_->halts(kEventSink)->front().reason, "was dropped");
    EXPECT_THAT(catalog_->change({CreateTable{kEvents, new_table(kEvents)}, std::nullopt}),
                HasMessage("the server itself makes it"));
    close();
    ASSERT_THAT(open(), IsOk()) << "the rejects' copy of W is all there is";
    ASSERT_THAT(catalog_->create_table(kEvents, new_table(kEvents)), IsOk());
    EXPECT_EQ(*catalog_->resume({kEventSink, ResumeChoice::kAccept, 0}), 40U);
    EXPECT_EQ(*catalog_->offsets_gone(kEventSink), 36U);
    append(10);
    expect_accounted();
    close();
    ASSERT_THAT(open(), IsOk());
}

TEST_F(Halting, ADroppedTableIsReplayedFromTheFirstOffset) {
    ASSERT_THAT(catalog_->drop_table(kEvents), IsOk());
    ASSERT_THAT(catalog_->create_table(kEvents, new_table(kEvents)), IsOk());
    EXPECT_EQ(*catalog_->resume({kEventSink, ResumeChoice::kReplay, 0}), 0U);
    EXPECT_EQ(rows_of(kRejected), 0);
    expect_accounted();
    next_ = 0;
    append(40);
    expect_accounted();
}

/// The controls: a catalog that is not told which tables the log is carried into halts nothing, and
/// the identity that the cases above ask for does not hold.
class WithoutTheRule : public Halting {
protected:
    void SetUp() override {
        Halting::SetUp();
        close();
        options_.sink_tables.clear();
        ASSERT_THAT(open(), IsOk());
    }

    std::uint64_t stored_and_gone() {
        const auto stored = rows_of(kEvents) + rows_of(kRejected);
        return static_cast<std::uint64_t>(stored) + *catalog_->offsets_gone(kEventSink);
    }
};

TEST_F(WithoutTheRule, ARolledBackTableLosesRowsUnseen) {
    EXPECT_EQ(stored_and_gone(), watermark());
    ASSERT_THAT(roll_back(kEvents, 1), IsOk());
    append(10);
    EXPECT_EQ(watermark(), 50U) << "flushes go on";
    EXPECT_EQ(stored_and_gone(), watermark() - 18) << "of rows that nobody counts";
}

TEST_F(WithoutTheRule, ATableMadeAnewLosesAllRowsUnseen) {
    ASSERT_THAT(catalog_->drop_table(kEvents), IsOk());
    ASSERT_THAT(catalog_->change({CreateTable{kEvents, new_table(kEvents)}, std::nullopt}), IsOk());
    append(10);
    EXPECT_EQ(stored_and_gone(), watermark() - 36);
}

class ForeignDeletes : public Halting {
protected:
    /// Replaces the newest manifest by one that says `rows` rows stay, as a copy-on-write delete.
    Result<LoadedTable> keep_of_newest(std::int64_t rows) {
        const auto base = load();
        ManifestLists lists(*files_);
        auto manifests = **lists.load(base.metadata->current_snapshot()->manifest_list);
        const auto append = make_append(kEvents, make_uuid_v7(clock_.now_us()), rows);
        iceberg::Snapshot snapshot;
        snapshot.snapshot_id = 777;
        snapshot.parent_snapshot_id = base.metadata->current_snapshot_id;
        snapshot.sequence_number = base.metadata->last_sequence_number + 1;
        snapshot.timestamp_ms = base.metadata->last_updated_ms + 1;
        snapshot.schema_id = 0;
        snapshot.summary = {{"operation", "overwrite"}};
        manifests.front() = *append.manifest;
        manifests.front().added_snapshot_id = snapshot.snapshot_id;
        manifests.front().sequence_number = snapshot.sequence_number;
        manifests.front().min_sequence_number = snapshot.sequence_number;
        const auto path = folder(kEvents) / "metadata" / "snap-777-1-foreign.avro";
        snapshot.manifest_list = io::file_location(path);
        const auto bytes = iceberg::encode_manifest_list({snapshot.snapshot_id,
                                                          snapshot.parent_snapshot_id,
                                                          snapshot.sequence_number,
                                                          manifests});
        EXPECT_THAT(bytes, IsOk());
        EXPECT_THAT(files_->write_file_durably(path, *bytes), IsOk());
        iceberg::SnapshotRef main;
        main.snapshot_id = snapshot.snapshot_id;
        return catalog_->commit_table(
            {kEvents, {}, {iceberg::AddSnapshot{snapshot}, iceberg::SetSnapshotRef{"main", main}}});
    }
};

TEST_F(ForeignDeletes, RowsThatAnotherEngineDeletesAreCounted) {
    ASSERT_THAT(keep_of_newest(5), IsOk());
    EXPECT_EQ(*catalog_->offsets_gone(kEventSink), 4U);
    EXPECT_TRUE(catalog_->halts(kEventSink)->empty());
    expect_accounted();
    append(10);
    expect_accounted();
}

TEST_F(ForeignDeletes, ACompactionCountsNothing) {
    ASSERT_THAT(keep_of_newest(9), IsOk());
    EXPECT_EQ(*catalog_->offsets_gone(kEventSink), 0U);
    expect_accounted();
}

TEST_F(ForeignDeletes, ADeleteThatIsRolledBackGivesItsRowsBack) {
    ASSERT_THAT(keep_of_newest(5), IsOk());
    ASSERT_THAT(roll_back(kEvents, 3), IsOk());
    EXPECT_TRUE(catalog_->halts(kEventSink)->empty()) << "no row of the log is lost by that";
    EXPECT_EQ(*catalog_->offsets_gone(kEventSink), 0U);
    expect_accounted();
}

TEST_F(ForeignDeletes, ARollbackOverADeleteIsReplayedWithoutCountingTwice) {
    ASSERT_THAT(keep_of_newest(5), IsOk());
    append(10);
    ASSERT_THAT(roll_back(kEvents, 1), IsOk());
    EXPECT_EQ(*catalog_->resume({kEventSink, ResumeChoice::kReplay, 0}), 20U);
    expect_accounted();
}

}  // namespace
}  // namespace icelight::catalog::sqlite
