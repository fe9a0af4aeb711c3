#include <atomic>

#include "catalog/commit_step.h"
#include "catalog/test/fixture.h"

// The claim: wherever the process dies in a commit, the commit is there or not, whole; the same
// intent submitted again lands exactly once; and what was left over is cleaned or harmless.

namespace icelight::catalog::sqlite {
namespace {

constexpr CommitStep kSteps[] = {CommitStep::kListsStored,
                                 CommitStep::kMetadataStored,
                                 CommitStep::kSqlCommit,
                                 CommitStep::kSqlCommitted,
                                 CommitStep::kPublished};

class CommitCrash : public CatalogFixture {
protected:
    /// Commits `intent` in a child process that dies at `step` of it.
    void die_in_child(const AppendIntent& intent, CommitStep step) {
        EXPECT_TRUE(dies_in_child([step](CommitStep at) { return at == step; },
                                  [&] { static_cast<void>(commit(intent)); }));
    }
};

TEST_F(CommitCrash, DyingAtAnyStepLeavesAllOrNothing) {
    open_with_tables();
    std::uint64_t from = 0;
    for (const CommitStep step : kSteps) {
        SCOPED_TRACE(static_cast<int>(step));
        AppendIntent intent = make_intent(from, from + 10);
        intent.appends.push_back(make_append(kRejected, intent.commit_id, 1));
        // An empty journal: the child's own start would delete the files of a full one.
        ASSERT_THAT(catalog_->journal_files(intent.commit_id, {}), IsOk());
        close();
        die_in_child(intent, step);
        ASSERT_THAT(open(), IsOk());
        const bool should_have_landed =
            step == CommitStep::kSqlCommitted || step == CommitStep::kPublished;
        EXPECT_EQ(watermark(), should_have_landed ? from + 10 : from);
        EXPECT_EQ(rows_of(kEvents), static_cast<std::int64_t>(watermark()));
        EXPECT_EQ(rows_of(kRejected), static_cast<std::int64_t>(watermark()) / 10);
        from = watermark();
    }
    EXPECT_EQ(from, 20U);
    EXPECT_EQ(load().metadata->snapshots.size(), 2U);
}

TEST_F(CommitCrash, SameIntentAfterTheCrashLandsOnce) {
    for (const CommitStep step : kSteps) {
        SCOPED_TRACE(static_cast<int>(step));
        const TempDir dir(icelight::testing::memory_root());
        options_.database = dir.path() / "catalog.db";
        options_.warehouse = dir.path() / "warehouse";
        open_with_tables();
        const AppendIntent intent = make_intent(0, 10);
        ASSERT_THAT(catalog_->journal_files(intent.commit_id, {}), IsOk());
        close();
        die_in_child(intent, step);
        ASSERT_THAT(open(), IsOk());
        ASSERT_THAT(commit(intent), IsOk());
        EXPECT_EQ(watermark(), 10U);
        EXPECT_EQ(rows_of(), 10);
        EXPECT_EQ(load().metadata->snapshots.size(), 1U);
        ASSERT_THAT(commit(make_intent(10, 20)), IsOk());
        EXPECT_THAT(catalog_->verify_files(100), IsOk());
        close();
    }
}

TEST_F(CommitCrash, FilesOfAnUnfinishedCommitAreDeletedAtStart) {
    open_with_tables();
    ASSERT_THAT(commit(make_intent(0, 10)), IsOk());
    const AppendIntent unfinished = make_intent(10, 20);
    ASSERT_EQ(catalog_->list_journals()->size(), 1U);
    close();
    ASSERT_THAT(open(), IsOk());
    EXPECT_FALSE(std::filesystem::exists(data_file(kEvents, unfinished.commit_id)));
    EXPECT_TRUE(catalog_->list_journals()->empty());
    EXPECT_EQ(rows_of(), 10);
    EXPECT_THAT(catalog_->verify_files(100), IsOk());
}

TEST_F(CommitCrash, FailureAtAStepIsReportedAndLeavesNoFile) {
    struct Case {
        CommitStep step;
        bool lands;
    };

    for (const Case& row : {Case{CommitStep::kListsStored, false},
                            Case{CommitStep::kMetadataStored, false},
                            Case{CommitStep::kSqlCommit, false},
                            Case{CommitStep::kSqlCommitted, true}}) {
        SCOPED_TRACE(static_cast<int>(row.step));
        const TempDir dir(icelight::testing::memory_root());
        options_.database = dir.path() / "catalog.db";
        options_.warehouse = dir.path() / "warehouse";
        std::atomic<bool> is_armed = false;
        options_.step_hook = [&](CommitStep at) -> Result<> {
            if (at == row.step && is_armed.exchange(false)) {
                return fail(ErrorCode::kIo, "the disk says no");
            }
            return {};
        };
        open_with_tables();
        const AppendIntent intent = make_intent(0, 10);
        const std::size_t metadata_before = metadata_names(".metadata.json").size();
        is_armed = true;
        const auto result = commit(intent);
        if (row.lands) {
            // COMMIT said an error although it had landed: reading back must find it.
            ASSERT_THAT(result, IsOk());
            EXPECT_EQ(watermark(), 10U);
        } else {
            EXPECT_THAT(result, IsError(ErrorCode::kIo));
            EXPECT_THAT(result, HasMessage("the disk says no"));
            EXPECT_EQ(watermark(), 0U);
            EXPECT_EQ(metadata_names(".metadata.json").size(), metadata_before);
            EXPECT_EQ(metadata_names(".avro").size(), 1U) << "the manifest only";
        }
        ASSERT_THAT(commit(intent), IsOk());
        EXPECT_EQ(rows_of(), 10);
        EXPECT_EQ(load().metadata->snapshots.size(), 1U);
        close();
    }
}

}  // namespace
}  // namespace icelight::catalog::sqlite
