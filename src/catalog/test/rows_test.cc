#include "catalog/sqlite/rows.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "base/testing/temp_dir.h"
#include "catalog/sqlite/schema.h"

namespace icelight::catalog::sqlite {
namespace {

using icelight::testing::HasMessage;
using icelight::testing::IsError;
using icelight::testing::IsOk;
using icelight::testing::TempDir;

class RowsTest : public ::testing::Test {
protected:
    void SetUp() override {
        auto opened =
            Connection::open({.path = dir_.path() / "catalog.db"}, ConnectionMode::kCreate);
        ASSERT_THAT(opened, IsOk());
        connection_ = std::move(*opened);
        ASSERT_THAT(prepare_schema(connection_, 1), IsOk());
        ASSERT_THAT(set_durability(connection_), IsOk());
    }

    TempDir dir_;
    Connection connection_;
};

TEST_F(RowsTest, SpacesSurviveTheRoundTrip) {
    for (const std::vector<std::string>& levels :
         {std::vector<std::string>{}, {"a"}, {"a", "b c", "d"}}) {
        EXPECT_EQ(decode_space(encode_space(levels)), levels);
    }
}

TEST_F(RowsTest, SwapDemandsTheExpectedLocation) {
    ASSERT_THAT(insert_namespace(connection_, {{"n"}, {}}), IsOk());
    RelationRow row{{{"n"}, "t"}, "uuid", "v0", 0};
    ASSERT_THAT(insert_relation(connection_, Relation::kTable, row), IsOk());
    row.metadata_location = "v1";
    row.version = 1;
    EXPECT_THAT(swap_relation(connection_, Relation::kTable, row, "v7"),
                IsError(ErrorCode::kConflict));
    ASSERT_THAT(swap_relation(connection_, Relation::kTable, row, "v0"), IsOk());
    const auto found = find_relation(connection_, Relation::kTable, row.ident);
    ASSERT_THAT(found, IsOk());
    EXPECT_EQ((*found)->metadata_location, "v1");
    EXPECT_EQ((*found)->version, 1);
}

TEST_F(RowsTest, JournalIsReplacedAndRemovedWhole) {
    const Uuid id = make_uuid_v7(1);
    ASSERT_THAT(store_journal(connection_, {id, {"/a", "/b"}, 5}), IsOk());
    ASSERT_THAT(store_journal(connection_, {id, {"/c"}, 6}), IsOk());
    const auto journals = load_journals(connection_);
    ASSERT_THAT(journals, IsOk());
    ASSERT_EQ(journals->size(), 1U);
    EXPECT_EQ(journals->front().paths, std::vector<std::string>{"/c"});
    EXPECT_EQ(journals->front().created_at_us, 6);
    ASSERT_THAT(remove_journal(connection_, id), IsOk());
    EXPECT_TRUE(load_journals(connection_)->empty());
    auto files = Statement::prepare(connection_, "SELECT count(*) FROM journal_files");
    ASSERT_TRUE(*files->step());
    EXPECT_EQ(files->integer(0), 0);
}

TEST_F(RowsTest, LargestOffsetsAreKept) {
    const Uuid log = make_uuid_v7(1);
    ASSERT_THAT(store_sink(connection_, 3, log), IsOk());
    ASSERT_THAT(store_watermark(connection_, 3, 1, 9'000'000'000'000'000'000U, "x"), IsOk());
    const auto sinks = load_sinks(connection_);
    ASSERT_THAT(sinks, IsOk());
    EXPECT_EQ(sinks->at(3).progress.watermark.next(1), 9'000'000'000'000'000'000U);
    EXPECT_EQ(sinks->at(3).progress.watermark.log_uuid, log);
}

TEST_F(RowsTest, TextThatIsNoUuidIsCorruption) {
    ASSERT_THAT(connection_.execute("INSERT INTO sinks VALUES (1, 'nonsense', 0)"), IsOk());
    const auto sinks = load_sinks(connection_);
    EXPECT_THAT(sinks, IsError(ErrorCode::kCorruption));
    EXPECT_THAT(sinks, HasMessage("catalog.db"));
}

}  // namespace
}  // namespace icelight::catalog::sqlite
