#include "app/queries/query_history.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "base/testing/temp_dir.h"

namespace icelight::app {
namespace {

using icelight::testing::IsError;
using icelight::testing::IsOk;
using icelight::testing::TempDir;
using std::chrono::milliseconds;

class QueryHistoryTest : public ::testing::Test {
protected:
    void SetUp() override { open({}); }

    void TearDown() override { history_->close(); }

    /// Closes what is open, and opens the file again.
    void open(QueryHistory::Options options) {
        if (history_) history_->close();
        pool_ = std::make_unique<WorkerPool>("app", 1, 8);
        history_.reset();
        database_ = std::make_unique<Database>(
            std::move(*Database::open(dir_.path() / "app.db", system_clock())));
        history_ = std::make_unique<QueryHistory>(*database_, *pool_, options);
    }

    static QueryRecord record(std::int64_t id) {
        QueryRecord made;
        made.id = id;
        made.name = "q" + std::to_string(id);
        made.owner = id % 2 == 0 ? "even" : "odd";
        made.kind = "sql";
        made.sql = "SELECT " + std::to_string(id);
        made.status = id % 3 == 0 ? "error" : "ok";
        made.started_at_us = id * 10;
        made.rows = id * 100;
        made.meta = R"({"rowCount":1})";
        return made;
    }

    std::string ids(const HistoryFilter& filter) {
        const auto records = history_->list(filter);
        if (!records) return records.error().message;
        std::string text;
        for (const auto& one : *records)
            text += std::to_string(one.id) + " ";
        return text;
    }

    TempDir dir_;
    std::unique_ptr<WorkerPool> pool_;
    std::unique_ptr<Database> database_;
    std::unique_ptr<QueryHistory> history_;
};

TEST_F(QueryHistoryTest, WhatWasNotedIsListedNewestFirstAndByFilter) {
    for (int id = 1; id <= 6; ++id)
        history_->note(record(id));
    EXPECT_EQ(ids({}), "6 5 4 3 2 1 ");
    EXPECT_EQ(ids({.owner = "odd"}), "5 3 1 ");
    EXPECT_EQ(ids({.status = "error"}), "6 3 ");
    EXPECT_EQ(ids({.text = "select 4"}), "4 ");
    EXPECT_EQ(ids({.before_id = 4, .limit = 2}), "3 2 ");
    EXPECT_EQ(ids({.text = "%"}), "");
    const auto found = history_->find("q5", "");
    ASSERT_THAT(found, IsOk());
    EXPECT_EQ((*found)->rows, 500);
    EXPECT_EQ((*found)->meta, R"({"rowCount":1})");
    EXPECT_EQ((*history_->find("5", "odd"))->id, 5);
    EXPECT_FALSE(history_->find("5", "even")->has_value()) << "of somebody else";
    EXPECT_FALSE(history_->find("", "")->has_value());
}

TEST_F(QueryHistoryTest, OnlyTheNewestAreKept) {
    open({.records_max = 3});
    for (int id = 1; id <= 5; ++id)
        history_->note(record(id));
    EXPECT_EQ(ids({}), "5 4 3 ");
    history_->note(record(6));
    EXPECT_EQ(ids({}), "6 5 4 ");
}

TEST_F(QueryHistoryTest, TheThreadWritesWithoutBeingAskedAndARestartKeepsIt) {
    open({.gather_time = milliseconds(1)});
    history_->start();
    history_->note(record(1));
    std::size_t left = 1;
    for (int i = 0; i < 10'000 && left > 0; ++i) {
        std::this_thread::sleep_for(milliseconds(1));
        auto other = Database::open(dir_.path() / "app.db", system_clock());
        ASSERT_THAT(other, IsOk());
        ASSERT_THAT(other->inspect([&](Connection& connection) -> Result<> {
            ICE_ASSIGN(auto select,
                       Statement::prepare(connection, "SELECT count(*) FROM query_history"));
            ICE_ASSIGN([[maybe_unused]] const bool has_row, select.step());
            left = select.integer(0) == 1 ? 0 : 1;
            return {};
        }),
                    IsOk());
    }
    EXPECT_EQ(left, 0U);
    history_->note(record(2));
    history_->close();
    pool_->close();
    open({});
    EXPECT_EQ(ids({}), "2 1 ");
}

TEST_F(QueryHistoryTest, AFullQueueForgetsAndDoesNotWait) {
    open({.queued_max = 2});
    for (int id = 1; id <= 5; ++id)
        history_->note(record(id));
    EXPECT_EQ(ids({}), "2 1 ");
}

TEST_F(QueryHistoryTest, AFileThatCannotBeWrittenLosesRecordsAndNothingElse) {
    ASSERT_THAT(database_->transact([](Connection& connection) {
        return connection.execute("ALTER TABLE query_history RENAME TO gone");
    }),
                IsOk());
    history_->note(record(1));
    EXPECT_FALSE(history_->list({}));
    ASSERT_THAT(database_->transact([](Connection& connection) {
        return connection.execute("ALTER TABLE gone RENAME TO query_history");
    }),
                IsOk());
    history_->note(record(2));
    EXPECT_EQ(ids({}), "2 ");
}

TEST(CutText, LeavesWholeCharacters) {
    EXPECT_EQ(cut_text("abc", 3), "abc");
    EXPECT_EQ(cut_text("abcd", 3), "abc");
    EXPECT_EQ(cut_text("a\xC3\xA4z", 2), "a");
    EXPECT_EQ(cut_text("a\xC3\xA4z", 3), "a\xC3\xA4");
    EXPECT_EQ(cut_text("\x80\x80\x80", 2), "");
}

}  // namespace
}  // namespace icelight::app
