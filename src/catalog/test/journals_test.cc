#include "catalog/sqlite/journals.h"

#include "catalog/test/fixture.h"

namespace icelight::catalog::sqlite {
namespace {

class JournalsTest : public CatalogFixture {
protected:
    void SetUp() override { open_with_tables(); }
};

TEST_F(JournalsTest, JournalNamesOnlyFilesOfTheWarehouse) {
    const Uuid id = make_uuid_v7(1);
    for (const char* path : {"/etc/passwd", "relative", ""}) {
        EXPECT_THAT(catalog_->journal_files(id, {path}), IsError(ErrorCode::kInvalidArgument));
    }
    const std::string climbing = (options_.warehouse / ".." / "catalog.db").string();
    EXPECT_THAT(catalog_->journal_files(id, {climbing}), IsError(ErrorCode::kInvalidArgument));
    EXPECT_TRUE(catalog_->list_journals()->empty());
}

TEST_F(JournalsTest, DiscardingAJournalDeletesWhatItNamesOnly) {
    const AppendIntent kept = make_intent(0, 10);
    const AppendIntent gone = make_intent(0, 10);
    ASSERT_THAT(commit(kept), IsOk());
    EXPECT_THAT(commit(gone), IsError(ErrorCode::kConflict));
    ASSERT_THAT(catalog_->discard_journal(gone.commit_id), IsOk());
    ASSERT_THAT(catalog_->discard_journal(gone.commit_id), IsOk()) << "nothing left to do";
    EXPECT_FALSE(std::filesystem::exists(data_file(kEvents, gone.commit_id)));
    EXPECT_TRUE(std::filesystem::exists(data_file(kEvents, kept.commit_id)));
    EXPECT_TRUE(catalog_->list_journals()->empty());
}

TEST_F(JournalsTest, JournalThatNamesALiveFileIsKept) {
    const AppendIntent intent = make_intent(0, 10);
    ASSERT_THAT(commit(intent), IsOk());
    const auto file = data_file(kEvents, intent.commit_id);
    const Uuid other = make_uuid_v7(7);
    ASSERT_THAT(catalog_->journal_files(other, {file.string()}), IsOk());
    EXPECT_THAT(catalog_->discard_journal(other), IsError(ErrorCode::kConflict));
    EXPECT_TRUE(std::filesystem::exists(file));
    close();
    ASSERT_THAT(open(), IsOk());
    EXPECT_TRUE(std::filesystem::exists(file));
    EXPECT_EQ(catalog_->list_journals()->size(), 1U);
}

}  // namespace
}  // namespace icelight::catalog::sqlite
