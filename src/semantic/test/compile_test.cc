// Golden SQL: the text is part of the contract, for caches and for people who read it.
#include "semantic/compile.h"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "semantic/events_cube.h"

namespace icelight::semantic {
namespace {

using ::testing::HasSubstr;

Cube make_cube() {
    Cube cube = make_events_cube("events", default_json_fields());
    for (auto& dimension : cube.dimensions) {
        if (dimension.name != "timestamp") continue;
        dimension.granularities = {{.name = "quarter_hour",
                                    .title = "Quarter Hour",
                                    .unit = Unit::kMinute,
                                    .count = 15,
                                    .origin_us = default_origin_us(Unit::kMinute)}};
    }
    const std::string revenue = cube.find_measure("totalRevenue")->sql;
    cube.measures.push_back({.name = "perUser",
                             .title = "Per User",
                             .type = MeasureType::kCalculated,
                             .calculated = "{totalRevenue} / {Events.uniqueUsers}"});
    cube.measures.push_back({.name = "views",
                             .title = "Views",
                             .type = MeasureType::kCount,
                             .filters = {R"("Events"."event" = 'View')"}});
    cube.measures.push_back(
        {.name = "p95", .title = "P95", .type = MeasureType::kP95, .sql = revenue});
    cube.measures.push_back({.name = "running",
                             .title = "Running",
                             .type = MeasureType::kRunningTotal,
                             .window = {.measure = "count"}});
    cube.measures.push_back({.name = "place",
                             .title = "Place",
                             .type = MeasureType::kRank,
                             .window = {.measure = "count"}});
    return cube;
}

Cube make_users() {
    Cube cube;
    cube.name = "People";
    cube.title = "People";
    cube.from = "people";
    cube.dimensions.push_back(
        {.name = "id", .title = "Id", .sql = R"("People"."id")", .is_primary_key = true});
    cube.dimensions.push_back({.name = "plan", .title = "Plan", .sql = R"("People"."plan")"});
    cube.measures.push_back({.name = "count", .title = "People", .type = MeasureType::kCount});
    cube.joins.push_back({.target = "Events",
                          .relationship = Relationship::kHasMany,
                          .sql = R"("People"."id" = "Events"."user_id")",
                          .source_column = "id",
                          .target_column = "userId"});
    return cube;
}

class Compile : public ::testing::Test {
protected:
    Checked<Compiled> compile(std::string_view text, Dialect dialect = Dialect::kDrizzle) {
        const QueryContext context{
            model_, us_from_civil({.year = 2024, .month = 3, .day = 31}), dialect};
        auto query = parse_query(boost::json::parse(text), context, warnings_);
        if (!query) return tl::unexpected(query.error());
        query_ = std::move(*query);
        const auto* compared = query_.compared();
        return compile_query(
            query_, model_, compared == nullptr ? nullptr : &compared->compared.front(), warnings_);
    }

    std::string sql(std::string_view text, Dialect dialect = Dialect::kDrizzle) {
        auto compiled = compile(text, dialect);
        return compiled ? compiled->sql : problem_text(compiled.error());
    }

