#include "catalog/table_commit.h"
#include "catalog/test/fixture.h"
#include "io/testing/faulty_file_system.h"

// The claim: whichever file call of a commit fails, once or for ever (a broken disk, a full one),
// the commit lands whole or not at all, the same intent lands once when the disk is well again, and
// so does the next. What SQLite's own calls do is writer_test's.

namespace icelight::catalog::sqlite {
namespace {

using io::testing::Fault;

struct FaultCase {
    ErrorCode code = ErrorCode::kIo;
    bool is_for_ever = false;
};

class CommitFaults : public CatalogFixture, public ::testing::WithParamInterface<FaultCase> {
protected:
    void SetUp() override {
        files_ = &memory_;
        ASSERT_THAT(memory_.create_directories(dir_.path()), IsOk());
        open_with_tables();
    }

    void expect_whole(std::uint64_t next) {
        EXPECT_EQ(watermark(), next);
        EXPECT_EQ(rows_of(), static_cast<std::int64_t>(next));
        EXPECT_THAT(catalog_->verify_files(10'000), IsOk());
    }

    io::testing::FaultyFileSystem memory_;
};

TEST_P(CommitFaults, LoseNothingDoubleNothingAndAreSurvived) {
    std::uint64_t next = 0;
    std::uint64_t appends_failed = 0;
    std::uint64_t changes_failed = 0;
    bool is_through = false;
    for (std::uint64_t call = 1; call < 200 && !is_through; ++call) {
        SCOPED_TRACE(call);
        AppendIntent intent = make_intent(next, next + 1);
        intent.appends.push_back(make_append(kRejected, intent.commit_id, 1));
        const TableCommit change{
            kRejected, {}, {iceberg::SetProperties{{{"turn", std::to_string(call)}}}}};
        memory_.set_fault(Fault{call, GetParam().code, GetParam().is_for_ever});
        const auto landed = commit(intent);
        const auto changed = catalog_->commit_table(change);
        memory_.set_fault(std::nullopt);
        appends_failed += landed ? 0 : 1;
        changes_failed += changed ? 0 : 1;
        is_through = landed && changed;
        if (!landed) {
            expect_whole(next);
        }
        // A caller that heard of a failure, and one that heard nothing, send the same again.
        ASSERT_THAT(commit(intent), IsOk());
        ASSERT_THAT(catalog_->commit_table(change), IsOk());
        ++next;
        expect_whole(next);
        EXPECT_EQ(rows_of(kRejected), static_cast<std::int64_t>(next));
        EXPECT_EQ(load(kRejected).metadata->properties.at("turn"), std::to_string(call));
        if (HasFailure()) return;
    }
    EXPECT_TRUE(is_through);
    EXPECT_GE(appends_failed, 6U) << "the faults did not reach the append";
    EXPECT_GE(changes_failed, 3U) << "the faults did not reach the client's change";
    close();
    ASSERT_THAT(open(), IsOk());
    expect_whole(next);
    EXPECT_TRUE(catalog_->list_journals()->empty());
}

INSTANTIATE_TEST_SUITE_P(Commits,
                         CommitFaults,
                         ::testing::Values(FaultCase{ErrorCode::kIo, false},
                                           FaultCase{ErrorCode::kIo, true},
                                           FaultCase{ErrorCode::kUnavailable, false},
                                           FaultCase{ErrorCode::kUnavailable, true}));

/// The control: the same looks see a commit whose file is not there.
TEST_P(CommitFaults, WouldShowACommitWithoutItsFile) {
    ASSERT_THAT(commit(make_intent(0, 1)), IsOk());
    ASSERT_THAT(memory_.remove(folder(kEvents) / "metadata" / metadata_names("-m0.avro").back()),
                IsOk());
    EXPECT_FALSE(catalog_->verify_files(10'000));
}

}  // namespace
}  // namespace icelight::catalog::sqlite
