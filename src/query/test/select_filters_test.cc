#include "query/gate/select_filters.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "engine/database.h"
#include "engine/session.h"
#include "query/gate/gate.h"

namespace icelight::query {
namespace {

class SelectFiltersTest : public ::testing::Test {
protected:
    SelectFiltersTest() : database_(*engine::Database::open({})), session_(*database_.connect()) {}

    static std::string text_of(const Predicate& predicate) {
        static constexpr const char* kSigns[] = {"=", "<", "<=", ">", ">=", "in"};
        std::string text =
            predicate.column + kSigns[static_cast<std::size_t>(predicate.comparison)];
        for (const auto& operand : predicate.operands) {
            static constexpr const char* kKinds[] = {"'", "#", "$", "~"};
            text += kKinds[static_cast<std::size_t>(operand.kind)];
            text += operand.kind == Operand::Kind::kExpression ? "" : operand.text;
        }
        return text + (predicate.is_of_now ? "@" : "");
    }

    /// For each table "name: predicates | predicates of the next mention; ".
    std::string filters(const std::string& sql) {
        const auto statement = check_statement(session_, sql);
        if (!statement) return statement.error().message;
        std::string text;
        for (std::size_t i = 0; i < statement->tables.size(); ++i) {
            text += statement->tables[i].name + ":";
            for (const auto& mention : statement->mentions[i]) {
                text += " (";
                for (const auto& predicate : mention)
                    text += text_of(predicate) + " ";
                text += ")";
            }
            text += ";";
        }
        return text;
    }

    engine::Database database_;
    engine::Session session_;
};

TEST_F(SelectFiltersTest, ConjunctsThatCompareAColumnWithAConstantAreRead) {
    EXPECT_EQ(
        filters("SELECT 1 FROM events WHERE event = 'x' AND n > 5 AND 7 >= m AND u IN ('a', 'b')"
                " AND k BETWEEN 1 AND 2 AND p = $1 AND t < TIMESTAMPTZ '2024-01-01'"),
        "events: (event='x n>#5 m<=#7 uin'a'b k>=#1 k<=#2 p=$1 t<~ );");
    EXPECT_EQ(filters("SELECT 1 FROM events"), "events: ();");
}

TEST_F(SelectFiltersTest, WhatIsNotSuchAConjunctIsLeftOut) {
    for (const char* where : {"event = 'x' OR n = 1",
                              "NOT (event = 'x')",
                              "event <> 'x'",
                              "n > 1.5",
                              "n = 1e3",
                              "n = NULL",
                              "event NOT IN ('x')",
                              "n NOT BETWEEN 1 AND 2",
                              "event = user_id",
                              "lower(event) = 'x'",
                              "n = random()",
                              "event LIKE 'x%'",
                              "event IS NULL",
                              "event = (SELECT 'x')",
                              "event COLLATE NOCASE = 'x'",
                              "CASE WHEN event = 'x' THEN true END"}) {
        EXPECT_EQ(filters(fmt::format("SELECT 1 FROM events WHERE {}", where)), "events: ();")
            << where;
    }
}

TEST_F(SelectFiltersTest, TheClockBoundsFromBelowOnly) {
    EXPECT_EQ(filters("SELECT 1 FROM events WHERE t > now() - INTERVAL 1 DAY"), "events: (t>~@ );");
    EXPECT_EQ(filters("SELECT 1 FROM events WHERE t >= date_trunc('day', now())"),
              "events: (t>=~@ );");
    EXPECT_EQ(filters("SELECT 1 FROM events WHERE t < now()"), "events: ();");
    EXPECT_EQ(filters("SELECT 1 FROM events WHERE t > DATE '2024-01-01' - (now() - t0)"),
              "events: ();");
}

TEST_F(SelectFiltersTest, EachMentionHasItsOwn) {
    EXPECT_EQ(filters("SELECT * FROM events a JOIN events b USING (user_id) "
                      "WHERE a.event = 'x' AND b.event = 'y' AND n = 1"),
              "events: (event='x ) (event='y );");
    EXPECT_EQ(filters("SELECT * FROM (SELECT * FROM events WHERE event = 'x') s WHERE n = 1"),
              "events: (event='x );");
    EXPECT_EQ(filters("WITH c AS (SELECT * FROM events WHERE event = 'x') SELECT * FROM c, events "
                      "WHERE events.n = 1"),
              "events: (event='x ) (n=#1 );");
    EXPECT_EQ(
        filters("SELECT (SELECT count(*) FROM events WHERE event = 'x') FROM other WHERE n = 1"),
        "events: (event='x );other: (n=#1 );");
    EXPECT_EQ(filters("SELECT 1 FROM events WHERE event = 'x' UNION ALL SELECT 1 FROM events"),
              "events: (event='x ) ();");
}

TEST_F(SelectFiltersTest, ColumnsOfSomethingElseAreNotItsOwn) {
    EXPECT_EQ(filters("SELECT * FROM events e, other o WHERE o.n = 1 AND e.n = 2"),
              "events: (n=#2 );other: (n=#1 );");
    EXPECT_EQ(filters("SELECT * FROM events e WHERE events.n = 1"), "events: ();");
    EXPECT_EQ(filters("SELECT * FROM events AS e(a, b) WHERE e.a = 1"), "events: ();");
    EXPECT_EQ(filters("SELECT * FROM events e LEFT JOIN other o ON true WHERE o.n = 1"),
              "events: ();other: (n=#1 );");
}

// Leaving rows out would change which rows these pick.
TEST_F(SelectFiltersTest, SourcesThatPickRowsByTheirNeighboursHaveNone) {
    for (const char* source : {"events TABLESAMPLE 5%",
                               "events e ASOF JOIN other o ON e.t >= o.t",
                               "events POSITIONAL JOIN other",
                               "events, (other TABLESAMPLE 5%)"}) {
        EXPECT_THAT(filters(fmt::format("SELECT 1 FROM {} WHERE events.n = 1 AND e.n = 1", source)),
                    ::testing::Not(::testing::HasSubstr("n=#1")))
            << source;
    }
    EXPECT_EQ(filters("SELECT 1 FROM events WHERE n = 1 USING SAMPLE 10"), "events: ();");
}

}  // namespace
}  // namespace icelight::query
