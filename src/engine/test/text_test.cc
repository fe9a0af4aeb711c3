#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "engine/database.h"
#include "engine/session.h"

namespace icelight::engine {
namespace {

using testing::IsOk;

/// Each expression's text must equal what the engine's own cast to VARCHAR gives.
constexpr const char* kExpressions[] = {
    "true",
    "(-128)::TINYINT",
    "255::UTINYINT",
    "18446744073709551615::UBIGINT",
    "(-170141183460469231731687303715884105728)::HUGEINT",
    "170141183460469231731687303715884105727::HUGEINT",
    "340282366920938463463374607431768211455::UHUGEINT",
    "1.0::DOUBLE",
    "-0.0::DOUBLE",
    "0.1::FLOAT",
    "1e300",
    "1e15::DOUBLE",
    "1e16::DOUBLE",
    "1e17::DOUBLE",
    "123456789.125::DOUBLE",
    "1e-5::DOUBLE",
    "'nan'::DOUBLE",
    "'-inf'::DOUBLE",
    "0.001::DECIMAL(4,3)",
    "-0.05::DECIMAL(9,2)",
    "-12345678901234567890.123456789::DECIMAL(38,9)",
    "7::DECIMAL(18,0)",
    "DATE '2024-02-29'",
    "DATE '0044-03-15 (BC)'",
    "DATE '10000-01-01'",
    "'infinity'::DATE",
    "'-infinity'::TIMESTAMP",
    "TIME '23:59:59.000100'",
    "TIMETZ '12:34:56.7-05:30'",
    "TIMETZ '12:34:56+15:59:59'",
    "TIMESTAMP '1969-12-31 23:59:59.98'",
    "TIMESTAMP '0044-03-15 (BC) 01:02:03'",
    "TIMESTAMP_S '2024-01-01 00:00:01'",
    "TIMESTAMP_MS '2024-01-01 00:00:01.5'",
    "TIMESTAMP_NS '2024-01-01 00:00:01.000000005'",
    "TIMESTAMPTZ '2024-01-01 00:00:00.120000+02'",
    "INTERVAL '1 year 2 months 3 days 04:05:06.789'",
    "INTERVAL '-1 month -5 days'",
    "INTERVAL '0 days'",
    "INTERVAL '-00:00:01.5'",
    "INTERVAL '100 hours'",
    "UUID '0188c5d4-7e5a-7000-8000-0123456789ab'",
    "UUID 'f188c5d4-7e5a-7000-8000-0123456789ab'",
    "'b'::ENUM('a', 'b')",
    "'\\x00a\"b\\x27\\x5C\\xFF'::BLOB",
    "'0101010'::BIT",
    "'11111111'::BIT",
    "[1, NULL, 3]",
    "['a', 'b c', '', 'null', 'it''s', 'a,b', ' x', 'a\"b', 'c\\d']",
    "['a;b', 'a-b', 'a' || chr(10), 'NULLS', 'a\\', 'it''s\\', 'Null', 'a ', '\"']",
    "[[1], [], NULL]",
    "[DATE '2024-01-01', NULL]",
    "[TIMESTAMP '2024-01-01 00:00:00']",
    "[1, 2]::INTEGER[2]",
    "[[1, 2], [3, 4]]::INTEGER[2][2]",
    "{'a': 1, 'B c': 'x, y', 'd': NULL}",
    "{'a': {'b': [1.5, 2.5]}}",
    "row(1, 'x')",
    "MAP {'k': 1, 'l': NULL}",
    "MAP {1: ['x']}",
    "union_value(num := 2)",
    "'{\"a\": [1, 2]}'::JSON",
    "NULL",
    "[]",
};

TEST(AppendText, WritesWhatTheCastToVarcharWrites) {
    auto database = Database::open({});
    ASSERT_THAT(database, IsOk());
    auto session = database->connect();
    ASSERT_THAT(session, IsOk());
    for (const std::string expression : kExpressions) {
        auto result = session->query("SELECT v, coalesce(v::VARCHAR, 'NULL') FROM (SELECT " +
                                     expression + " AS v)");
        ASSERT_THAT(result, IsOk()) << expression;
        auto chunk = result->next();
        ASSERT_THAT(chunk, IsOk()) << expression;
        std::string text;
        append_text((*chunk)->column(0), 0, text);
        EXPECT_EQ(text, (*chunk)->column(1).bytes(0)) << expression;
    }
}

TEST(AppendText, ADecimalHasADigitBeforeItsPoint) {
    auto database = Database::open({});
    ASSERT_THAT(database, IsOk());
    auto session = database->connect();
    ASSERT_THAT(session, IsOk());
    EXPECT_EQ(session->query_text("SELECT -0.5::DECIMAL(3,3)").value_or(""), "-0.500");
}

TEST(AppendText, ReadsTheRightRowOfNestedColumns) {
    auto database = Database::open({});
    ASSERT_THAT(database, IsOk());
    auto session = database->connect();
    ASSERT_THAT(session, IsOk());
    auto result = session->query(
        "SELECT v, v::VARCHAR FROM (SELECT {'l': [i, i + 1], 'm': MAP {'k' || i: i}, "
        "'a': [i, -i]::BIGINT[2], 'u': CASE WHEN i % 3 = 0 THEN NULL ELSE 'x' END} AS v "
        "FROM range(5000) t(i) WHERE i % 2 = 1)");
    ASSERT_THAT(result, IsOk());
    for (;;) {
        const auto next_chunk = result->next();
        ASSERT_THAT(next_chunk, IsOk());
        const auto& chunk = *next_chunk;
        if (!chunk) break;
        for (std::size_t row = 0; row < chunk->row_count(); ++row) {
            std::string text;
            append_text(chunk->column(0), row, text);
            ASSERT_EQ(text, chunk->column(1).bytes(row));
        }
    }
}

}  // namespace
}  // namespace icelight::engine
