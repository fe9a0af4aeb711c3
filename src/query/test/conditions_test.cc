#include "query/plan/conditions.h"

#include <gtest/gtest.h>

#include "engine/database.h"
#include "query/gate/gate.h"

namespace icelight::query {
namespace {

using iceberg::TypeKind;
using iceberg::Value;

class ConditionsTest : public ::testing::Test {
protected:
    ConditionsTest() : database_(*engine::Database::open({})), session_(*database_.connect()) {
        schema_.fields = {{1, "event", false, TypeKind::kString},
                          {2, "n", false, TypeKind::kLong},
                          {3, "shard", false, TypeKind::kInt},
                          {4, "t", false, TypeKind::kTimestamptz},
                          {5, "x", false, TypeKind::kDouble},
                          {6, "local", false, TypeKind::kTimestamp},
                          {7, "d", false, TypeKind::kDate}};
    }

    /// Of the only mention of the only table.
    Conditions resolve(const std::string& where, const std::vector<engine::Value>& values = {}) {
        const auto statement = check_statement(session_, "SELECT 1 FROM events WHERE " + where);
        EXPECT_TRUE(statement.has_value()) << statement.error().message;
        return resolve_conditions(session_, statement->mentions.at(0), schema_, values).at(0);
    }

    engine::Database database_;
    engine::Session session_;
    iceberg::Schema schema_;
};

TEST_F(ConditionsTest, ConstantsBecomeValuesOfTheColumn) {
    const Conditions expected{
        {1, TypeKind::kString, Comparison::kEqual, {Value("x")}},
        {2, TypeKind::kLong, Comparison::kGreater, {Value(std::int64_t{5})}},
        {3, TypeKind::kInt, Comparison::kIn, {Value(std::int32_t{1}), Value(std::int32_t{2})}}};
    EXPECT_EQ(resolve("EVENT = 'x' AND n > 5 AND shard IN (1, 2)"), expected);
    EXPECT_EQ(resolve("event = $1 AND n > $2", {std::string("x"), std::int64_t{5}}),
              Conditions(expected.begin(), expected.begin() + 2));
}

TEST_F(ConditionsTest, TimesAreReadAsTheEngineReadsThem) {
    const Value noon(std::int64_t{1'709'208'000'000'000});
    for (const char* where : {"t >= '2024-02-29 12:00:00'",
                              "t >= TIMESTAMPTZ '2024-02-29 14:00:00+02'",
                              "t >= TIMESTAMP '2024-02-29 12:00:00'",
                              "t >= DATE '2024-02-29' + INTERVAL 12 HOUR",
                              "t >= make_timestamp(2024, 2, 29, 12, 0, 0.0)"}) {
        const auto found = resolve(where);
        ASSERT_EQ(found.size(), 1U) << where;
        EXPECT_EQ(found[0].values.at(0), noon) << where;
    }
    EXPECT_EQ(resolve("t >= $1", {std::string("2024-02-29T12:00:00Z")}).at(0).values.at(0), noon);
    const auto day_ago = resolve("t > now() - INTERVAL 1 DAY");
    ASSERT_EQ(day_ago.size(), 1U);
    EXPECT_GT(std::get<std::int64_t>(day_ago[0].values.at(0)), 1'700'000'000'000'000);
}

// As the engine compares them: it drops the zone of a text that it casts to a time without one.
TEST_F(ConditionsTest, AZoneCountsForColumnsWithOneOnly) {
    const Value noon(std::int64_t{1'709'208'000'000'000});
    for (const char* where : {"local < '2024-02-29 12:00:00+02'",
                              "local < TIMESTAMPTZ '2024-02-29 14:00:00+02'",
                              "local < TIMESTAMP '2024-02-29 12:00:00'"}) {
        const auto found = resolve(where);
        ASSERT_EQ(found.size(), 1U) << where;
        EXPECT_EQ(found[0].values.at(0), noon) << where;
    }
    EXPECT_EQ(resolve("t < '2024-02-29 14:00:00+02'").at(0).values.at(0), noon);
}

TEST_F(ConditionsTest, DatesAreReadBesideDatesTextsAndMidnights) {
    const Value leap_day(std::int32_t{19'782});
    for (const char* where : {"d < DATE '2024-02-29'",
                              "d < '2024-02-29'",
                              "d < TIMESTAMP '2024-02-29 00:00:00'",
                              "d < DATE '2024-03-01' - INTERVAL 1 DAY",
                              "d < DATE '2024-03-01' - 1",
                              "d < make_date(2024, 2, 29)"}) {
        const auto found = resolve(where);
        ASSERT_EQ(found.size(), 1U) << where;
        EXPECT_EQ(found[0].values.at(0), leap_day) << where;
    }
    EXPECT_EQ(resolve("d IN ($1, '1969-12-31')", {std::string("2024-02-29")}).at(0).values,
              (std::vector<Value>{leap_day, Value(std::int32_t{-1})}));
    // A day lies before noon of it, and not before its midnight.
    for (const char* where : {"d < TIMESTAMP '2024-02-29 12:00:00'",
                              "d < TIMESTAMPTZ '2024-02-29 00:00:00+02'",
                              "d < DATE '2024-02-29' + INTERVAL 12 HOUR",
                              "d < 'infinity'",
                              "d < 'soon'"}) {
        EXPECT_TRUE(resolve(where).empty()) << where;
    }
}

TEST_F(ConditionsTest, WhatIsNotUnderstoodIsLeftOut) {
    for (const char* where : {"unknown = 'x'",
                              "event = 5",
                              "n = 'five'",
                              "shard = 5000000000",
                              "x > 1.5",
                              "x = 1",
                              "t > 'yesterday'",
                              "local < TIMESTAMP_NS '2024-02-29 12:00:00.000000001'",
                              "n > 1.5"}) {
        EXPECT_TRUE(resolve(where).empty()) << where;
    }
    EXPECT_TRUE(resolve("event = $2", {std::string("x")}).empty());
    EXPECT_TRUE(resolve("event = $1", {std::int64_t{1}}).empty());
}

}  // namespace
}  // namespace icelight::query
