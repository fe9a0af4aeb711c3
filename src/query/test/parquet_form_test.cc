#include "query/reply/parquet_form.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "engine/database.h"
#include "engine/session.h"

namespace icelight::query {
namespace {

using icelight::testing::IsError;
using icelight::testing::IsOk;

class ParquetFormTest : public ::testing::Test {
protected:
    std::string form(const std::string& select) {
        const auto columns = session_.check(select);
        EXPECT_THAT(columns, IsOk());
        return make_parquet_select(select, *columns);
    }

    /// Type and text of the only value.
    std::string value(const std::string& expression) {
        const auto text = session_.query_text("SELECT typeof(v) || ' ' || v::VARCHAR FROM (" +
                                              form("SELECT " + expression + " AS v") + ")");
        EXPECT_THAT(text, IsOk());
        return text.value_or("");
    }

    engine::Database database_ = std::move(*engine::Database::open({}));
    engine::Session session_ = std::move(*database_.connect());
};

TEST_F(ParquetFormTest, WhatParquetHoldsAsItIsIsLeftAlone) {
    const std::string select = "SELECT 1 AS a, 1.5::DECIMAL(9,2) AS b, [now()] AS c, 'x' AS d";
    EXPECT_EQ(form(select), select);
}

TEST_F(ParquetFormTest, WideIntegersKeepAllDigits) {
    EXPECT_EQ(value("sum(9007199254740993)"), "DECIMAL(38,0) 9007199254740993");
    EXPECT_EQ(value("1::UHUGEINT"), "DECIMAL(38,0) 1");
    EXPECT_THAT(session_.query_text(form("SELECT 340282366920938463463374607431768211455 AS v")),
                IsError(ErrorCode::kInvalidArgument));
}

TEST_F(ParquetFormTest, IntervalsAndTimesWithAZoneAreText) {
    EXPECT_EQ(value("INTERVAL '-1 microsecond'"), "VARCHAR -00:00:00.000001");
    EXPECT_EQ(value("TIMETZ '12:30:00+05:30'"), "VARCHAR 12:30:00+05:30");
}

TEST_F(ParquetFormTest, SoAreThoseInside) {
    EXPECT_EQ(value("[{'HUGEINT': 1::HUGEINT, 'm': MAP {'a': INTERVAL '1 day'}}]"),
              "STRUCT(HUGEINT DECIMAL(38,0), m MAP(VARCHAR, VARCHAR))[] [{'HUGEINT': 1, 'm': "
              "{a=1 day}}]");
    EXPECT_EQ(value("array_value(1::HUGEINT, 2)"), "DECIMAL(38,0)[2] [1, 2]");
}

TEST_F(ParquetFormTest, ColumnsOfOneNameStayTwo) {
    EXPECT_EQ(form("SELECT 1 AS \"a\"\"\", 2::HUGEINT AS \"a\"\"\""),
              "SELECT c0 AS \"a\"\"\", CAST(c1 AS DECIMAL(38,0)) AS \"a\"\"_1\" FROM (SELECT 1 AS "
              "\"a\"\"\", 2::HUGEINT AS \"a\"\"\") t(c0, c1)");
}

}  // namespace
}  // namespace icelight::query
