// Golden SQL of funnels, flows and retention, and what is refused.
#include "semantic/path/path_query.h"

#include <algorithm>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "semantic/events_cube.h"
#include "semantic/path/path_reply.h"
#include "semantic/person.h"

namespace icelight::semantic {
namespace {

namespace json = boost::json;

class PathQueryTest : public ::testing::Test {
protected:
    Checked<PathQuery> compile(std::string_view text) {
        warnings_.clear();
        const QueryContext context{
            model_, us_from_civil({.year = 2026, .month = 1, .day = 1}), Dialect::kDrizzle};
        return compile_path_query(json::parse(text), context, warnings_);
    }

    std::string sql(std::string_view text) {
        auto query = compile(text);
        return query ? query->compiled.sql : "refused: " + problem_text(query.error());
    }

    /// "pointer: message"
    std::string refusal(std::string_view text) {
        auto query = compile(text);
        return query ? "not refused" : query.error().pointer + ": " + problem_text(query.error());
    }

    const Model model_{{make_events_cube("events", {})}};
    Warnings warnings_;
};

TEST_F(PathQueryTest, AFunnelWithBothWindowsAsksForCounts) {
    const char* const query =
        R"({"funnel":{"steps":[{"name":"View","filter":{"member":"Events.event",)"
        R"("operator":"equals","values":["View"]}},{"name":"Buy",)"
        R"("filter":[{"member":"Events.event","operator":"equals","values":["Buy"]}],)"
        R"("timeToConvert":"P1D"}],"globalTimeWindow":"P7D"}})";
    EXPECT_EQ(
        sql(query),
        R"sql(WITH counted AS (SELECT sequence_counts('2 total=604800000000us)sql"
        R"sql( step2=86400000000us', "Events"."user_id", "Events"."timestamp",)sql"
        R"sql( coalesce("Events"."_log_offset", -1), CASE WHEN "Events"."event" = $1 THEN)sql"
        R"sql( 1::BIGINT ELSE 0 END + CASE WHEN "Events"."event" = $2 THEN 2::BIGINT ELSE 0)sql"
        R"sql( END) AS m FROM events AS "Events" WHERE "Events"."user_id" IS NOT NULL AND)sql"
        R"sql( (("Events"."event" = $1) OR ("Events"."event" = $2))), groups AS (SELECT 0 AS)sql"
        R"sql( rank), reached AS (SELECT 0 AS rank, s.i, c.m[s.i + 1] AS n FROM counted AS c)sql"
        R"sql( CROSS JOIN range(2) AS s(i)), counts AS (SELECT g.*,)sql"
        R"sql( s.i, s.name, coalesce(r.n, 0) AS n FROM groups AS g CROSS JOIN (VALUES (0,)sql"
        R"sql( $3::VARCHAR), (1, $4::VARCHAR)) AS s(i, name) LEFT JOIN reached AS r ON)sql"
        R"sql( r.rank = g.rank AND r.i = s.i) SELECT name AS "step", i AS "stepIndex", n AS)sql"
        R"sql( "count", CASE WHEN i > 0 THEN coalesce(n / nullif(lag(n) OVER w, 0), 0) END)sql"
        R"sql( AS "conversionRate", CASE WHEN i = 0 THEN 1.0::DOUBLE ELSE coalesce(n /)sql"
        R"sql( nullif(first_value(n) OVER w, 0), 0) END AS "cumulativeConversionRate" FROM)sql"
        R"sql( counts WINDOW w AS (PARTITION BY rank ORDER BY i) ORDER BY rank, i)sql");
}

TEST_F(PathQueryTest, AFunnelOfFirstEventsSaysSo) {
    EXPECT_NE(sql(R"({"funnel":{"mode":"first","steps":[{},{"timeToConvert":"PT1S"}]}})")
                  .find("sequence_counts('2 first step2=1000000us'"),
              std::string::npos);
    EXPECT_EQ(sql(R"({"funnel":{"mode":"any","steps":[{},{}]}})"),
              sql(R"({"funnel":{"steps":[{},{}]}})"));
    EXPECT_EQ(refusal(R"({"funnel":{"mode":"frist","steps":[{},{}]}})"),
              "/funnel/mode: `mode` is \"any\" or \"first\"; did you mean `first`?");
}

TEST_F(PathQueryTest, AKeyThatIsNoTextHasAGroupForEach) {
    const auto found = sql(R"({"funnel":{"bindingKey":"Events.timestamp","steps":[{},{}]}})");
    EXPECT_NE(found.find(R"(SELECT "Events"."timestamp" AS key, sequence_depth('2')"),
              std::string::npos)
        << found;
}

TEST_F(PathQueryTest, AFunnelWithTimesAndABreakdownAsksForChains) {
    const char* const query =
        R"({"funnel":{"steps":[{"name":"View","filter":{"member":"Events.event",)"
        R"("operator":"equals","values":["View"]}},{"name":"Buy",)"
        R"("filter":{"member":"Events.event","operator":"equals","values":["Buy"]}}],)"
        R"("includeTimeMetrics":true,"breakdownDimensions":["Events.type"],)"
        R"("exclusions":[{"filter":{"member":"Events.event","operator":"equals",)"
        R"("values":["Cancel"]}}]}})";
    EXPECT_EQ(
        sql(query),
        R"sql(WITH users AS (SELECT "Events"."user_id" AS key, sequence_match('2',)sql"
        R"sql( "Events"."timestamp", coalesce("Events"."_log_offset", -1), (CASE WHEN)sql"
        R"sql( "Events"."event" = $1 THEN 1::BIGINT ELSE 0 END + CASE WHEN "Events"."event")sql"
        R"sql( = $2 THEN 2::BIGINT ELSE 0 END) | CASE WHEN "Events"."event" = $3 THEN)sql"
        R"sql( 2147483648::BIGINT ELSE 0 END) AS m FROM events AS "Events" WHERE)sql"
        R"sql( "Events"."user_id" IS NOT NULL AND (("Events"."event" = $1) OR)sql"
        R"sql( ("Events"."event" = $2) OR ("Events"."event" = $3)) GROUP BY 1), firsts AS)sql"
        R"sql( MATERIALIZED (SELECT u.key, any_value(u.m) AS m, min(e.b0) AS b0 FROM users)sql"
        R"sql( AS u JOIN (SELECT "Events"."user_id" AS key, "Events"."timestamp" AS time,)sql"
        R"sql( coalesce("Events"."_log_offset", -1) AS position, CAST("Events"."type" AS)sql"
        R"sql( VARCHAR) AS b0 FROM events AS "Events" WHERE "Events"."user_id" IS NOT NULL)sql"
        R"sql( AND ("Events"."event" = $1)) AS e ON e.key = u.key AND e.time = u.m.times[1])sql"
        R"sql( AND e.position = u.m.positions[1] GROUP BY u.key), ranked AS (SELECT b0,)sql"
        R"sql( row_number() OVER (ORDER BY count(*) DESC, b0) AS rank FROM firsts GROUP BY)sql"
        R"sql( b0), groups AS (SELECT * FROM ranked WHERE rank <= 26), grouped AS (SELECT)sql"
        R"sql( least(r.rank, 26) AS rank, f.m FROM firsts AS f JOIN ranked AS r ON f.b0 IS)sql"
        R"sql( NOT DISTINCT FROM r.b0), reached AS (SELECT rank, i, count(*) AS n,)sql"
        R"sql( avg(seconds) AS avg_s, min(seconds) AS min_s, max(seconds) AS max_s,)sql"
        R"sql( quantile_cont(seconds, 0.5) AS median_s, quantile_cont(seconds, 0.9) AS p90_s)sql"
        R"sql( FROM (SELECT rank, i, CASE WHEN i > 0 THEN (epoch_us(t[i + 1]) -)sql"
        R"sql( epoch_us(t[i])) / 1000000 END AS seconds FROM (SELECT rank, m.times AS t,)sql"
        R"sql( unnest(range(len(m.times))) AS i FROM grouped)) GROUP BY ALL), counts AS)sql"
        R"sql( (SELECT g.*, s.i, s.name, coalesce(r.n, 0) AS n, r.avg_s, r.min_s, r.max_s,)sql"
        R"sql( r.median_s, r.p90_s FROM groups AS g CROSS JOIN (VALUES (0, $4::VARCHAR), (1,)sql"
        R"sql( $5::VARCHAR)) AS s(i, name) LEFT JOIN reached AS r ON r.rank = g.rank AND r.i)sql"
        R"sql( = s.i) SELECT name AS "step", i AS "stepIndex", n AS "count", CASE WHEN i > 0)sql"
        R"sql( THEN coalesce(n / nullif(lag(n) OVER w, 0), 0) END AS "conversionRate", CASE)sql"
        R"sql( WHEN i = 0 THEN 1.0::DOUBLE ELSE coalesce(n / nullif(first_value(n) OVER w,)sql"
        R"sql( 0), 0) END AS "cumulativeConversionRate", avg_s AS "avgSecondsToConvert",)sql"
        R"sql( min_s AS "minSecondsToConvert", max_s AS "maxSecondsToConvert", median_s AS)sql"
        R"sql( "medianSecondsToConvert", p90_s AS "p90SecondsToConvert",)sql"
        R"sql( struct_pack("Events.type" := CASE WHEN rank > 25 THEN '(other)' ELSE b0 END))sql"
        R"sql( AS "breakdownValues" FROM counts WINDOW w AS (PARTITION BY rank ORDER BY i))sql"
        R"sql( ORDER BY rank, i)sql");
}

TEST_F(PathQueryTest, TheUsersOfAStepAreAPage) {
    const char* const query =
        R"({"funnel":{"steps":[{"name":"any"},{"name":"Buy",)"
        R"("filter":{"member":"Events.event","operator":"equals","values":["Buy"]}}],)"
        R"("users":{"step":0,"state":"dropped","limit":50}},)"
        R"("timeDimensions":[{"dimension":"Events.timestamp","dateRange":["2024-01-01",)"
        R"("2024-01-31"]}]})";
    EXPECT_EQ(
        sql(query),
        R"sql(WITH users AS (SELECT "Events"."user_id" AS key, sequence_match('2',)sql"
        R"sql( "Events"."timestamp", coalesce("Events"."_log_offset", -1), CASE WHEN true)sql"
        R"sql( THEN 1::BIGINT ELSE 0 END + CASE WHEN "Events"."event" = $1 THEN 2::BIGINT)sql"
        R"sql( ELSE 0 END) AS m FROM events AS "Events" WHERE "Events"."user_id" IS NOT NULL)sql"
        R"sql( AND "Events"."timestamp" >= TIMESTAMPTZ '2024-01-01 00:00:00.000000+00' AND)sql"
        R"sql( "Events"."timestamp" < TIMESTAMPTZ '2024-02-01 00:00:00.000000+00' AND (true))sql"
        R"sql( GROUP BY 1) SELECT key AS "Events.userId", len(m.times) AS "stepsReached",)sql"
        R"sql( m.times[1] AS "firstStepAt", m.times[1] AS "lastStepAt" FROM users WHERE)sql"
        R"sql( len(m.times) = 1 ORDER BY key LIMIT 50 OFFSET 0)sql");
}

TEST_F(PathQueryTest, AFlowIsOneRowOfNodesAndLinks) {
    const char* const query =
        R"({"flow":{"startingStep":{"name":"Cart","filter":{"member":"Events.event",)"
        R"("operator":"equals","values":["Cart"]}},"stepsBefore":1,"stepsAfter":2}})";
    EXPECT_EQ(
        sql(query),
        R"sql(WITH users AS (SELECT "Events"."user_id" AS key, path_around('before=1)sql"
        R"sql( after=2', "Events"."timestamp", coalesce("Events"."_log_offset", -1),)sql"
        R"sql( coalesce(CAST("Events"."event" AS VARCHAR), "Events"."type", '(none)'),)sql"
        R"sql( "Events"."event" = $1) AS p FROM events AS "Events" WHERE "Events"."user_id")sql"
        R"sql( IS NOT NULL GROUP BY 1), paths AS MATERIALIZED (SELECT row_number() OVER ())sql"
        R"sql( AS id, p, n FROM (SELECT p, count(*) AS n FROM (SELECT key, p FROM users)sql"
        R"sql( WHERE p IS NOT NULL) GROUP BY p)), slots AS (SELECT id, n, unnest(range(-1,)sql"
        R"sql( 3)) AS layer, unnest(p) AS name FROM paths), frequent AS (SELECT layer, name)sql"
        R"sql( FROM (SELECT layer, name, row_number() OVER (PARTITION BY layer ORDER BY)sql"
        R"sql( sum(n) DESC, name) AS rank FROM slots WHERE name IS NOT NULL GROUP BY layer,)sql"
        R"sql( name) WHERE rank <= 15), named AS (SELECT s.id, s.n, s.layer, CASE WHEN)sql"
        R"sql( s.name IS NULL THEN NULL WHEN f.name IS NULL THEN '(other)' WHEN s.name IN)sql"
        R"sql( ('(other)', '(entry)', '(exit)') THEN s.name || ' (event)' ELSE s.name END AS)sql"
        R"sql( name FROM slots AS s LEFT JOIN frequent AS f ON f.layer = s.layer AND f.name)sql"
        R"sql( = s.name), present AS (SELECT id, n, layer, name FROM named WHERE name IS NOT)sql"
        R"sql( NULL), steps AS (SELECT id, n, layer, name, CASE WHEN layer < 0 THEN)sql"
        R"sql( 'before_' || -layer || '_' WHEN layer = 0 THEN 'start_' ELSE 'after_' ||)sql"
        R"sql( layer || '_' END || name AS node FROM (SELECT id, n, layer, name FROM present)sql"
        R"sql( UNION ALL SELECT id, any_value(n), max(layer) + 1, '(exit)' FROM present)sql"
        R"sql( GROUP BY id HAVING max(layer) < 2 UNION ALL SELECT id, any_value(n),)sql"
        R"sql( min(layer) - 1, '(entry)' FROM present GROUP BY id HAVING min(layer) > -1)),)sql"
        R"sql( nodes AS (SELECT node, any_value(name) AS name, layer, sum(n)::BIGINT AS)sql"
        R"sql( value FROM steps GROUP BY node, layer), links AS (SELECT a.node AS source,)sql"
        R"sql( b.node AS target, a.layer, sum(a.n)::BIGINT AS value FROM steps AS a JOIN)sql"
        R"sql( steps AS b ON b.id = a.id AND b.layer = a.layer + 1 GROUP BY ALL) SELECT)sql"
        R"sql( (SELECT coalesce(list(struct_pack(id := node, name := name, layer := layer,)sql"
        R"sql( value := value) ORDER BY layer, value DESC, node), []) FROM nodes) AS)sql"
        R"sql( "nodes", (SELECT coalesce(list(struct_pack(source := source, target :=)sql"
        R"sql( target, value := value) ORDER BY layer, value DESC, source, target), []) FROM)sql"
        R"sql( links) AS "links")sql");
}

TEST_F(PathQueryTest, ASunburstTellsNodesApartByTheirWay) {
    const char* const query =
        R"({"flow":{"startingStep":{"name":"Cart","filter":{"member":"Events.event",)"
        R"("operator":"equals","values":["Cart"]}},"stepsAfter":2,)"
        R"("outputMode":"sunburst","entityLimit":1000}})";
    EXPECT_EQ(
        sql(query),
        R"sql(WITH users AS (SELECT "Events"."user_id" AS key, path_around('before=0)sql"
        R"sql( after=2', "Events"."timestamp", coalesce("Events"."_log_offset", -1),)sql"
        R"sql( coalesce(CAST("Events"."event" AS VARCHAR), "Events"."type", '(none)'),)sql"
        R"sql( "Events"."event" = $1) AS p FROM events AS "Events" WHERE "Events"."user_id")sql"
        R"sql( IS NOT NULL GROUP BY 1), paths AS MATERIALIZED (SELECT row_number() OVER ())sql"
        R"sql( AS id, p, n FROM (SELECT p, count(*) AS n FROM (SELECT key, p FROM users)sql"
        R"sql( WHERE p IS NOT NULL ORDER BY hash(key), key LIMIT 1000) GROUP BY p)), slots)sql"
        R"sql( AS (SELECT id, n, unnest(range(0, 3)) AS layer, unnest(p) AS name FROM)sql"
        R"sql( paths), frequent AS (SELECT layer, name FROM (SELECT layer, name,)sql"
        R"sql( row_number() OVER (PARTITION BY layer ORDER BY sum(n) DESC, name) AS rank)sql"
        R"sql( FROM slots WHERE name IS NOT NULL GROUP BY layer, name) WHERE rank <= 15),)sql"
        R"sql( named AS (SELECT s.id, s.n, s.layer, CASE WHEN s.name IS NULL THEN NULL WHEN)sql"
        R"sql( f.name IS NULL THEN '(other)' WHEN s.name IN ('(other)', '(entry)', '(exit)'))sql"
        R"sql( THEN s.name || ' (event)' ELSE s.name END AS name FROM slots AS s LEFT JOIN)sql"
        R"sql( frequent AS f ON f.layer = s.layer AND f.name = s.name), steps AS (SELECT id,)sql"
        R"sql( n, layer, name, CASE WHEN layer < 0 THEN 'before_' || -layer || '_' WHEN)sql"
        R"sql( layer = 0 THEN 'start_' ELSE 'after_' || layer || '_' END || way AS node FROM)sql"
        R"sql( (SELECT *, string_agg(name, '→') OVER (PARTITION BY id ORDER BY layer) AS way)sql"
        R"sql( FROM named WHERE name IS NOT NULL)), nodes AS (SELECT node, any_value(name))sql"
        R"sql( AS name, layer, sum(n)::BIGINT AS value FROM steps GROUP BY node, layer),)sql"
        R"sql( links AS (SELECT a.node AS source, b.node AS target, a.layer,)sql"
        R"sql( sum(a.n)::BIGINT AS value FROM steps AS a JOIN steps AS b ON b.id = a.id AND)sql"
        R"sql( b.layer = a.layer + 1 GROUP BY ALL) SELECT (SELECT)sql"
        R"sql( coalesce(list(struct_pack(id := node, name := name, layer := layer, value :=)sql"
        R"sql( value) ORDER BY layer, value DESC, node), []) FROM nodes) AS "nodes", (SELECT)sql"
        R"sql( coalesce(list(struct_pack(source := source, target := target, value := value))sql"
        R"sql( ORDER BY layer, value DESC, source, target), []) FROM links) AS "links")sql");
}

TEST_F(PathQueryTest, RetentionCountsPeriodsAfterTheFirst) {
    const char* const query =
        R"({"retention":{"dateRange":{"start":"2024-01-01","end":"2024-01-31"},)"
        R"("granularity":"week","periods":4}})";
    EXPECT_EQ(
        sql(query),
        R"sql(WITH users AS (SELECT "Events"."user_id" AS key,)sql"
        R"sql( cohort_periods((epoch_us("Events"."timestamp") - 1704067200000000) //)sql"
        R"sql( 604800000000, ("Events"."timestamp" >= TIMESTAMPTZ '2024-01-01)sql"
        R"sql( 00:00:00.000000+00' AND "Events"."timestamp" < TIMESTAMPTZ '2024-02-01)sql"
        R"sql( 00:00:00.000000+00') AND (true), true) AS c FROM events AS "Events" WHERE)sql"
        R"sql( "Events"."user_id" IS NOT NULL AND "Events"."timestamp" >= TIMESTAMPTZ)sql"
        R"sql( '2024-01-01 00:00:00.000000+00' AND "Events"."timestamp" < TIMESTAMPTZ)sql"
        R"sql( '2024-03-04 00:00:00.000000+00' AND ((true) OR (true)) GROUP BY 1), grouped)sql"
        R"sql( AS (SELECT 0 AS rank, c FROM users WHERE c.cohort IS NOT NULL), groups AS)sql"
        R"sql( (SELECT 0 AS rank), members AS (SELECT rank, c.cohort AS cohort, c.periods AS)sql"
        R"sql( periods, count(*) AS n FROM grouped GROUP BY ALL), counted AS (SELECT rank,)sql"
        R"sql( p, sum(n) FILTER (WHERE cohort + p <= 104) AS size, sum(n) FILTER (WHERE)sql"
        R"sql( cohort + p <= 104 AND (periods >> p) & 1 = 1) AS kept, bool_or(cohort + p >=)sql"
        R"sql( 104) AS open FROM members CROSS JOIN range(5) AS t(p) GROUP BY ALL), cells AS)sql"
        R"sql( (SELECT g.*, t.p, coalesce(c.size, 0)::BIGINT AS size, CASE WHEN c.size IS)sql"
        R"sql( NOT NULL OR c.rank IS NULL THEN coalesce(c.kept, 0)::BIGINT END AS kept,)sql"
        R"sql( coalesce(c.open, 4 + t.p >= 104) AS open FROM groups AS g CROSS JOIN range(5))sql"
        R"sql( AS t(p) LEFT JOIN counted AS c ON c.rank = g.rank AND c.p = t.p) SELECT p AS)sql"
        R"sql( "period", size AS "cohortSize", kept AS "retainedUsers", CASE WHEN kept IS)sql"
        R"sql( NOT NULL THEN coalesce(kept / nullif(size, 0), 0) END AS "retentionRate",)sql"
        R"sql( open AS "incomplete" FROM cells ORDER BY rank, p)sql");
}

TEST_F(PathQueryTest, ATriangleHasARowForEachCohort) {
    const char* const query =
        R"({"retention":{"dateRange":{"start":"2024-01-15","end":"2024-03-31"},)"
        R"("granularity":"month","periods":2,"retentionType":"rolling",)"
        R"("cohortBy":"firstEver","byCohort":true,)"
        R"("cohortFilters":{"member":"Events.event","operator":"equals",)"
        R"("values":["Signup"]}},"timezone":"Europe/Berlin"})";
    EXPECT_EQ(
        sql(query),
        R"sql(WITH users AS (SELECT "Events"."user_id" AS key, cohort_periods(CASE WHEN)sql"
        R"sql( "Events"."timestamp" >= TIMESTAMPTZ '2023-12-31 23:00:00.000000+00' THEN)sql"
        R"sql( year(make_timestamp(epoch_us(timezone('Europe/Berlin',)sql"
        R"sql( "Events"."timestamp")))) * 12 +)sql"
        R"sql( month(make_timestamp(epoch_us(timezone('Europe/Berlin',)sql"
        R"sql( "Events"."timestamp")))) - 24289 END, ("Events"."timestamp" >= TIMESTAMPTZ)sql"
        R"sql( '2024-01-14 23:00:00.000000+00' AND "Events"."timestamp" < TIMESTAMPTZ)sql"
        R"sql( '2024-03-31 22:00:00.000000+00') AND ("Events"."event" = $1), true) AS c FROM)sql"
        R"sql( events AS "Events" WHERE "Events"."user_id" IS NOT NULL AND)sql"
        R"sql( (("Events"."event" = $1) OR (true)) GROUP BY 1 HAVING NOT)sql"
        R"sql( coalesce(bool_or(("Events"."event" = $1) AND "Events"."timestamp" <)sql"
        R"sql( TIMESTAMPTZ '2024-01-14 23:00:00.000000+00'), false)), grouped AS (SELECT 0)sql"
        R"sql( AS rank, c FROM users WHERE c.cohort IS NOT NULL), groups AS (SELECT 0 AS)sql"
        R"sql( rank), members AS (SELECT rank, c.cohort AS cohort, c.periods AS periods,)sql"
        R"sql( count(*) AS n FROM grouped GROUP BY ALL), counted AS (SELECT rank, cohort, p,)sql"
        R"sql( sum(n)::BIGINT AS size, coalesce(sum(n) FILTER (WHERE (periods >> p) <> 0),)sql"
        R"sql( 0)::BIGINT AS kept FROM members CROSS JOIN range(3) AS t(p) GROUP BY ALL),)sql"
        R"sql( cells AS (SELECT g.*, b.cohort, t.p, coalesce(c.size, 0) AS size, CASE WHEN)sql"
        R"sql( b.cohort + t.p <= 24 THEN coalesce(c.kept, 0) END AS kept, b.cohort + t.p >=)sql"
        R"sql( 24 AS open FROM groups AS g CROSS JOIN range(3) AS b(cohort) CROSS JOIN)sql"
        R"sql( range(3) AS t(p) LEFT JOIN counted AS c ON c.rank = g.rank AND c.cohort =)sql"
        R"sql( b.cohort AND c.p = t.p) SELECT strftime(make_timestamp(1704067200000000) +)sql"
        R"sql( to_months(cohort::INTEGER), '%Y-%m-%d') AS "cohort", p AS "period", size AS)sql"
        R"sql( "cohortSize", kept AS "retainedUsers", CASE WHEN kept IS NOT NULL THEN)sql"
        R"sql( coalesce(kept / nullif(size, 0), 0) END AS "retentionRate", open AS)sql"
        R"sql( "incomplete" FROM cells ORDER BY rank, cells.cohort, p)sql");
}

TEST_F(PathQueryTest, WhatAStrangerWroteIsBound) {
    const auto query =
        compile(R"({"funnel":{"steps":[{"name":"a'); DROP"},{"name":"b","filter":{"member":)"
                R"("Events.event","operator":"equals","values":["x' OR 1=1 --"]}}]}})");
    ASSERT_TRUE(query);
    EXPECT_EQ(query->compiled.sql.find("DROP"), std::string::npos);
    EXPECT_EQ(query->compiled.sql.find("1=1"), std::string::npos);
    EXPECT_EQ(query->compiled.values.size(), 3u);
}

TEST_F(PathQueryTest, BindingsAreNamesOrListsOfOneCubeAndTheStreamsOwnByDefault) {
    const std::string steps = R"("steps":[{},{}]}})";
    const auto by_default = sql(R"({"funnel":{)" + steps);
    EXPECT_EQ(sql(R"({"funnel":{"bindingKey":"Events.userId","timeDimension":"Events.timestamp",)" +
                  steps),
              by_default);
    EXPECT_EQ(sql(R"({"funnel":{"bindingKey":[{"cube":"Events","dimension":"userId"}],)" + steps),
              by_default);
    EXPECT_NE(sql(R"({"funnel":{"bindingKey":"Events.anonymousId",)" + steps), by_default);
    EXPECT_EQ(refusal(R"({"funnel":{"bindingKey":"Events.userid",)" + steps),
              "/funnel/bindingKey: `Events.userid` is not a dimension; did you mean "
              "`Events.userId`?");
    EXPECT_EQ(refusal(R"({"funnel":{"timeDimension":"Events.event",)" + steps),
              "/funnel/timeDimension: `Events.event` is not a time");
}

TEST(PathsOfPeople, AKeyOfUsersMakesTheEventsThoseOfAPerson) {
    Cube events = make_events_cube("t", default_json_fields());
    auto cubes = make_people_cubes("t", default_json_fields(), events);
    cubes.insert(cubes.begin(), std::move(events));
    const Model model(std::move(cubes));
    Warnings warnings;
    const auto compile = [&](const char* query) {
        return compile_path_query(json::parse(query), {model, 0, Dialect::kDrizzle}, warnings);
    };
    const auto funnel = compile(
        R"({"funnel":{"bindingKey":"Users.id","globalTimeWindow":"P1D","steps":[{},{"filter":{"member":"Users.plan",)"
        R"("operator":"equals","values":["pro"]}}]}})");
    ASSERT_TRUE(funnel) << problem_text(funnel.error());
    const auto& sql = funnel->compiled.sql;
    EXPECT_NE(sql.find(R"(us', "Users"."id", "Events"."timestamp")"), std::string::npos) << sql;
    EXPECT_NE(sql.find(R"(FROM t AS "Events" LEFT JOIN (SELECT DISTINCT)"), std::string::npos);
    EXPECT_NE(sql.find(R"(AS "Users" ON "Identities"."person" = "Users"."id" WHERE)"),
              std::string::npos);
    EXPECT_EQ(funnel->compiled.sql.find("Sessions"), std::string::npos);
    const auto many = compile(R"({"funnel":{"bindingKey":"Sessions.id","steps":[{},{}]}})");
    ASSERT_FALSE(many);
    EXPECT_EQ(many.error().pointer, "/funnel/bindingKey");
    const auto no_events =
        compile(R"({"funnel":{"timeDimension":"Users.firstSeen","steps":[{},{}]}})");
    EXPECT_FALSE(no_events);
}

TEST_F(PathQueryTest, WhatIsWrongIsNamedWithItsPlace) {
    const std::pair<const char*, const char*> cases[] = {
        {R"({"funnel":{"steps":[{},{}]},"flow":{}})", "/flow"},
        {R"({"funnel":[]})", "/funnel"},
        {R"({"funnel":{}})", "/funnel/steps"},
        {R"({"funnel":{"steps":[{}]}})", "/funnel/steps"},
        {R"({"funnel":{"steps":[{},5]}})", "/funnel/steps/1"},
        {R"({"funnel":{"steps":[{},{"cube":"Users"}]}})", "/funnel/steps/1/cube"},
        {R"({"funnel":{"steps":[{},{"timeToConvert":"P1M"}]}})", "/funnel/steps/1/timeToConvert"},
        {R"({"funnel":{"steps":[{},{}],"globalTimeWindow":"1 day"}})", "/funnel/globalTimeWindow"},
        {R"({"funnel":{"steps":[{},{"filter":{"member":"Events.nope","operator":"set"}}]}})",
         "/funnel/steps/1/filter/member"},
        {R"({"funnel":{"steps":[{},{"filter":[{"member":"Events.event","operator":"is","values":)"
         R"(["a"]}]}]}})",
         "/funnel/steps/1/filter/0/operator"},
        {R"({"funnel":{"steps":[{},{"filter":{"member":"Events.count","operator":"gt","values":)"
         R"([1]}}]}})",
         "/funnel/steps/1/filter"},
        {R"({"funnel":{"steps":[{},{}],"exclusions":[{}]}})", "/funnel/exclusions/0"},
        {R"({"funnel":{"steps":[{},{}],"breakdownDimensions":["Events.count"]}})",
         "/funnel/breakdownDimensions/0"},
        {R"({"funnel":{"steps":[{},{}],"users":{"step":2}}})", "/funnel/users/step"},
        {R"({"funnel":{"steps":[{},{}],"users":{"step":0,"state":"lost"}}})",
         "/funnel/users/state"},
        {R"({"funnel":{"steps":[{},{}]},"measures":["Events.count"]})", "/measures"},
        {R"({"funnel":{"steps":[{},{}]},"timezone":"Mars/One"})", "/timezone"},
        {R"({"funnel":{"steps":[{},{}]},"timeDimensions":[{"dimension":"Events.receivedAt"}]})",
         "/timeDimensions/0/dimension"},
        {R"({"flow":{}})", "/flow/startingStep"},
        {R"({"flow":{"startingStep":{},"stepsAfter":6}})", "/flow/stepsAfter"},
        {R"({"flow":{"startingStep":{},"outputMode":"pie"}})", "/flow/outputMode"},
        {R"({"flow":{"startingStep":{},"eventDimension":"Events.evnt"}})", "/flow/eventDimension"},
        {R"({"retention":{"periods":3}})", "/retention/dateRange"},
        {R"({"retention":{"dateRange":["2024-01-01","2024-01-31"]}})", "/retention/periods"},
        {R"({"retention":{"dateRange":["2024-01-01","2024-01-31"],"periods":53}})",
         "/retention/periods"},
        {R"({"retention":{"dateRange":"whenever","periods":3}})", "/retention/dateRange"},
        {R"({"retention":{"dateRange":"2024-01-01","granularity":"year","periods":3}})",
         "/retention/granularity"},
        {R"({"retention":{"dateRange":"2024-01-01","retentionType":"x","periods":3}})",
         "/retention/retentionType"},
        {R"({"retention":{"dateRange":["1900-01-01","2024-01-01"],"granularity":"day",)"
         R"("periods":3}})",
         "/retention/dateRange"},
        {R"({"retention":{"dateRange":["2020-01-01","2024-01-01"],"granularity":"day",)"
         R"("byCohort":true,"periods":52}})",
         "/retention"},
    };
    for (const auto& [query, pointer] : cases) {
        EXPECT_EQ(refusal(query).substr(0, refusal(query).find(':')), pointer)
            << query << " -> " << refusal(query);
    }
}

TEST_F(PathQueryTest, WhatHasNoEffectIsWarnedOf) {
    const std::pair<const char*, const char*> cases[] = {
        {R"({"funnel":{"steps":[{"timeToConvert":"P1D"},{}]}})", "/funnel/steps/0/timeToConvert"},
        {R"({"funnel":{"steps":[{},{"windw":"P1D"}]}})", "/funnel/steps/1/windw"},
        {R"({"funnel":{"steps":[{},{}],"foo":1}})", "/funnel/foo"},
        {R"({"funnel":{"steps":[{},{}]},"foo":1})", "/foo"},
        {R"({"flow":{"startingStep":{},"stepsBefore":1,"outputMode":"sunburst"}})",
         "/flow/stepsBefore"},
        {R"({"flow":{"startingStep":{},"includeExits":true,"outputMode":"sunburst"}})",
         "/flow/includeExits"},
        {R"({"funnel":{"steps":[{},{}],"breakdownLimit":5}})", "/funnel/breakdownLimit"},
        {R"({"funnel":{"steps":[{},{}],"includeTimeMetrics":true,"users":{"step":0}}})",
         "/funnel/includeTimeMetrics"},
    };
    for (const auto& [query, pointer] : cases) {
        ASSERT_TRUE(compile(query)) << query;
        ASSERT_EQ(warnings_.size(), 1u) << query;
        EXPECT_EQ(warnings_.front().pointer, pointer);
    }
}

TEST_F(PathQueryTest, RepliesSayWhatWasAsked) {
    const char* const text =
        R"({"funnel":{"steps":[{"name":"A"},{"name":"B","timeToConvert":"PT1H"}]}})";
    const auto asked = json::parse(text);
    const auto query = compile(text);
    ASSERT_TRUE(query);
    EXPECT_EQ(json::serialize(path_annotation(*query, asked).at("funnel").at("steps")),
              R"([{"name":"A","index":0},{"name":"B","index":1,"timeToConvert":"PT3600S"}])");
    const auto plan = path_dry_run_reply(*query, asked, warnings_);
    EXPECT_EQ(plan.at("queryType"), "funnelQuery");
    EXPECT_EQ(plan.at("joinType"), "funnel_cte");
    EXPECT_EQ(plan.at("modeMetadata").at("stepCount"), 2);
    EXPECT_EQ(plan.at("modeMetadata").at("bindingKey"), "Events.userId");
    EXPECT_EQ(plan.at("sql").at("params").as_array().size(), 2u);
}

TEST(IsPathQuery, OnlyAModeThatIsThereCounts) {
    EXPECT_TRUE(is_path_query(json::parse(R"({"flow":{}})")));
    EXPECT_FALSE(is_path_query(json::parse(R"({"flow":null,"measures":[]})")));
    EXPECT_FALSE(is_path_query(json::parse("[]")));
}

}  // namespace
}  // namespace icelight::semantic