    const Model model_{{make_cube(), make_users()}};
    Query query_;
    Warnings warnings_;
};

TEST_F(Compile, AMeasureAloneIsOneRow) {
    EXPECT_EQ(sql(R"({"measures":["Events.count","Events.avgRevenue"]})"),
              R"(SELECT count(*) AS "Events.count", coalesce(avg(TRY_CAST(json_extract_string()"
              R"("Events"."properties", '$.revenue') AS DOUBLE)), 0) AS "Events.avgRevenue" )"
              R"(FROM events AS "Events")");
    EXPECT_THAT(sql(R"({"measures":["Events.avgRevenue"]})", Dialect::kCube),
                HasSubstr("SELECT avg(TRY_CAST"));
}

TEST_F(Compile, RawColumnsAreComparedAndBucketsAreWallTimes) {
    const char* const query =
        R"({"measures":["Events.count"],"timeDimensions":[{"dimension":"Events.timestamp",)"
        R"("granularity":"week","dateRange":["2024-01-01","2024-01-31"]}],"timezone":"Europe/Berlin"})";
    EXPECT_EQ(sql(query, Dialect::kCube),
              R"(SELECT count(*) AS "Events.count", date_trunc('week', timezone('Europe/Berlin', )"
              R"("Events"."timestamp")) AS "Events.timestamp.week" FROM events AS "Events" WHERE )"
              R"("Events"."timestamp" >= TIMESTAMPTZ '2023-12-31 23:00:00.000000+00' AND )"
              R"("Events"."timestamp" < TIMESTAMPTZ '2024-01-31 23:00:00.000000+00' GROUP BY 2 )"
              R"(ORDER BY "Events.timestamp.week" ASC NULLS LAST LIMIT 10000)");
}

TEST_F(Compile, GapsAreFilledForEachCombination) {
    const auto text = sql(
        R"({"measures":["Events.count"],"dimensions":["Events.type"],"timeDimensions":[{)"
        R"("dimension":"Events.timestamp","granularity":"month","dateRange":["2024-01-15","2024-03-10"]}]})");
    EXPECT_THAT(text, HasSubstr("WITH found AS MATERIALIZED (SELECT "));
    EXPECT_THAT(text,
                HasSubstr("unnest(generate_series(TIMESTAMP '2024-01-01 00:00:00.000000', "
                          "TIMESTAMP '2024-03-10 23:59:59.999000', INTERVAL 1 month))"));
    EXPECT_THAT(text, HasSubstr(R"((SELECT DISTINCT "Events.type" FROM found) AS groups)"));
    EXPECT_THAT(text,
                HasSubstr(R"(CASE WHEN found."Events.timestamp" IS NULL THEN 0 ELSE )"
                          R"(found."Events.count" END AS "Events.count")"));
    EXPECT_THAT(sql(R"({"measures":["Events.count"],"timeDimensions":[{"dimension":)"
                    R"("Events.timestamp","granularity":"second","dateRange":"last 7 days"}]})"),
                ::testing::Not(HasSubstr("found")));
    EXPECT_EQ(warnings_.back().code, "GAPS_NOT_FILLED");
}

TEST_F(Compile, AGranularityOfTheOperatorsIsCountedFromItsOrigin) {
    const auto text =
        sql(R"({"measures":["Events.count"],"timeDimensions":[{"dimension":"Events.timestamp",)"
            R"("granularity":"quarter_hour","dateRange":["2024-03-31T01:20:00","2024-03-31"]}],)"
            R"("order":{"Events.timestamp.quarter_hour":"desc"},"timezone":"Europe/Berlin"})");
    EXPECT_THAT(text,
                HasSubstr("time_bucket(INTERVAL 15 minute, timezone('Europe/Berlin', "
                          "\"Events\".\"timestamp\"), TIMESTAMP '2000-01-03 00:00:00.000000')"));
    // The first bucket begins at 01:15 in Berlin, and one more instant than there are buckets.
    EXPECT_THAT(text,
                HasSubstr("generate_series(TIMESTAMPTZ '2024-03-31 00:15:00.000000+00', "
                          "TIMESTAMPTZ '2024-03-31 22:14:59.999999+00', INTERVAL 15 minute)"));
    EXPECT_THAT(sql(R"({"timeDimensions":[{"dimension":"Events.receivedAt",)"
                    R"("granularity":"quarter_hour"}]})"),
                HasSubstr("is not a granularity"));
    EXPECT_THAT(sql(R"({"timeDimensions":[{"dimension":"Events.timestamp",)"
                    R"("granularity":"quarter_hours"}]})"),
                HasSubstr("did you mean `quarter_hour`?"));
}

TEST_F(Compile, MeasuresOfEveryKindAreWritten) {
    const auto text = sql(R"({"measures":["Events.perUser","Events.views","Events.p95"]})");
    EXPECT_THAT(text, HasSubstr("/ NULLIF(count(DISTINCT \"Events\".\"user_id\"), 0)"));
    EXPECT_THAT(
        text, HasSubstr(R"(count(*) FILTER (WHERE "Events"."event" = 'View') AS "Events.views")"));
    EXPECT_THAT(text, HasSubstr("quantile_cont("));
}

TEST_F(Compile, WindowsRunOverTheAggregatedRows) {
    EXPECT_EQ(
        sql(R"({"measures":["Events.running"],"dimensions":["Events.type"],"timeDimensions":[)"
            R"({"dimension":"Events.timestamp","granularity":"day"}],)"
            R"("filters":[{"member":"Events.running","operator":"gt","values":[5]}]})"),
        R"(SELECT "Events.type", "Events.running", "Events.timestamp" FROM (SELECT "Events.type", )"
        R"(sum("Events.count") OVER (PARTITION BY "Events.type" ORDER BY "Events.timestamp" ROWS )"
        R"(BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS "Events.running", "Events.count", )"
        R"("Events.timestamp" FROM (SELECT "Events"."type" AS "Events.type", count(*) AS )"
        R"("Events.count", date_trunc('day', make_timestamp(epoch_us("Events"."timestamp"))) AS )"
        R"("Events.timestamp" FROM events AS "Events" GROUP BY 1, 3) AS grouped) AS answer )"
        R"(WHERE "Events.running" > $1 ORDER BY "Events.timestamp" ASC NULLS LAST, )"
        R"("Events.type" ASC NULLS LAST)");
}

TEST_F(Compile, OrderIsTotalAndMayNameAnUnselectedMeasure) {
    EXPECT_EQ(
        sql(R"({"measures":["Events.uniqueUsers"],"dimensions":["Events.event"],)"
            R"("order":{"Events.count":"desc"},"limit":10,"offset":20})"),
        R"(SELECT "Events.event", "Events.uniqueUsers" FROM (SELECT "Events"."event" AS )"
        R"("Events.event", count(DISTINCT "Events"."user_id") AS "Events.uniqueUsers", )"
        R"(count(*) AS "Events.count" FROM events AS "Events" GROUP BY 1) AS answer ORDER BY )"
        R"("Events.count" DESC NULLS LAST, "Events.event" ASC NULLS LAST LIMIT 10 OFFSET 20)");
    EXPECT_THAT(sql(R"({"measures":["Events.count"],"order":{"Events.event":"asc"}})"),
                HasSubstr("it is not selected"));
}

TEST_F(Compile, MeasureFiltersAndSegmentsHaveTheirClauses) {
    EXPECT_EQ(
        sql(R"({"measures":["Events.count"],"dimensions":["Events.event"],"segments":[)"
            R"("Events.identified"],"filters":[{"member":"Events.count","operator":"gte",)"
            R"("values":["2"]}]})"),
        R"(SELECT "Events"."event" AS "Events.event", count(*) AS "Events.count" FROM events )"
        R"(AS "Events" WHERE ("Events"."user_id" IS NOT NULL) GROUP BY 1 HAVING count(*) >= $1 )"
        R"(ORDER BY "Events.event" ASC NULLS LAST)");
}

TEST_F(Compile, AJoinThatMultipliesCountsEachRowOnce) {
    EXPECT_EQ(sql(R"({"measures":["People.count"],"dimensions":["Events.event"]})"),
              R"(SELECT "Events.event", count(*) AS "People.count" FROM (SELECT DISTINCT )"
              R"("Events"."event" AS "Events.event", "People".* FROM people AS "People" LEFT JOIN )"
              R"(events AS "Events" ON "People"."id" = "Events"."user_id") AS "People" GROUP BY 1 )"
              R"(ORDER BY "Events.event" ASC NULLS LAST)");
    EXPECT_EQ(
        sql(R"({"measures":["Events.count"],"dimensions":["People.plan"]})"),
        R"(SELECT "People"."plan" AS "People.plan", count(*) AS "Events.count" FROM events AS )"
        R"("Events" LEFT JOIN people AS "People" ON "People"."id" = "Events"."user_id" )"
        R"(GROUP BY 1 ORDER BY "People.plan" ASC NULLS LAST)");
    const auto both =
        sql(R"({"measures":["Events.count","People.count"],"dimensions":["People.plan"]})");
    EXPECT_THAT(both, HasSubstr(" UNION ALL BY NAME "));
    EXPECT_THAT(both, HasSubstr(R"(coalesce(any_value("People.count"), 0) AS "People.count")"));
}

TEST_F(Compile, UngroupedRowsAreRows) {
    EXPECT_EQ(sql(R"({"dimensions":["Events.event"],"measures":["Events.totalRevenue"],)"
                  R"("ungrouped":true,"limit":5})"),
              R"(SELECT "Events"."event" AS "Events.event", TRY_CAST(json_extract_string()"
              R"("Events"."properties", '$.revenue') AS DOUBLE) AS "Events.totalRevenue" FROM )"
              R"(events AS "Events" LIMIT 5)");
    EXPECT_THAT(
        sql(R"({"dimensions":["Events.event"],"measures":["Events.count"],"ungrouped":true})"),
        HasSubstr("no value for a single row"));
}

TEST_F(Compile, TheSameQueryIsTheSameText) {
    const char* const query = R"({"measures":["Events.count"],"dimensions":["Events.event"]})";
    EXPECT_EQ(sql(query), sql(query));
}

}  // namespace
}  // namespace icelight::semantic
