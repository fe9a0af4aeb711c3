// Statements that are planned and not run (Request::is_check), with real workers.
#include <future>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "query/service.h"
#include "query/test/tiny_lake.h"

namespace icelight::query {
namespace {

using icelight::testing::HasMessage;
using icelight::testing::IsOk;

class CheckTest : public ::testing::Test {
protected:
    void SetUp() override {
        lake_.append(3);
        service_ = std::make_unique<Service>(
            lake_.options(), lake_.log(), lake_.catalog(), system_clock());
        ASSERT_THAT(service_->start(), IsOk());
    }

    Result<Reply> ask(const std::string& sql, bool is_check) {
        Request request;
        request.sql = sql;
        request.format = Format::kCsv;
        request.is_check = is_check;
        auto promise = std::make_shared<std::promise<Result<Reply>>>();
        auto future = promise->get_future();
        service_->run(std::move(request),
                      [promise](Result<Reply> reply) { promise->set_value(std::move(reply)); });
        return future.get();
    }

    testing::TinyLake lake_;
    std::unique_ptr<Service> service_;
};

TEST_F(CheckTest, WhatIsRightHasAnEmptyBody) {
    for (const char* sql : {"SELECT count(*) FROM events",
                            "SELECT count(*) FROM range(1000000000) a, range(1000000000) b",
                            "SELECT user_id FROM events WHERE event = $1 AND user_id = $2",
                            "EXPLAIN ANALYZE SELECT 1",
                            "DESCRIBE events",
                            "SHOW TABLES",
                            "SHOW FUNCTIONS;"}) {
        const auto found = ask(sql, true);
        ASSERT_THAT(found, IsOk()) << sql;
        EXPECT_EQ(found->body, "") << sql;
    }
}

TEST_F(CheckTest, WhatIsWrongIsSaidWithItsPlace) {
    EXPECT_THAT(ask("SELECT nope FROM events", true), HasMessage("LINE 1: SELECT nope"));
    EXPECT_THAT(ask("SELECT * FROM nope", true), HasMessage("nope (at character 15)"));
}

TEST_F(CheckTest, WhatWasCheckedIsNoAnswerToTheQuestion) {
    const std::string sql = "SELECT count(*) AS n FROM events";
    ASSERT_THAT(ask(sql, true), IsOk());
    const auto answer = ask(sql, false);
    ASSERT_THAT(answer, IsOk());
    EXPECT_EQ(answer->body, "n\r\n3\r\n");
    const auto again = ask(sql, true);
    ASSERT_THAT(again, IsOk());
    EXPECT_EQ(again->body, "");
}

}  // namespace
}  // namespace icelight::query
