#include "query/gate/gate.h"

#include <gmock/gmock.h>

#include "base/testing/matchers.h"
#include "engine/database.h"
#include "engine/session.h"
#include "query/service.h"

namespace icelight::query {
namespace {

using icelight::testing::IsOk;
using ::testing::StartsWith;

engine::Session& session() {
    static engine::Session* const one = [] {
        auto database = engine::Database::open({});
        return new engine::Session(std::move(*database->connect()));
    }();
    return *one;
}

std::string tables_of(std::string_view sql) {
    const auto statement = check_statement(session(), sql);
    if (!statement) return statement.error().message;
    std::string out;
    for (const auto& table : statement->tables) {
        if (!out.empty()) out += ' ';
        out += table.space.empty() ? table.name : table.space + "." + table.name;
    }
    return out;
}

const char* const kAllowed[] = {
    "SELECT 1",
    "select 1;",
    "  -- a comment\n /* another */ SELECT 1 -- end",
    "SELECT * FROM events",
    "SELECT * FROM EVENTS LIMIT 3",
    "FROM events",
    "TABLE events",
    "VALUES (1, 'a'), (2, 'b')",
    "SELECT count(*) FROM analytics.events",
    "SELECT count(*) FROM icelight.analytics.events",
    "SELECT count(*) FROM r2_datalake.analytics.events e",
    "SELECT count(*) FROM \"analytics\".\"events__rejected\"",
    "SELECT event, count(*) n FROM events GROUP BY ALL ORDER BY n DESC LIMIT 10 OFFSET 2",
    "SELECT DISTINCT ON (user_id) user_id, event FROM events ORDER BY user_id, timestamp",
    "SELECT * EXCLUDE (context) REPLACE (upper(event) AS event) FROM events",
    "SELECT COLUMNS('user.*') FROM events",
    "SELECT COLUMNS(c -> c LIKE 'u%') FROM events",
    ("SELECT json_extract_string(properties, '$.sku'), properties ->> 'sku', properties -> '$.a' "
     "FROM events"),
    "SELECT date_trunc('hour', timestamp AT TIME ZONE 'America/New_York') FROM events",
    "SELECT timestamp::date, CAST(_log_offset AS DECIMAL(18,3)), TRY_CAST('x' AS INT) FROM events",
    ("SELECT user_id, sequence_match('2 total=7d', timestamp, _log_offset, CASE event WHEN 'a' "
     "THEN "
     "1 "
     "WHEN 'b' THEN 2 END) FILTER (WHERE event IN ('a', 'b')) FROM events GROUP BY user_id"),
    ("SELECT path_around('before=1 after=1', timestamp, _log_offset, event, event = 'a') FROM "
     "events"),
    "SELECT * FROM events WHERE timestamp >= now() - INTERVAL 1 DAY AND event IN ('a','b')",
    "SELECT * FROM events WHERE event LIKE 'a%' AND name NOT ILIKE '%b' AND name SIMILAR TO 'x.*'",
    "SELECT * FROM events WHERE user_id BETWEEN 'a' AND 'b' OR user_id IS NULL",
    ("SELECT CASE WHEN event = 'x' THEN 1 ELSE 0 END, coalesce(name, event), nullif(name, '') FROM "
     "events"),
    "SELECT row_number() OVER (PARTITION BY user_id ORDER BY timestamp) FROM events",
    ("SELECT sum(x) OVER w, lag(x, 1) OVER w FROM range(10) t(x) WINDOW w AS (ORDER BY x ROWS 2 "
     "PRECEDING)"),
    "SELECT event FROM events QUALIFY row_number() OVER (PARTITION BY event) = 1",
    "SELECT count(*) FILTER (WHERE event = 'a'), string_agg(event, ',' ORDER BY event) FROM events",
    "SELECT quantile_cont(_log_offset, [0.5, 0.9]), approx_count_distinct(user_id) FROM events",
    "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY _log_offset) FROM events",
    "SELECT event, count(*) FROM events GROUP BY ROLLUP (event)",
    "SELECT event, type, GROUPING(event) FROM events GROUP BY GROUPING SETS ((event), (type), ())",
    "SELECT event, count(*) FROM events GROUP BY CUBE (event, type) HAVING count(*) > 1",
    "WITH a AS (SELECT 1 x) SELECT * FROM a",
    "WITH a AS (SELECT 1 x), b AS (SELECT * FROM a) SELECT * FROM b JOIN a USING (x)",
    "WITH a AS MATERIALIZED (SELECT 1) SELECT * FROM A",
    "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT * FROM r",
    "SELECT * FROM (WITH x AS (SELECT 1) SELECT * FROM x) a",
    "SELECT (WITH x AS (SELECT 1 AS one) SELECT one FROM x)",
    "WITH a AS (SELECT 1) SELECT * FROM (SELECT * FROM (SELECT * FROM a))",
    "WITH a AS (SELECT 1) SELECT 1 UNION SELECT * FROM a ORDER BY (SELECT 1 FROM a)",
    "SELECT * FROM range(10)",
    "SELECT * FROM generate_series(1, 10, 2) t(x)",
    ("SELECT * FROM generate_series(TIMESTAMP '2024-01-01', TIMESTAMP '2024-01-02', INTERVAL 1 "
     "HOUR)"),
    "SELECT * FROM unnest([1, 2, 3])",
    "SELECT unnest([1, 2, 3])",
    "SELECT * FROM events, LATERAL (SELECT unnest([1]) u)",
    "SELECT key, value FROM events, json_each(properties)",
    "SELECT list_transform([1, 2], lambda x: x + 1), [x * 2 for x in [1, 2] if x > 1]",
    "SELECT list_filter([1, 2], x -> x > 1), list_reduce([1, 2], (a, b) -> a + b)",
    "SELECT {'a': 1, 'b': [1, 2]}, MAP {'k': 1}, [1, 2][1], (struct_pack(a := 1)).a",
    "SELECT 1 + 2 * 3 / 4 - 5 % 6, 2 ** 3, 7 // 2, -1, ~1, 1 << 2, 'a' || 'b', NOT true, 5!",
    "SELECT * FROM events a JOIN events b USING (user_id)",
    "SELECT * FROM events a LEFT JOIN events b ON a.user_id = b.user_id",
    ("SELECT * FROM events a ASOF JOIN events b ON a.user_id = b.user_id AND a.timestamp >= "
     "b.timestamp"),
    "SELECT * FROM events SEMI JOIN events_b USING (user_id)",
    "SELECT * FROM events CROSS JOIN range(3)",
    "SELECT * FROM events POSITIONAL JOIN range(3)",
    "SELECT 1 UNION ALL SELECT 2 EXCEPT SELECT 3 INTERSECT SELECT 4",
    "SELECT 1 a UNION ALL BY NAME SELECT 2 b",
    "SELECT EXISTS (SELECT 1 FROM events), (SELECT max(_log_offset) FROM events)",
    "SELECT * FROM events WHERE user_id = ANY (SELECT user_id FROM events)",
    "SELECT * FROM events TABLESAMPLE 10 ROWS",
    "SELECT * FROM events USING SAMPLE 10%",
    "UNPIVOT (SELECT 1 a, 2 b) ON a, b INTO NAME n VALUE v",
    ("SELECT regexp_matches(event, 'a.*'), regexp_replace(event, 'a', 'b', 'g'), md5(event) FROM "
     "events"),
    ("SELECT strftime(timestamp, '%Y'), epoch_ms(timestamp), extract('hour' FROM timestamp) FROM "
     "events"),
    ("SELECT position('a' IN event), substring(event FROM 1 FOR 2), trim(BOTH 'x' FROM event) FROM "
     "events"),
    "SELECT 'a' COLLATE nocase = 'A'",
    "SELECT decode(raw), octet_length(raw), to_base64(raw) FROM events__rejected",
    "SELECT histogram(event), mode(event), arg_max(event, timestamp), any_value(event) FROM events",
    "SELECT TRY(1 / 0), greatest(1, 2), least(1, 2), if(true, 1, 2), ifnull(NULL, 1)",
    "SELECT current_date, current_timestamp, localtime, today(), uuid(), random()",
    "SELECT $$dollar$$ || 'quoted'",
    "SHOW TABLES",
    "show tables;",
    "SHOW",
    "DESCRIBE events",
    "DESCRIBE analytics.events",
    "DESC events",
    "DESCRIBE SELECT 1",
    "SELECT * FROM (DESCRIBE events)",
    "SUMMARIZE events",
    "SUMMARIZE SELECT * FROM events",
    "SELECT count(*) FROM events WHERE event = $1 AND name IN ($2, $3)",
    "EXPLAIN SELECT * FROM events",
    "EXPLAIN (FORMAT json) SELECT * FROM events",
    "EXPLAIN (ANALYZE, FORMAT json) SELECT * FROM events",
    "explain analyze SELECT 1",
    "EXPLAIN /* x */ FROM events",
    "SELECT 1 AS \"a \"\" quoted; name\"",
    "SELECT 'it''s; DROP TABLE events; --'",
};

const char* const kRefused[] = {
    "SELECT sequence_match('2', timestamp, _log_offset, 1) OVER (PARTITION BY user_id) FROM events",
    "SELECT sequence_depth('2', timestamp, 0, 1 ORDER BY event) FROM events",
    "SELECT PATH_AROUND('', timestamp, 0, event, true ORDER BY event DESC) FROM events",
    "SELECT cohort_periods(1, true, true) OVER w FROM events WINDOW w AS ()",
    "",
    "   ",
    "-- only a comment",
    ";",
    "SELECT",
    "SELEC 1",
    "SELECT 1; SELECT 2",
    "SELECT 1; DROP TABLE events",
    "SELECT 1;; SELECT 2",
    "/* */ SELECT 1; /* */ COPY (SELECT 1) TO '/tmp/x'",
    // other statements
    "CREATE TABLE t (i INT)",
    "CREATE OR REPLACE VIEW analytics.events AS SELECT 1",
    "CREATE MACRO f(x) AS x",
    "CREATE TEMP TABLE t AS SELECT 1",
    "CREATE SECRET s (TYPE s3)",
    "CREATE SEQUENCE q",
    "DROP VIEW analytics.events",
    "ALTER TABLE events ADD COLUMN x INT",
    "INSERT INTO events VALUES (1)",
    "UPDATE events SET event = 'x'",
    "DELETE FROM events",
    "TRUNCATE events",
    "MERGE INTO events USING (SELECT 1 x) s ON true WHEN MATCHED THEN DELETE",
    "WITH x AS (DELETE FROM events RETURNING *) SELECT * FROM x",
    "COPY events TO '/tmp/out.csv'",
    "COPY (SELECT 1) TO '/tmp/out.parquet'",
    "COPY events FROM '/etc/passwd'",
    "EXPORT DATABASE '/tmp/x'",
    "IMPORT DATABASE '/tmp/x'",
    "ATTACH '/tmp/x.db'",
    "ATTACH ':memory:' AS m",
    "DETACH icelight",
    "USE r2_datalake",
    "PRAGMA database_list",
    "PRAGMA enable_profiling",
    "SET memory_limit = '100GB'",
    "SET VARIABLE x = 1",
    "RESET threads",
    "INSTALL httpfs",
    "LOAD httpfs",
    "FORCE INSTALL httpfs",
    "UPDATE EXTENSIONS",
    "CALL pragma_version()",
    "CALL enable_logging(storage='file')",
    "PREPARE p AS SELECT 1",
    "EXECUTE p",
    "DEALLOCATE p",
    "BEGIN",
    "COMMIT",
    "CHECKPOINT",
    "VACUUM",
    "ANALYZE",
    "COMMENT ON TABLE events IS 'x'",
    "EXPLAIN COPY (SELECT 1) TO '/tmp/x'",
    "EXPLAIN ANALYZE DELETE FROM events",
    "EXPLAIN SHOW TABLES",
    "EXPLAIN (FORMAT json) DELETE FROM events",
    "EXPLAIN (FORMAT html) SELECT 1",
    "EXPLAIN EXPLAIN SELECT 1",
    "PIVOT events ON event USING count(*)",
    "FROM (PIVOT events ON event USING count(*))",
    "SHOW DATABASES",
    "SELECT 1 INTO t",
    "SELECT $name",
    // files and catalogs by table functions
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM READ_TEXT('/etc/passwd')",
    "SELECT * FROM \"read_text\"('/etc/passwd')",
    "SELECT * FROM main.read_text('/etc/passwd')",
    "SELECT * FROM system.main.read_text('/etc/passwd')",
    "SELECT * FROM read_blob('/proc/self/environ')",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_csv_auto('/etc/passwd')",
    "SELECT * FROM read_json('/x')",
    "SELECT * FROM read_json_objects('/x')",
    "SELECT * FROM read_ndjson('/x')",
    "SELECT * FROM read_parquet('/x.parquet')",
    "SELECT * FROM parquet_scan('/x.parquet')",
    "SELECT * FROM parquet_metadata('/x.parquet')",
    "SELECT * FROM parquet_schema('/x.parquet')",
    "SELECT * FROM parquet_kv_metadata('/x.parquet')",
    "SELECT * FROM parquet_bloom_probe('/x.parquet', 'a', 1)",
    "SELECT * FROM read_duckdb('/x.db', table_name='t')",
    "SELECT * FROM sniff_csv('/etc/passwd')",
    "SELECT * FROM glob('/*')",
    "SELECT * FROM iceberg_scan('/x')",
    "SELECT * FROM iceberg_metadata('/x')",
    "SELECT * FROM iceberg_snapshots('/x')",
    "SELECT * FROM iceberg_column_stats('/x')",
    "SELECT * FROM iceberg_partition_stats('/x')",
    "SELECT * FROM iceberg_table_properties('a.b')",
    "SELECT * FROM iceberg_to_ducklake('a', 'b')",
    "SELECT * FROM set_iceberg_table_properties('a.b', {'c': 'd'})",
    "SELECT * FROM read_avro('/x')",
    "SELECT iceberg_bucket(1, 4)",
    "SELECT iceberg_truncate(1, 4)",
    "SELECT iceberg_verify_equality_deletes(1)",
    "SELECT * FROM duckdb_settings()",
    "SELECT * FROM duckdb_tables()",
    "SELECT * FROM duckdb_views()",
    "SELECT * FROM duckdb_secrets()",
    "SELECT * FROM duckdb_functions()",
    "SELECT * FROM duckdb_temporary_files()",
    "SELECT * FROM pragma_database_size()",
    "SELECT * FROM pragma_table_info('events')",
    "SELECT * FROM pg_timezone_names()",
    "SELECT * FROM query('SELECT 1')",
    "SELECT * FROM query_table('events')",
    "SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))",
    "SELECT * FROM histogram('events', event)",
    "SELECT * FROM which_secret('s3://x', 's3')",
    "SELECT * FROM seq_scan('events')",
    "SELECT * FROM test_all_types()",
    "SELECT * FROM checkpoint()",
    "SELECT (SELECT content FROM read_text('/etc/passwd'))",
    "SELECT 1 WHERE EXISTS (FROM read_text('/etc/passwd'))",
    "SELECT 1 ORDER BY (SELECT content FROM read_text('/etc/passwd'))",
    "SELECT 1 LIMIT (SELECT length(content) FROM read_text('/etc/passwd'))",
    "SELECT list_transform(['/etc/passwd'], lambda x: (SELECT max(content) FROM read_text(x)))",
    "SELECT * FROM (SELECT '/etc/passwd' p) t, LATERAL (SELECT * FROM read_text(t.p))",
    "WITH a AS (SELECT * FROM read_text('/etc/passwd')) SELECT 1",
    "WITH RECURSIVE r AS (SELECT 1 UNION ALL SELECT 1 FROM glob('/*')) SELECT * FROM r",
    "SELECT sum(1) OVER (ORDER BY (SELECT content FROM read_text('/x'))) FROM events",
    "SELECT count(*) FILTER (WHERE EXISTS (FROM read_text('/x'))) FROM events",
    "SELECT * FROM unnest((SELECT list(content) FROM read_text('/x')))",
    "SELECT 1 UNION ALL SELECT content FROM read_text('/x')",
    "VALUES ((SELECT content FROM read_text('/x')))",
    "SELECT * FROM events TABLESAMPLE (getvariable('x')) ROWS",
    "UNPIVOT (FROM read_csv('/x')) ON a INTO NAME n VALUE v",
    "DESCRIBE SELECT * FROM read_text('/etc/passwd')",
    "SUMMARIZE SELECT * FROM read_text('/etc/passwd')",
    "EXPLAIN SELECT * FROM read_text('/etc/passwd')",
    // scalar functions
    "SELECT getenv('HOME')",
    "SELECT GETENV('HOME')",
    "SELECT current_setting('temp_directory')",
    "SELECT getvariable('x')",
    "SELECT nextval('q')",
    "SELECT currval('q')",
    "SELECT write_log('x')",
    "SELECT sleep_ms(1000)",
    "SELECT pg_sleep(10)",
    "SELECT setseed(0.5)",
    "SELECT json_serialize_plan('SELECT 1')",
    "SELECT json_serialize_sql('SELECT 1')",
    "SELECT json_deserialize_sql('{}')",
    "SELECT current_query()",
    "SELECT txid_current()",
    "SELECT in_search_path('a', 'b')",
    "SELECT pg_catalog.version()",
    "SELECT icelight.main.upper('a')",
    "SELECT 1 OPERATOR(pg_catalog.+) 2",
    "SELECT no_such_function(1)",
    // names
    "SELECT * FROM memory.main.tail_events",
    "SELECT * FROM icelight_tail_events()",
    "SELECT * FROM system.main.icelight_tail_rejected()",
    "SELECT * FROM system.main.duckdb_tables",
    "SELECT * FROM temp.main.x",
    "SELECT * FROM other.analytics.events",
    "SELECT * FROM events AT (VERSION => 3)",
    "WITH \"/etc/passwd.csv\" AS (SELECT 1) SELECT * FROM \"/etc/passwd.csv\"",
    "WITH \"x.csv\" AS (SELECT 1) SELECT 1",
};

TEST(Gate, LetsHonestStatementsPass) {
    for (const char* sql : kAllowed)
        EXPECT_THAT(check_statement(session(), sql), IsOk()) << sql;
}

TEST(Gate, RefusesEverythingElseWithOneBeginning) {
    for (const char* sql : kRefused) {
        const auto statement = check_statement(session(), sql);
        ASSERT_FALSE(statement) << sql;
        EXPECT_EQ(statement.error().code, ErrorCode::kInvalidArgument) << sql;
        EXPECT_THAT(statement.error().message, StartsWith("SQL validation failed: ")) << sql;
    }
}

// A statement may name tables of the catalog only. What the engine would take for a file, a view of
// its own or another database's table comes out as a name, which the catalog does not know.
TEST(Gate, NamesThatAreNotWithQueriesAreTables) {
    EXPECT_EQ(tables_of("SELECT * FROM events"), "events");
    EXPECT_EQ(tables_of("SELECT * FROM Analytics.Events, analytics.events__rejected"),
              "Analytics.Events analytics.events__rejected");
    EXPECT_EQ(tables_of("SELECT * FROM icelight.a.b JOIN r2_datalake.c.d ON true"), "a.b c.d");
    EXPECT_EQ(tables_of("SELECT * FROM 'file.parquet'"), "file.parquet");
    EXPECT_EQ(tables_of("SELECT * FROM \"/etc/passwd\""), "/etc/passwd");
    EXPECT_EQ(tables_of("SELECT * FROM 's3://bucket/x.parquet'"), "s3://bucket/x.parquet");
    EXPECT_EQ(tables_of("SELECT * FROM duckdb_tables"), "duckdb_tables");
    EXPECT_EQ(tables_of("SELECT * FROM information_schema.tables"), "information_schema.tables");
    EXPECT_EQ(tables_of("SELECT * FROM sqlite_master"), "sqlite_master");
    EXPECT_EQ(tables_of("SELECT * FROM memory.tail_events"), "memory.tail_events");
    EXPECT_EQ(tables_of("DESCRIBE '/etc/passwd.csv'"), "/etc/passwd.csv");
    EXPECT_EQ(tables_of("SUMMARIZE 'x.parquet'"), "x.parquet");
    EXPECT_EQ(tables_of("FROM events e SEMI JOIN t USING (x)"), "events t");
    EXPECT_EQ(tables_of("UNPIVOT 'x.csv' ON b INTO NAME n VALUE v"), "x.csv");
}

TEST(Gate, WithQueriesAreKnownOnlyInTheirScope) {
    EXPECT_EQ(tables_of("WITH a AS (SELECT 1) SELECT * FROM a"), "");
    EXPECT_EQ(tables_of("WITH a AS (SELECT 1) SELECT * FROM \"A\""), "");
    // The inner name does not reach out of its parentheses.
    EXPECT_EQ(tables_of("SELECT * FROM (WITH duckdb_tables AS (SELECT 1 x) SELECT * FROM "
                        "duckdb_tables) a, duckdb_tables b"),
              "duckdb_tables");
    EXPECT_EQ(tables_of("SELECT (WITH x AS (SELECT 1 o) SELECT o FROM x), (SELECT 1 FROM x)"), "x");
    EXPECT_EQ(tables_of("(WITH x AS (SELECT 1) SELECT * FROM x) UNION ALL SELECT * FROM x"), "x");
    // Not before its declaration, not in itself.
    EXPECT_EQ(tables_of("WITH a AS (SELECT * FROM b), b AS (SELECT 1) SELECT * FROM a"), "b");
    EXPECT_EQ(tables_of("WITH a AS (SELECT * FROM a) SELECT * FROM a"), "a");
    // A recursive one only in its second half.
    EXPECT_EQ(tables_of("WITH RECURSIVE r AS (SELECT 1 n FROM r UNION ALL SELECT n FROM r) "
                        "SELECT * FROM r"),
              "r");
    // A qualified name is never a WITH query.
    EXPECT_EQ(tables_of("WITH tables AS (SELECT 1) SELECT * FROM information_schema.tables"),
              "information_schema.tables");
    EXPECT_EQ(tables_of("WITH events AS (SELECT 1) SELECT * FROM analytics.events"),
              "analytics.events");
    // Declared in a subquery of another WITH query.
    EXPECT_EQ(tables_of("WITH a AS (WITH b AS (SELECT 1) SELECT * FROM b) SELECT * FROM a, b"),
              "b");
}

TEST(Gate, ShowTablesIsAKindOfItsOwn) {
    EXPECT_EQ(check_statement(session(), "SHOW TABLES")->kind, StatementKind::kShowTables);
    EXPECT_EQ(check_statement(session(), "DESCRIBE events")->kind, StatementKind::kRows);
    EXPECT_EQ(tables_of("DESCRIBE analytics.events"), "analytics.events");
    EXPECT_EQ(tables_of("EXPLAIN FROM events"), "events");
}

TEST(Gate, WhatIsRefusedIsSaidWithItsPlace) {
    for (const auto& [sql, place] : std::initializer_list<std::pair<const char*, const char*>>{
             {"SELECT nope(1)", "nope is not allowed (at character 8)"},
             {"SELECT 'é', getenv('x')", "getenv is not allowed (at character 13)"},
             {"SELECT 1\nFROM read_csv('x')", "read_csv is not allowed (at character 15)"},
             {"EXPLAIN SELECT nope(1)", "nope is not allowed (at character 16)"},
             {"SELECT * FROM x.y.z", "/iceberg (at character 15)"},
             {"SELECT 'éé' FORM x y", "near \"x\" (at character 18)"}}) {
        EXPECT_THAT(tables_of(sql), ::testing::EndsWith(place));
    }
}

TEST(Gate, TablesHaveThePlaceWhereTheyAreNamedFirst) {
    const auto statement =
        check_statement(session(), "WITH a AS (FROM b) SELECT 'é' FROM a, \"c\", b, a.c");
    ASSERT_THAT(statement, IsOk());
    EXPECT_THAT(statement->places, ::testing::ElementsAre(16, 39, 47));
    EXPECT_EQ(place_text("SELECT 1", 8), "");
    EXPECT_EQ(place_text("SELECT 1", kNoPlace), "");
}

TEST(Gate, SizesAreBounded) {
    const auto repeat = [](const std::string& text, std::size_t count) {
        std::string out;
        for (std::size_t i = 0; i < count; ++i)
            out += text;
        return out;
    };
    const std::string sixteen = "SELECT '" + repeat("x", kSqlBytesMax) + "'";
    EXPECT_THAT(tables_of(sixteen), ::testing::HasSubstr("longer than 256 KiB"));
    EXPECT_THAT(tables_of("SELECT 1" + repeat(" UNION ALL SELECT 1", 1'200)),
                StartsWith(kRefusalPrefix));
    EXPECT_THAT(tables_of("SELECT 1 FROM events" + repeat(", events", 300)),
                StartsWith(kRefusalPrefix));
    EXPECT_THAT(tables_of("SELECT [" + repeat("1,", 110'000) + "1]"), StartsWith(kRefusalPrefix));
    EXPECT_THAT(tables_of("SELECT " + repeat("(", 5'000) + "1" + repeat(")", 5'000)),
                ::testing::AnyOf("", StartsWith(kRefusalPrefix)));
    EXPECT_THAT(tables_of("SELECT " + repeat("NOT ", 50'000) + "true"), StartsWith(kRefusalPrefix));
    EXPECT_THAT(tables_of("SELECT 1" + repeat("+1", 20'000)), StartsWith(kRefusalPrefix));
    EXPECT_THAT(tables_of("SELECT " + repeat("[", 2'000) + "1" + repeat("]", 2'000)),
                StartsWith(kRefusalPrefix));
    EXPECT_THAT(tables_of("SELECT * FROM " + repeat("n", 600)), StartsWith(kRefusalPrefix));
    EXPECT_EQ(tables_of("SELECT * FROM events WHERE user_id IN (" + repeat("'u',", 5'000) + "'u')"),
              "events");
}

TEST(Gate, BytesThatAreNoTextAreRefused) {
    using namespace std::string_view_literals;
    EXPECT_THAT(tables_of("SELECT '\xff\xfe'"), StartsWith(kRefusalPrefix));
    EXPECT_THAT(tables_of("SELECT 1\0; DROP TABLE x"sv), StartsWith(kRefusalPrefix));
}

TEST(Gate, TellsWhichFiltersTheEngineWouldMisread) {
    const auto misleads = [](const std::string& condition) {
        const auto statement =
            check_statement(session(), "SELECT 1 FROM events WHERE " + condition);
        EXPECT_THAT(statement, IsOk()) << condition;
        return statement && statement->misleads_pruning;
    };
    EXPECT_TRUE(misleads("event IS DISTINCT FROM 'a' OR event = 'b'"));
    EXPECT_TRUE(misleads("event = 'b' OR (type = 'x' AND $1 IS DISTINCT FROM event)"));
    EXPECT_TRUE(misleads("NOT (event IS NOT DISTINCT FROM 'a' AND event <> 'b')"));
    EXPECT_TRUE(
        misleads("type IN (SELECT type FROM events WHERE event IS DISTINCT FROM 'a' OR "
                 "event IS DISTINCT FROM 'b')"));
    EXPECT_FALSE(misleads("event IS DISTINCT FROM 'a' AND (type = 'x' OR type = 'y')"));
    EXPECT_FALSE(misleads("event IS DISTINCT FROM user_id OR type = 'x'"));
    EXPECT_FALSE(misleads("event <> 'a' OR event IS NULL"));
    const auto foreign = check_statement(
        session(), "SELECT 1 FROM crm.a.b WHERE c IS DISTINCT FROM 1 OR c = 2", {"crm"});
    EXPECT_THAT(foreign,
                icelight::testing::HasMessage("not read rightly in tables of other catalogs"));
}

TEST(Gate, TablesOfExternalCatalogsAreNamedByThreeParts) {
    const std::vector<std::string> catalogs = {"crm", "erp"};
    const auto check = [&](std::string_view sql) {
        return check_statement(session(), sql, catalogs);
    };
    const auto both = check(
        "SELECT * FROM CRM.sales.orders o JOIN \"erp\".a.b ON true JOIN crm.x.y ON true, events");
    ASSERT_THAT(both, IsOk());
    EXPECT_THAT(both->externals, ::testing::ElementsAre("crm", "erp"));
    EXPECT_THAT(both->tables, ::testing::ElementsAre(TableName{"", "events"}));
    EXPECT_THAT(both->external_tables,
                ::testing::ElementsAre(ExternalTable{"crm", "sales", "orders"},
                                       ExternalTable{"erp", "a", "b"},
                                       ExternalTable{"crm", "x", "y"}));
    EXPECT_FALSE(both->is_repeatable);
    for (const auto* const sql : {"SELECT (SELECT count(*) FROM crm.a.b)",
                                  "WITH c AS (FROM crm.a.b) FROM c",
                                  "DESCRIBE crm.a.b",
                                  "SUMMARIZE crm.a.b",
                                  "EXPLAIN SELECT * FROM crm.a.b",
                                  "SELECT crm.a.b.x FROM crm.a.b WHERE x > 1"}) {
        const auto one = check(sql);
        ASSERT_THAT(one, IsOk()) << sql;
        EXPECT_THAT(one->externals, ::testing::ElementsAre("crm")) << sql;
    }
    // Two parts are a namespace and a table of ours, whatever they are called.
    const auto ours = check("SELECT * FROM crm.orders");
    ASSERT_THAT(ours, IsOk());
    EXPECT_TRUE(ours->externals.empty());
    EXPECT_THAT(ours->tables, ::testing::ElementsAre(TableName{"crm", "orders"}));
    EXPECT_TRUE(check("SELECT * FROM icelight.crm.orders")->externals.empty());
}

TEST(Gate, OtherCatalogsAndDeepNamespacesAreRefusedWithWhatThereIs) {
    const std::vector<std::string> catalogs = {"crm", "erp"};
    const auto said = [&](std::string_view sql) {
        const auto checked = check_statement(session(), sql, catalogs);
        return checked ? "none" : checked.error().message;
    };
    EXPECT_EQ(said("SELECT * FROM cmr.a.b"),
              "SQL validation failed: there is no catalog \"cmr\"; there are icelight and, of "
              "others, crm, erp (at character 15)");
    for (const auto* const name : {"memory", "system", "temp"}) {
        EXPECT_THAT(said(std::string("SELECT * FROM ") + name + ".main.x"),
                    ::testing::HasSubstr("there is no catalog"));
    }
    EXPECT_EQ(said("SELECT * FROM crm.\"a.b\".c"),
              "SQL validation failed: of catalog crm only namespaces of one level are read, not "
              "\"a.b\" (at character 15)");
    EXPECT_EQ(said("SELECT * FROM crm.a.b.c"),
              "SQL validation failed: a table's name has three parts at most, "
              "catalog.namespace.table; levels of a namespace are one quoted part: \"a.b\"");
    EXPECT_THAT(said("SELECT * FROM crm.a.b AT (VERSION => 1)"), ::testing::HasSubstr("AT is not"));
    EXPECT_THAT(said("SELECT crm.a.f(1)"), StartsWith("SQL validation failed"));
    EXPECT_THAT(said("SELECT * FROM crm.a.f(1)"), StartsWith("SQL validation failed"));
}

}  // namespace
}  // namespace icelight::query
