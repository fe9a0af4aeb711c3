#include "catalog/sqlite/committer.h"

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

}  // namespace
}  // namespace icelight::catalog::sqlite
