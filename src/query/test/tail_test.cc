#include "query/tail/tail.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "base/testing/matchers.h"
#include "engine/database.h"
#include "io/file_system.h"
#include "query/test/tiny_lake.h"

namespace icelight::query {
namespace {

using icelight::testing::IsError;
using icelight::testing::IsOk;

class TailTest : public ::testing::Test {
protected:
    void open(std::uint64_t bytes_max = 1u << 20) {
        session_ = std::make_unique<engine::Session>(*database_->connect());
        auto tail =
            Tail::create({lake_.path() / "log", bytes_max}, *session_, io::posix_file_system());
        ASSERT_THAT(tail, IsOk());
        tail_.emplace(std::move(*tail));
    }

    Result<TailCut> advance(std::uint64_t from, std::uint64_t to) {
        return tail_->advance(from, to, [this] { return is_stopped_; });
    }

    /// "count, min, max" of the events' offsets that are shown.
    std::string shown(const Result<TailCut>& cut) {
        if (!cut) return cut.error().message;
        if (cut->is_empty()) return "empty";
        return text(
            "SELECT concat_ws(',', count(*), min(_log_offset), max(_log_offset)) FROM "
            "icelight_tail_events()");
    }

    std::string text(const std::string& sql) {
        auto result = session_->query_text(sql);
        return result ? *result : result.error().message;
    }

    testing::TinyLake lake_;
    Result<engine::Database> database_ = engine::Database::open({});
    std::unique_ptr<engine::Session> session_;
    std::optional<Tail> tail_;
    bool is_stopped_ = false;
};

TEST_F(TailTest, HoldsTheRowsOfItsRange) {
    open();
    lake_.append(100);
    EXPECT_EQ(shown(advance(0, 40)), "40,0,39");
    EXPECT_EQ(shown(advance(0, 100)), "100,0,99");
    EXPECT_EQ(shown(advance(30, 100)), "70,30,99");
}

TEST_F(TailTest, RangesMayGoBack) {
    open();
    lake_.append(100);
    EXPECT_EQ(shown(advance(50, 100)), "50,50,99");
    EXPECT_EQ(shown(advance(50, 80)), "30,50,79");
    EXPECT_EQ(shown(advance(20, 100)), "80,20,99");
    EXPECT_EQ(shown(advance(100, 100)), "empty");
    EXPECT_TRUE(advance(100, 100)->is_empty());
}

TEST_F(TailTest, RangesMayLeaveGaps) {
    open();
    lake_.append(100);
    EXPECT_EQ(shown(advance(0, 10)), "10,0,9");
    EXPECT_EQ(shown(advance(60, 100)), "40,60,99");
}

TEST_F(TailTest, OldRowsMakeRoomForNewOnes) {
    constexpr std::uint64_t kRows = 1'000;
    constexpr std::uint64_t kBytesMax = 75'000;  // Room for them, and not for twice as many.
    open(kBytesMax);
    lake_.append(kRows);
    EXPECT_EQ(shown(advance(0, kRows)), "1000,0,999");
    lake_.append(kRows);
    EXPECT_EQ(shown(advance(kRows, 2 * kRows)), "1000,1000,1999");
    EXPECT_THAT(advance(0, 2 * kRows), IsError(ErrorCode::kUnavailable));
}

TEST_F(TailTest, ReadsOnlyWhatAStatementUses) {
    open();
    lake_.append(100);
    ASSERT_THAT(advance(0, 100), IsOk());
    EXPECT_EQ(text("SELECT count(*) FROM icelight_tail_events()"), "100");
    EXPECT_EQ(text("SELECT max(_log_offset) FROM icelight_tail_events()"), "99");
    EXPECT_EQ(text("SELECT count(a.message_id) FROM icelight_tail_events() a JOIN "
                   "icelight_tail_events() b USING (_log_offset) WHERE a.type = b.type"),
              "100");
    EXPECT_EQ(text("SELECT count(*) FROM (SELECT * FROM icelight_tail_events()) t"), "100");
}

TEST_F(TailTest, SeveralThreadsReadEachRowOnce) {
    open(100u << 20);
    for (int i = 0; i < 100; ++i)
        lake_.append(1'000);
    ASSERT_THAT(advance(500, 99'500), IsOk());
    ASSERT_THAT(session_->execute("SET threads = 4"), IsOk());
    EXPECT_EQ(text("SELECT concat_ws(',', count(*), count(DISTINCT message_id), sum(_log_offset)) "
                   "FROM icelight_tail_events()"),
              "99000,99000,4949950500");
}

TEST_F(TailTest, EventsAndRejectsGoToTheirTables) {
    open();
    lake_.append(7, 3);
    ASSERT_THAT(advance(0, 10), IsOk());
    EXPECT_EQ(text("SELECT count(*) FROM icelight_tail_events()"), "7");
    EXPECT_EQ(text("SELECT string_agg(decode(raw), ' ' ORDER BY _log_offset) FROM "
                   "icelight_tail_rejected()"),
              R"({"n":7} {"n":8} {"n":9})");
    EXPECT_EQ(text("SELECT count(*) FROM icelight_tail_events() WHERE "
                   "__ingest_ts > TIMESTAMPTZ '2020-01-01' AND _log_shard = 0"),
              "7");
}

// A chunk holds 2,048 rows; records of one row fill it as records of many do.
TEST_F(TailTest, RecordsOfAnySizeFillChunks) {
    open(100u << 20);
    lake_.append(2'047);
    for (int i = 0; i < 5; ++i)
        lake_.append(1);
    lake_.append(5'000);
    EXPECT_EQ(shown(advance(0, 7'052)), "7052,0,7051");
    EXPECT_EQ(text("SELECT count(*) FROM icelight_tail_events() WHERE message_id "
                   "= 'm' || _log_offset AND (properties ->> 'n') = _log_offset::VARCHAR"),
              "7052");
}

TEST_F(TailTest, TooManyBytesAreUnavailableUntilTheyAreFlushed) {
    open(2'000);
    lake_.append(1'000);
    EXPECT_THAT(advance(0, 1'000), IsError(ErrorCode::kUnavailable));
    lake_.append(1);
    EXPECT_EQ(shown(advance(1'000, 1'001)), "1,1000,1000");
}

TEST_F(TailTest, StoppingLeavesATailThatCanBeReadAgain) {
    open();
    lake_.append(100);
    is_stopped_ = true;
    EXPECT_THAT(advance(0, 100), IsError(ErrorCode::kTimeout));
    is_stopped_ = false;
    EXPECT_EQ(shown(advance(0, 100)), "100,0,99");
}

TEST_F(TailTest, OffsetsTheLogDoesNotHoldAreAnError) {
    open();
    lake_.append(10);
    EXPECT_FALSE(advance(0, 20));
    EXPECT_EQ(shown(advance(0, 10)), "10,0,9");
}

}  // namespace
}  // namespace icelight::query
