#include "catalog/client_change.h"
#include "catalog/table_commit.h"
#include "catalog/test/fixture.h"

namespace icelight::catalog::sqlite {
namespace {

class CommitTable : public CatalogFixture {
protected:
    void SetUp() override { open_with_tables(); }

    TableCommit make_commit(std::string key, std::string value) {
        TableCommit commit{kEvents, {}, {}};
        commit.requirements.emplace_back(iceberg::AssertTableUuid{load().metadata->table_uuid});
        commit.updates.emplace_back(iceberg::SetProperties{{{std::move(key), std::move(value)}}});
        return commit;
    }
};

TEST_F(CommitTable, UpdatesAreAppliedAndThePointerMoves) {
    const auto before = load();
    const auto after = catalog_->commit_table(make_commit("owner", "me"));
    ASSERT_THAT(after, IsOk());
    EXPECT_EQ(after->metadata->properties.at("owner"), "me");
    EXPECT_NE(after->metadata_location, before.metadata_location);
    EXPECT_EQ(load().metadata_location, after->metadata_location);
    EXPECT_EQ(after->metadata->metadata_log.back().metadata_file, before.metadata_location);
    close();
    ASSERT_THAT(open(), IsOk());
    EXPECT_EQ(*load().metadata, *after->metadata);
}

TEST_F(CommitTable, StaleSnapshotRequirementIsAConflict) {
    TableCommit stale = make_commit("owner", "me");
    stale.requirements.emplace_back(iceberg::AssertRefSnapshotId{"main", std::nullopt});
    ASSERT_THAT(commit(make_intent(0, 10)), IsOk());
    const auto before = load();
    EXPECT_THAT(catalog_->commit_table(stale), IsError(ErrorCode::kConflict));
    EXPECT_EQ(load().metadata_location, before.metadata_location);
    EXPECT_EQ(metadata_names(".metadata.json").size(), 2U);
}

TEST_F(CommitTable, InvalidUpdateChangesNothing) {
    TableCommit bad{kEvents, {}, {iceberg::SetCurrentSchema{77}}};
    EXPECT_THAT(catalog_->commit_table(bad), IsError(ErrorCode::kInvalidArgument));
    EXPECT_EQ(metadata_names(".metadata.json").size(), 1U);
    EXPECT_THAT(catalog_->commit_table({{{"analytics"}, "none"}, {}, {}}),
                IsError(ErrorCode::kNotFound));
}

TEST_F(CommitTable, CommitWithoutUpdatesOnlyChecks) {
    const auto before = load();
    TableCommit checks = make_commit("a", "b");
    checks.updates.clear();
    const auto result = catalog_->commit_table(checks);
    ASSERT_THAT(result, IsOk());
    EXPECT_EQ(result->metadata_location, before.metadata_location);
}

TEST_F(CommitTable, ForeignChangesAndAppendsTakeTurns) {
    ASSERT_THAT(commit(make_intent(0, 10)), IsOk());
    ASSERT_THAT(catalog_->commit_table(make_commit("write.metadata.previous-versions-max", "3")),
                IsOk());
    for (std::uint64_t from = 10; from < 60; from += 10) {
        ASSERT_THAT(commit(make_intent(from, from + 10)), IsOk());
    }
    const auto table = load();
    EXPECT_EQ(table.metadata->snapshots.size(), 6U);
    EXPECT_EQ(table.metadata->metadata_log.size(), 3U) << "bounded by the property";
    EXPECT_EQ(watermark(), 60U);
    EXPECT_EQ(rows_of(), 60);
}

/// A client's snapshot on top of what is current, with a manifest list of the server's own.
TableCommit make_snapshot_commit(const LoadedTable& base, std::int64_t id) {
    iceberg::Snapshot snapshot;
    snapshot.snapshot_id = id;
    snapshot.parent_snapshot_id = base.metadata->current_snapshot_id;
    snapshot.sequence_number = base.metadata->last_sequence_number + 1;
    snapshot.timestamp_ms = base.metadata->last_updated_ms + 1;
    snapshot.manifest_list = base.metadata->current_snapshot()->manifest_list;
    snapshot.summary = {{"operation", "append"}};
    snapshot.schema_id = 0;
    return {kEvents,
            {iceberg::AssertRefSnapshotId{"main", base.metadata->current_snapshot_id}},
            {iceberg::AddSnapshot{snapshot}, iceberg::SetSnapshotRef{"main", {.snapshot_id = id}}}};
}

TEST_F(CommitTable, TheSameSnapshotAgainIsToldThatItLanded) {
    ASSERT_THAT(commit(make_intent(0, 10)), IsOk());
    TableCommit added = make_snapshot_commit(load(), 77);
    ASSERT_THAT(catalog_->commit_table(added), IsOk());
    ASSERT_THAT(commit(make_intent(10, 20)), IsOk());
    const auto before = load();
    const auto again = catalog_->commit_table(added);
    ASSERT_THAT(again, IsOk()) << "its requirement does not hold any more";
    EXPECT_EQ(again->metadata_location, before.metadata_location) << "nothing was changed";
    std::get<iceberg::AddSnapshot>(added.updates[0]).snapshot.summary["x"] = "y";
    EXPECT_THAT(catalog_->commit_table(added), IsError(ErrorCode::kConflict)) << "other content";
}

TEST_F(CommitTable, CommitsOfSeveralTablesLandTogetherOrNotAtAll) {
    TableCommit good = make_commit("a", "1");
    TableCommit bad{kRejected, {iceberg::AssertTableUuid{kLog}}, {}};
    bad.updates.emplace_back(iceberg::SetProperties{{{"a", "1"}}});
    EXPECT_THAT(catalog_->change({CommitTables{{good, bad}}, std::nullopt}),
                IsError(ErrorCode::kConflict));
    EXPECT_FALSE(load().metadata->properties.contains("a"));
    EXPECT_EQ(metadata_names(".metadata.json").size(), 1U) << "files are taken back";
    bad.requirements.clear();
    const auto reply = catalog_->change({CommitTables{{good, bad}}, std::nullopt});
    ASSERT_THAT(reply, IsOk());
    ASSERT_EQ(reply->tables.size(), 2U);
    EXPECT_EQ(load(kRejected).metadata->properties.at("a"), "1");
}

TEST_F(CommitTable, AStagedCreateMakesItsTableOnce) {
    const TableIdent ident{{"analytics"}, "staged"};
    const auto model = new_table(kEvents);
    const auto place = catalog_->place_table({ident, "", true});
    ASSERT_THAT(place, IsOk());
    TableCommit create{ident, {iceberg::AssertCreate{}}, {}};
    create.updates = {iceberg::AssignUuid{kLog},
                      iceberg::AddSchema{model.schemas[0]},
                      iceberg::SetCurrentSchema{-1},
                      iceberg::SetLocation{*place}};
    ASSERT_THAT(catalog_->commit_table(create), IsOk());
    EXPECT_EQ(load(ident).metadata->table_uuid, kLog);
    EXPECT_THAT(catalog_->commit_table(create), IsOk()) << "the same client did not hear of it";
    create.updates[0] = iceberg::AssignUuid{model.table_uuid};
    EXPECT_THAT(catalog_->commit_table(create), IsError(ErrorCode::kConflict));
    create.table.name = "other";
    create.updates[3] = iceberg::SetLocation{"file:///elsewhere/t"};
    EXPECT_THAT(catalog_->commit_table(create), IsError(ErrorCode::kInvalidArgument));
    create.requirements.clear();
    EXPECT_THAT(catalog_->commit_table(create), IsError(ErrorCode::kNotFound));
}

TEST_F(CommitTable, AClientsOtherLocationIsNotTaken) {
    const auto before = load();
    TableCommit moved = make_commit("a", "1");
    moved.updates.emplace_back(iceberg::SetLocation{"file:///elsewhere/t"});
    const auto after = catalog_->commit_table(moved);
    ASSERT_THAT(after, IsOk());
    EXPECT_EQ(after->metadata->location, before.metadata->location);
}

class CommitSinkTable : public CommitTable {
protected:
    void SetUp() override {
        options_.sink_tables = {{kEvents, {1}}, {kRejected, {}}};
        open_with_tables();
        ASSERT_THAT(commit(make_intent(0, 10)), IsOk());
    }

    void expect_refused(iceberg::TableUpdate update) {
        const auto before = load();
        const TableCommit bad{kEvents, {}, {std::move(update)}};
        EXPECT_THAT(catalog_->commit_table(bad), IsError(ErrorCode::kInvalidArgument));
        EXPECT_EQ(load().metadata_location, before.metadata_location);
    }
};

TEST_F(CommitSinkTable, WhatFlushesStandOnIsKept) {
    expect_refused(iceberg::RemoveProperties{{"icelight.watermark"}});
    expect_refused(iceberg::SetProperties{{{"icelight.watermark", "x"}}});
    expect_refused(iceberg::SetProperties{{{"icelight.watermark.2", "x"}}});
    expect_refused(iceberg::SetLocation{"file:///elsewhere"});
    expect_refused(iceberg::SetLocation{load().metadata->location + "/below"});
    expect_refused(iceberg::UpgradeFormatVersion{3});
    expect_refused(iceberg::RemoveSnapshotRef{"main"});
    EXPECT_THAT(catalog_->commit_table(make_commit("owner", "me")), IsOk());
    ASSERT_THAT(commit(make_intent(10, 20)), IsOk());
}

}  // namespace
}  // namespace icelight::catalog::sqlite
