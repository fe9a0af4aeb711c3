#include "engine/session.h"

#include <atomic>
#include <chrono>
#include <thread>

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "engine/database.h"
#include "engine/sql_text.h"

namespace icelight::engine {
namespace {

using testing::HasMessage;
using testing::IsError;
using testing::IsOk;

class SessionTest : public ::testing::Test {
protected:
    void SetUp() override {
        auto database = Database::open({});
        ASSERT_THAT(database, IsOk());
        auto session = database->connect();
        ASSERT_THAT(session, IsOk());
        session_ = std::make_unique<Session>(std::move(*session));
    }

    std::string text(const std::string& sql, const std::vector<Value>& values = {}) {
        auto result = session_->query_text(sql, values);
        return result ? *result : "error: " + result.error().message;
    }

    std::unique_ptr<Session> session_;
};

TEST_F(SessionTest, AStatementIsCheckedWithoutItsValues) {
    const auto columns =
        session_->check("SELECT 2::BIGINT AS a, [1.5] AS b FROM range(1000000000000) WHERE $1 = 3");
    ASSERT_THAT(columns, IsOk());
    ASSERT_EQ(columns->size(), 2U);
    EXPECT_EQ(columns->at(0).name + ' ' + columns->at(0).type.name, "a BIGINT");
    EXPECT_EQ(columns->at(1).name + ' ' + columns->at(1).type.name, "b DECIMAL(2,1)[]");
    EXPECT_THAT(session_->check("SELECT $1"), IsOk());
    EXPECT_THAT(session_->check("SELECT nope"), IsError(ErrorCode::kInvalidArgument));
}

TEST_F(SessionTest, EveryKindOfValueCanBeBound) {
    EXPECT_EQ(text("SELECT $1", {true}), "true");
    EXPECT_EQ(text("SELECT $1 + 1", {std::int64_t{9007199254740993}}), "9007199254740994");
    EXPECT_EQ(text("SELECT $1 * 2", {0.25}), "0.5");
    EXPECT_EQ(text("SELECT $1 || '!'", {std::string("it's \xc3\xa4")}), "it's \xc3\xa4!");
    EXPECT_EQ(text("SELECT $1 IS NULL", {std::monostate{}}), "true");
    EXPECT_EQ(text("SELECT 'b' = ANY($1)", {std::vector<std::string>{"a", "b"}}), "true");
    EXPECT_EQ(text("SELECT len($1)", {std::vector<std::string>{}}), "0");
    EXPECT_EQ(text("SELECT strlen($1)", {std::string("a\0b", 3)}), "3");
}

TEST_F(SessionTest, AWrongNumberOfValuesIsRefused) {
    EXPECT_THAT(session_->query("SELECT $1", {}), IsError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(session_->query("SELECT 1", {true}), IsError(ErrorCode::kInvalidArgument));
}

TEST_F(SessionTest, ErrorsSayWhoMustAct) {
    EXPECT_THAT(session_->query("SELEC 1"), IsError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(session_->query("SELECT nope"), IsError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(session_->query("SELECT * FROM nope"), IsError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(session_->query("SELECT 1; SELECT 2"), IsError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(session_->query("FROM read_parquet('/nonexistent/x.parquet')"),
                IsError(ErrorCode::kIo));
    EXPECT_FALSE(session_->is_broken());
}

TEST_F(SessionTest, AnErrorInTheMiddleOfTheRowsEndsThem) {
    auto result = session_->query(
        "SELECT CASE WHEN i = 500000 THEN error('stop here') ELSE i END FROM range(1000000) t(i)");
    ASSERT_THAT(result, IsOk());
    std::size_t rows = 0;
    for (;;) {
        auto chunk = result->next();
        if (!chunk) {
            EXPECT_THAT(chunk, IsError(ErrorCode::kInvalidArgument));
            EXPECT_THAT(chunk, HasMessage("stop here"));
            break;
        }
        ASSERT_TRUE(chunk->has_value());
        rows += (*chunk)->row_count();
    }
    EXPECT_LE(rows, 500000u);
    auto after = result->next();
    ASSERT_THAT(after, IsOk());
    EXPECT_FALSE(after->has_value());
}

TEST_F(SessionTest, InterruptEndsARunningQueryAsATimeout) {
    std::atomic<bool> is_done = false;
    std::thread watchdog([this, &is_done] {
        while (!is_done) {
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
            session_->interrupt();
        }
    });
    const auto result = session_->query_text(
        "SELECT count(*) FROM range(100000000) a(i), range(100000000) b(j) WHERE i * j % 7 = 3");
    is_done = true;
    watchdog.join();
    EXPECT_THAT(result, IsError(ErrorCode::kTimeout));
    EXPECT_EQ(text("SELECT 1"), "1");
}

TEST_F(SessionTest, ExecuteRunsSeveralStatements) {
    ASSERT_THAT(session_->execute("CREATE TABLE t(i INTEGER); INSERT INTO t VALUES (1), (2)"),
                IsOk());
    EXPECT_EQ(text("SELECT sum(i) FROM t"), "3");
    EXPECT_THAT(session_->execute("DROP TABLE nope"), IsError(ErrorCode::kInvalidArgument));
}

TEST_F(SessionTest, SerializeSqlGivesTheTreeOfASelect) {
    const auto tree = session_->serialize_sql("SELECT a FROM t -- it's a comment");
    ASSERT_THAT(tree, IsOk());
    EXPECT_NE(tree->find("\"BASE_TABLE\""), std::string::npos);
    EXPECT_NE(tree->find("\"table_name\":\"t\""), std::string::npos);
}

TEST_F(SessionTest, SerializeSqlRefusesWhatIsNotASelect) {
    EXPECT_THAT(session_->serialize_sql("SELECT FROM"), IsError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(session_->serialize_sql("COPY t TO 'x'"), IsError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(session_->serialize_sql("COPY t TO 'x'"), HasMessage("Only SELECT"));
}

TEST(SqlText, QuotesAreDoubled) {
    EXPECT_EQ(quote_literal("it's"), "'it''s'");
    EXPECT_EQ(quote_identifier("a\"b"), "\"a\"\"b\"");
}

}  // namespace
}  // namespace icelight::engine
