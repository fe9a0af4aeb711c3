// An answer of before is given again while it is exact, and never when it is not.
#include <future>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "query/service.h"
#include "query/test/tiny_lake.h"

namespace icelight::query {
namespace {

using icelight::testing::IsOk;
using ::testing::HasSubstr;

class ExactAnswerTest : public ::testing::Test {
protected:
    void SetUp() override {
        lake_.append(10);
        auto options = lake_.options();
        options.note_end = [this](const QueryEnd& end) {
            ids_.push_back(end.id);
        };
        service_ = std::make_unique<Service>(
            std::move(options), lake_.log(), lake_.catalog(), system_clock());
        ASSERT_THAT(service_->start(), IsOk());
    }

    Reply ask(const std::string& sql, bool is_committed_only = false, bool wants_run = false) {
        Request request;
        request.wants_run = wants_run;
        request.sql = sql;
        request.is_committed_only = is_committed_only;
        std::promise<Result<Reply>> promise;
        service_->run(std::move(request),
                      [&promise](Result<Reply> reply) { promise.set_value(std::move(reply)); });
        auto reply = promise.get_future().get();
        EXPECT_THAT(reply, IsOk());
        return reply ? std::move(*reply) : Reply{};
    }

    testing::TinyLake lake_;
    std::vector<QueryId> ids_;
    std::unique_ptr<Service> service_;
};

TEST_F(ExactAnswerTest, NothingIsRunAgainWhileNothingMoved) {
    const std::string sql = "SELECT count(*) AS n FROM events";
    EXPECT_FALSE(ask(sql).age);
    const auto again = ask("  SELECT  count(*) AS n FROM events;");
    EXPECT_TRUE(again.age);
    EXPECT_THAT(again.body, HasSubstr(R"("data":[{"n":10}])"));
    EXPECT_THAT(again.body, HasSubstr(R"(,"cacheAgeMs":)"));
    EXPECT_FALSE(ask(sql, false, true).age) << "it was to be run";
    EXPECT_FALSE(ask(sql, true).age) << "another question";
    EXPECT_TRUE(ask(sql, true).age);
}

TEST_F(ExactAnswerTest, RowsOfTheLogAndCommitsMakeItOld) {
    const std::string sql = "SELECT count(*) AS n FROM events";
    ask(sql);
    ask(sql, true);
    lake_.append(1);
    const auto grown = ask(sql);
    EXPECT_FALSE(grown.age);
    EXPECT_THAT(grown.body, HasSubstr(R"("data":[{"n":11}])"));
    EXPECT_TRUE(ask(sql, true).age) << "no commit yet";
    lake_.flush();
    EXPECT_FALSE(ask(sql).age) << "the same rows, of another snapshot";
    const auto committed = ask(sql, true);
    EXPECT_FALSE(committed.age);
    EXPECT_THAT(committed.body, HasSubstr(R"("data":[{"n":11}])"));
}

TEST_F(ExactAnswerTest, TablesThatTheLogDoesNotFeedAreExactWhileItGrows) {
    lake_.make_other_table();
    ask("SELECT count(*) AS n FROM other");
    lake_.append(1);
    EXPECT_TRUE(ask("SELECT count(*) AS n FROM other").age);
    EXPECT_FALSE(ask("SELECT count(*) AS n FROM other, events").age);
}

TEST_F(ExactAnswerTest, WhatAsksTheClockOrAGeneratorIsRunEachTime) {
    for (const char* sql : {"SELECT now()",
                            "SELECT count(*) FROM events WHERE timestamp < current_date",
                            "SELECT random(), CURRENT_TIMESTAMP",
                            "SELECT localtimestamp",
                            "SELECT current_time",
                            "SELECT age(timestamp) FROM events",
                            "SELECT user_id FROM events USING SAMPLE 3",
                            "SELECT user_id FROM events TABLESAMPLE 50%",
                            "SELECT 1 WHERE EXISTS (SELECT uuid())",
                            "EXPLAIN ANALYZE SELECT 1"}) {
        EXPECT_FALSE(ask(sql).age);
        EXPECT_FALSE(ask(sql).age) << sql;
    }
    ask("SELECT 1 + 1");
    EXPECT_TRUE(ask("SELECT 1 + 1").age);
}

TEST_F(ExactAnswerTest, EachEndIsNotedUnderAnIdOfItsOwn) {
    ask("SELECT 1");
    ask("SELECT 1");
    ASSERT_EQ(ids_.size(), 2U);
    EXPECT_GT(ids_[1], ids_[0]);
    EXPECT_GT(ids_[0], 1'000'000'000'000'000U) << "begins with the time";
}

}  // namespace
}  // namespace icelight::query
