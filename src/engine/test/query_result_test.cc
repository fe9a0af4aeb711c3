#include "engine/query_result.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "engine/database.h"
#include "engine/session.h"

namespace icelight::engine {
namespace {

using testing::HasMessage;
using testing::IsError;
using testing::IsOk;

class QueryResultTest : public ::testing::Test {
protected:
    void SetUp() override {
        auto database = Database::open({});
        ASSERT_THAT(database, IsOk());
        auto session = database->connect();
        ASSERT_THAT(session, IsOk());
        session_ = std::make_unique<Session>(std::move(*session));
    }

    std::unique_ptr<Session> session_;
};

TEST_F(QueryResultTest, ColumnsAreKnownWithoutRows) {
    auto result = session_->query(
        "SELECT 1::BIGINT AS a, 'x' AS \"b c\", 1.5::DECIMAL(18,3) AS d, now() AS t, "
        "[1] AS l, {'k': 1, 'Q r': 'v'} AS s, MAP {'a': 1} AS m, '{}'::JSON AS j, "
        "NULL AS n, 'x'::ENUM('x', 'y') AS e, [1, 2]::INTEGER[2] AS f WHERE false");
    ASSERT_THAT(result, IsOk());
    std::vector<std::string> names;
    std::vector<std::string> types;
    for (const ResultColumn& column : result->columns()) {
        names.push_back(column.name);
        types.push_back(column.type.name);
    }
    EXPECT_EQ(names,
              (std::vector<std::string>{"a", "b c", "d", "t", "l", "s", "m", "j", "n", "e", "f"}));
    EXPECT_EQ(types,
              (std::vector<std::string>{"BIGINT",
                                        "VARCHAR",
                                        "DECIMAL(18,3)",
                                        "TIMESTAMP WITH TIME ZONE",
                                        "INTEGER[]",
                                        "STRUCT(k INTEGER, \"Q r\" VARCHAR)",
                                        "MAP(VARCHAR, INTEGER)",
                                        "JSON",
                                        "INTEGER",
                                        "ENUM('x', 'y')",
                                        "INTEGER[2]"}));
    auto chunk = result->next();
    ASSERT_THAT(chunk, IsOk());
    EXPECT_FALSE(chunk->has_value());
}

TEST_F(QueryResultTest, ValuesAndNullsAreTyped) {
    auto result = session_->query(
        "SELECT * FROM (VALUES (1::TINYINT, 2::UBIGINT, true, 1.5::FLOAT, 2.5::DOUBLE, "
        "TIMESTAMPTZ '2024-02-29 12:00:00.000001+00', DATE '1969-12-31', 'short', "
        "'a text longer than twelve bytes', '\\x00\\xFF'::BLOB), "
        "(NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL))");
    ASSERT_THAT(result, IsOk());
    auto chunk = result->next();
    ASSERT_THAT(chunk, IsOk());
    ASSERT_TRUE(chunk->has_value());
    const Chunk& rows = **chunk;
    ASSERT_EQ(rows.row_count(), 2u);
    EXPECT_EQ(rows.column(0).integer(0), 1);
    EXPECT_EQ(rows.column(1).value<std::uint64_t>(0), 2u);
    EXPECT_TRUE(rows.column(2).value<bool>(0));
    EXPECT_EQ(rows.column(3).real(0), 1.5);
    EXPECT_EQ(rows.column(4).real(0), 2.5);
    EXPECT_EQ(rows.column(5).integer(0), 1709208000000001);
    EXPECT_EQ(rows.column(6).integer(0), -1);
    EXPECT_EQ(rows.column(7).bytes(0), "short");
    EXPECT_EQ(rows.column(8).bytes(0), "a text longer than twelve bytes");
    EXPECT_EQ(rows.column(9).bytes(0), std::string_view("\x00\xFF", 2));
    for (std::size_t i = 0; i < rows.column_count(); ++i) {
        EXPECT_FALSE(rows.column(i).is_null(0)) << i;
        EXPECT_TRUE(rows.column(i).is_null(1)) << i;
    }
}

TEST_F(QueryResultTest, RowsStreamInOrder) {
    auto result = session_->query("SELECT i, 'constant' AS c FROM range(100000) t(i)");
    ASSERT_THAT(result, IsOk());
    std::int64_t expected = 0;
    for (;;) {
        const auto next_chunk = result->next();
        ASSERT_THAT(next_chunk, IsOk());
        const auto& chunk = *next_chunk;
        if (!chunk) break;
        const VectorView numbers = chunk->column(0);
        const VectorView constants = chunk->column(1);
        for (std::size_t row = 0; row < chunk->row_count(); ++row) {
            ASSERT_EQ(numbers.integer(row), expected++);
            ASSERT_EQ(constants.bytes(row), "constant");
        }
    }
    EXPECT_EQ(expected, 100000);
}

TEST_F(QueryResultTest, ListsAndStructsHaveChildren) {
    auto result =
        session_->query("SELECT [{'k': i, 'v': 'value ' || i}, NULL] AS l FROM range(3) t(i)");
    ASSERT_THAT(result, IsOk());
    auto chunk = result->next();
    ASSERT_THAT(chunk, IsOk());
    const VectorView lists = (*chunk)->column(0);
    const VectorView structs = lists.child(0);
    for (std::size_t row = 0; row < 3; ++row) {
        const ListEntry entry = lists.list(row);
        ASSERT_EQ(entry.count, 2u);
        EXPECT_EQ(structs.child(0).integer(entry.offset), static_cast<std::int64_t>(row));
        EXPECT_EQ(structs.child(1).bytes(entry.offset), "value " + std::to_string(row));
        EXPECT_TRUE(structs.is_null(entry.offset + 1));
    }
}

TEST_F(QueryResultTest, ATypeThatCannotBeReadIsRefusedByName) {
    const auto result = session_->query("SELECT 1 AS ok, 7::BIGNUM AS big");
    EXPECT_THAT(result, IsError(ErrorCode::kUnsupported));
    EXPECT_THAT(result, HasMessage("\"big\" is of type BIGNUM"));
}

TEST_F(QueryResultTest, AbandonedRowsDoNotDisturbTheNextQuery) {
    {
        auto result = session_->query("SELECT i FROM range(10000000) t(i)");
        ASSERT_THAT(result, IsOk());
        ASSERT_THAT(result->next(), IsOk());
    }
    EXPECT_EQ(session_->query_text("SELECT 1").value_or(""), "1");
}

TEST_F(QueryResultTest, StatementsWithoutRowsHaveAnEnd) {
    auto result = session_->query("CREATE TABLE t(i INTEGER)");
    ASSERT_THAT(result, IsOk());
    auto chunk = result->next();
    ASSERT_THAT(chunk, IsOk());
    EXPECT_FALSE(chunk->has_value());
}

}  // namespace
}  // namespace icelight::engine
