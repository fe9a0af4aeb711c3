"""SQL and tables over HTTP in the original's envelope: formats, types, names, the gate, freshness."""

import gzip
import io
import json
import socket
import threading
import time
import unittest

import pyarrow
import pyarrow.ipc
import pyarrow.parquet

from harness import events, table
from harness.case import ServerCase
from harness.client import raw_exchange
from harness.server import cpu_ticks_of, wait_until


class SqlCase(ServerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sent = events.mixed(200, 3, "sql")
        cls.server.send(cls.sent)

    def query(self, sql, path="/query", **members):
        return self.server.request("POST", path, json.dumps({"sql": sql, **members}))


class EnvelopeTest(SqlCase):
    def test_rows_columns_and_counts_are_in_the_envelope(self):
        body = self.query("SELECT type, count(*) AS n FROM events GROUP BY type ORDER BY type").json()
        self.assertIs(body["success"], True)
        self.assertEqual([column["name"] for column in body["meta"]["columns"]], ["type", "n"])
        self.assertEqual([column["type"] for column in body["meta"]["columns"]], ["VARCHAR", "BIGINT"])
        self.assertEqual(body["meta"]["rowCount"], len(body["data"]))
        self.assertEqual(sum(row["n"] for row in body["data"]), len(self.sent))
        self.assertIn("executionTime", body["meta"])

    def test_an_empty_result_has_its_columns_and_types(self):
        body = self.query("SELECT user_id, timestamp FROM events WHERE false").json()
        self.assertEqual(body["data"], [])
        self.assertEqual([column["type"] for column in body["meta"]["columns"]], ["VARCHAR", "TIMESTAMP WITH TIME ZONE"])

    def test_both_paths_and_both_members_work(self):
        for path in ("/query", "/duckdb"):
            for member in ("sql", "query"):
                reply = self.server.request("POST", path, json.dumps({member: "SELECT 1 AS one"}))
                self.assertEqual(reply.json()["data"], [{"one": 1}], (path, member))

    def test_csv_quotes_and_leaves_null_empty(self):
        reply = self.query("SELECT 'a,\"b\"' AS x, NULL AS y, 1.5 AS z", format="csv")
        self.assertTrue(reply.headers["content-type"].startswith("text/csv"))
        self.assertEqual(reply.text().splitlines(), ["x,y,z", '"a,""b""",,1.5'])

    def test_an_error_is_json_whatever_the_format(self):
        for members in ({}, {"format": "csv"}):
            reply = self.query("SELECT nothing_of_that_name FROM events", **members)
            self.assertEqual((reply.status, reply.json()["success"]), (400, False))
            self.assertIn("nothing_of_that_name", reply.json()["error"])

    def test_integers_are_numbers_while_they_are_exact(self):
        row = self.query("SELECT 9007199254740991 AS exact, 9007199254740993 AS beyond, 12::HUGEINT AS small").json()["data"][0]
        self.assertEqual(row["exact"], 9007199254740991)
        self.assertEqual(row["beyond"], "9007199254740993")

    def test_more_than_ten_thousand_rows_are_cut_and_said(self):
        body = self.query("SELECT i FROM range(10001) t(i)").json()
        self.assertEqual((len(body["data"]), body["meta"]["truncated"]), (10_000, True))
        body = self.query("SELECT i FROM range(10000) t(i)").json()
        self.assertEqual((len(body["data"]), bool(body["meta"].get("truncated"))), (10_000, False))


class FormatsTest(SqlCase):
    def test_exports_are_whole_and_readable(self):
        sql = "SELECT i, 'x' || i AS s, TIMESTAMPTZ '2026-01-31 12:00:00+00' AS t FROM range(25000) t(i)"
        lines = self.query(sql, format="ndjson")
        self.assertEqual(lines.headers["content-type"], "application/x-ndjson")
        rows = [json.loads(line) for line in lines.text().splitlines()]
        self.assertEqual((len(rows), rows[7]), (25_000, {"i": 7, "s": "x7", "t": "2026-01-31T12:00:00.000Z"}))
        reply = self.query(sql, format="parquet")
        self.assertEqual(reply.headers["content-type"], "application/vnd.apache.parquet")
        table = pyarrow.parquet.read_table(io.BytesIO(reply.body))
        self.assertEqual((table.num_rows, table.column_names), (25_000, ["i", "s", "t"]))
        self.assertEqual(table.column("i").to_pylist(), list(range(25_000)))

    def test_replies_are_compressed_for_those_who_take_it(self):
        sql = "SELECT i FROM range(9000) t(i)"
        plain = self.query(sql)
        for encoding, unpack in (("gzip", gzip.decompress), ("gzip, zstd", lambda body: pyarrow.decompress(body, 1 << 20, "zstd", asbytes=True))):
            reply = self.server.request("POST", "/query", json.dumps({"sql": sql}), {"Accept-Encoding": encoding})
            self.assertEqual(reply.headers["content-encoding"], encoding.split()[-1])
            self.assertLess(len(reply.body), len(plain.body) / 2)
            if encoding == "gzip":
                self.assertEqual(json.loads(unpack(reply.body))["data"], plain.json()["data"])
        big = self.server.request("POST", "/query", json.dumps({"sql": "SELECT i FROM range(500000) t(i)", "format": "ndjson"}),
                                  {"Accept-Encoding": "gzip"})
        self.assertEqual(gzip.decompress(big.body).count(b"\n"), 500_000)

    def test_csv_that_was_cut_says_so_before_its_first_row(self):
        for rows, said in ((10_001, "true"), (10_000, "false")):
            for columns in ("i", "i, repeat('x', 200) AS wide"):
                reply = self.query(f"SELECT {columns} FROM range({rows}) t(i)", format="csv")
                self.assertEqual((reply.headers["x-truncated"], reply.body.count(b"\r\n")), (said, 10_001), (rows, columns))

    def test_null_and_the_empty_text_differ_in_csv(self):
        reply = self.query("SELECT NULL AS a, '' AS b, 'x' AS c", format="csv")
        self.assertEqual(reply.body, b'a,b,c\r\n,"",x\r\n')

    def test_values_are_bound(self):
        rows = self.query("SELECT $1 AS a, $2 + 1 AS b, $3 AS c, $4 AS d", params=["x'; --", 41, None, True]).json()["data"]
        self.assertEqual(rows, [{"a": "x'; --", "b": 42, "c": None, "d": True}])


EVERY_TYPE = """
SELECT * FROM (VALUES
  (1, 9223372036854775807::BIGINT, 18446744073709551615::UBIGINT, 170141183460469231731687303715884105727::HUGEINT // 10,
   12.345::DECIMAL(18,3), 0.1::FLOAT, 1e300::DOUBLE, true, 'é', ''::BLOB, '\\x00\\xFFab'::BLOB, DATE '1969-12-31', TIME '12:34:56.789012',
   TIMESTAMP '2026-01-31 12:00:00.000001', TIMESTAMPTZ '2026-01-31 12:00:00.000001+02', TIMESTAMP_NS '2026-01-31 12:00:00.000000001',
   '{"a":[1,null]}'::JSON, '6b5f3b7e-1111-4222-8333-444455556666'::UUID, [1, NULL, 3], [[1], [], NULL], {'a': 1, 'b': 'x'},
   MAP {'k': 1, 'l': NULL}, [{'a': 1}], INTERVAL '1 month 2 days 3 seconds'),
  (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (3, -9223372036854775808, 0, -1, -0.001, 'nan', '-infinity', false, '', 'x', '', '0001-01-01', '00:00:00', '1970-01-01', '1970-01-01 00:00:00+00',
   '1970-01-01', 'null', '00000000-0000-0000-0000-000000000000', [], [], {'a': NULL, 'b': NULL}, MAP {}, [], INTERVAL '0 days'))
t(id, i64, u64, huge, dec, f32, f64, flag, text, blob0, blob1, day, time, ts, tstz, ts_ns, js, uid, list, nested, struct, map, structs, span) ORDER BY id"""


class ArrowTest(SqlCase):
    def arrow(self, sql, **members):
        reply = self.query(sql, format="arrow", **members)
        self.assertEqual((reply.status, reply.headers["content-type"]), (200, "application/vnd.apache.arrow.stream"), reply)
        return pyarrow.ipc.open_stream(io.BytesIO(reply.body)).read_all()

    def test_every_type_comes_as_parquet_has_it(self):
        arrow = self.arrow(EVERY_TYPE)
        arrow.validate(full=True)
        parquet = pyarrow.parquet.read_table(io.BytesIO(self.query(EVERY_TYPE, format="parquet").body))
        self.assertEqual(arrow.column_names, parquet.column_names)
        # Parquet has no 128-bit integer and no interval of nanoseconds, and marks JSON and UUID.
        own = {"huge": pyarrow.decimal128(38, 0), "js": pyarrow.string(), "uid": pyarrow.string(), "span": pyarrow.month_day_nano_interval()}
        for name in arrow.column_names:
            ours, theirs = arrow.column(name), parquet.column(name)
            if name in own:
                self.assertEqual(ours.type, own[name], name)
                continue
            self.assertEqual(pyarrow.types.is_nested(ours.type), pyarrow.types.is_nested(theirs.type), name)
            if not pyarrow.types.is_nested(ours.type):
                self.assertEqual(ours.type, theirs.type, name)
            self.assertEqual(repr(ours.to_pylist()), repr(theirs.to_pylist()), name)  # nan is not itself
        rows = arrow.to_pylist()
        self.assertEqual((int(rows[0]["huge"]), int(rows[2]["huge"])), (170141183460469231731687303715884105727 // 10, -1))
        self.assertEqual((rows[0]["js"], rows[0]["uid"]), ('{"a":[1,null]}', "6b5f3b7e-1111-4222-8333-444455556666"))
        self.assertEqual(rows[0]["span"], pyarrow.MonthDayNano([1, 2, 3_000_000_000]))
        self.assertEqual([name for name, value in rows[1].items() if value is not None], ["id"])

    def test_all_of_the_table_is_as_in_parquet(self):
        sql = "SELECT * FROM events ORDER BY _log_offset"
        arrow = self.arrow(sql)
        parquet = pyarrow.parquet.read_table(io.BytesIO(self.query(sql, format="parquet").body))
        self.assertEqual((arrow.num_rows, arrow.column_names), (len(self.sent), parquet.column_names))
        self.assertEqual(arrow.to_pylist(), parquet.to_pylist())

    def test_it_is_streamed_whole_and_compressed_for_those_who_take_it(self):
        sql = "SELECT i, 'x' || i AS s FROM range(300000) t(i)"
        for encoding, unpack in (("identity", bytes), ("gzip", gzip.decompress),
                                 ("zstd", lambda body: pyarrow.input_stream(io.BytesIO(body), compression="zstd").read())):
            reply = self.server.request("POST", "/query", json.dumps({"sql": sql}),
                                        {"Accept-Encoding": encoding, "Accept": "application/vnd.apache.arrow.stream"})
            self.assertEqual(reply.headers.get("content-encoding", "identity"), encoding)
            table = pyarrow.ipc.open_stream(io.BytesIO(unpack(reply.body))).read_all()
            self.assertEqual((table.num_rows, table.column("s")[299_999].as_py()), (300_000, "x299999"))

    def test_names_are_unique_an_empty_result_has_its_columns_and_an_enum_is_refused(self):
        self.assertEqual(self.arrow("SELECT 1 AS a, 2 AS a").column_names, ["a", "a_1"])
        empty = self.arrow("SELECT user_id, timestamp FROM events WHERE false")
        self.assertEqual((empty.num_rows, empty.schema.types), (0, [pyarrow.string(), pyarrow.timestamp("us", "UTC")]))
        refused = self.query("SELECT 'a'::ENUM('a', 'b') AS mood", format="arrow")
        self.assertEqual(refused.status, 400)
        self.assertIn("cast it to VARCHAR", refused.json()["error"])


class MetaTest(SqlCase):
    def test_the_reply_says_what_it_was_made_from(self):
        meta = self.query("SELECT count(*) AS n FROM events").json()["meta"]
        self.assertEqual(meta["durable"] - meta["watermark"], meta["tailRows"])
        self.assertGreaterEqual(meta["rowsScanned"], len(self.sent))
        self.assertRegex(meta["dataThrough"], r"^20\d\d-.*Z$")
        self.assertGreater(meta["timings"]["planMs"], 0)

    def test_files_are_skipped_by_what_the_query_asks_for(self):
        self.server.wait_committed(len(self.sent))
        files = self.query("SELECT count(*) AS n FROM events").json()["meta"]["files"]
        for number in range(3):
            self.server.send([events.track(f"user-of-file-{number}-{i}", note="x") for i in range(5)])
            self.server.wait_committed(len(self.sent) + 5 * (number + 1))
        meta = self.query("SELECT count(*) AS n FROM events").json()["meta"]
        self.assertEqual((meta["files"] > files + 1, meta["filesSkipped"]), (True, 0))
        reply = self.query("SELECT count(*) AS n FROM events WHERE __ingest_ts < TIMESTAMPTZ '2020-01-01'").json()
        self.assertEqual((reply["data"], reply["meta"]["filesSkipped"]), ([{"n": 0}], reply["meta"]["files"]))
        newest = self.server.value("SELECT max(_log_offset) AS n FROM events")
        reply = self.query("SELECT count(*) AS n FROM events WHERE _log_offset = $1", params=[newest]).json()
        self.assertEqual((reply["data"], reply["meta"]["filesSkipped"]), ([{"n": 1}], reply["meta"]["files"] - 1))

    def test_rows_without_a_value_are_distinct_from_one(self):
        # Statistics that say "nothing but NULL" must not leave them out.
        self.server.wait_committed(len(self.sent))
        self.assertEqual(int(self.server.value("SELECT count(integrations) AS n FROM events")), 0)
        for condition in ("integrations IS DISTINCT FROM 'x' OR integrations = 'y'",
                          "integrations IS DISTINCT FROM 'x' OR integrations IS DISTINCT FROM 'y'",
                          "NOT (integrations IS NOT DISTINCT FROM 'x') OR integrations = 'y'"):
            rows = f"SELECT count(*) AS n FROM events WHERE {condition}"
            each = f"SELECT count(*) FILTER (CASE WHEN {condition} THEN true ELSE false END) AS n FROM events"
            self.assertEqual(self.server.value(rows, freshness="committed"), self.server.value(each, freshness="committed"), condition)

    def test_an_older_answer_says_its_age(self):
        sql = f"SELECT count(*) AS n, {len(self.sent)} AS k FROM events"
        first = self.query(sql, maxStalenessMs=60_000).json()
        self.assertNotIn("cacheAgeMs", first["meta"])
        second = self.query(sql, maxStalenessMs=60_000).json()
        self.assertEqual(second["data"], first["data"])
        self.assertGreaterEqual(second["meta"]["cacheAgeMs"], 0)
        self.assertIn("cacheAgeMs", self.query(sql).json()["meta"], "exact while nothing moved")
        self.server.send([events.track("moves", note="x")])
        moved = self.query(sql).json()
        self.assertNotIn("cacheAgeMs", moved["meta"])
        self.assertEqual(moved["data"][0]["n"], first["data"][0]["n"] + 1)

    def test_the_past_is_read_by_snapshot_and_by_time(self):
        self.server.wait_committed(len(self.sent))
        before = self.query("SELECT count(*) AS n FROM events", freshness="committed").json()
        snapshot, count = before["meta"]["snapshotId"], before["data"][0]["n"]
        self.server.send([events.track("later", note="x")])
        self.server.wait_committed(count + 1)
        then = self.query("SELECT count(*) AS n FROM events", asOf=snapshot).json()
        self.assertEqual((then["data"], then["meta"]["snapshotId"], then["meta"]["tailRows"]), ([{"n": count}], snapshot, 0))
        then = self.query("SELECT count(*) AS n FROM events", asOf=before["meta"]["dataThrough"]).json()
        self.assertEqual(then["data"], [{"n": count}])
        reply = self.query("SELECT count(*) AS n FROM events", asOf="2001-01-01")
        self.assertEqual(reply.status, 400)
        self.assertIn("does not reach back", reply.json()["error"])


class CancelTest(SqlCase):
    def test_a_running_query_is_listed_and_its_end_ends_the_work(self):
        answers = []
        sql = "SELECT count(*) FROM range(1000000) a, range(1000000) b, range(1000000) c"
        runs = threading.Thread(target=lambda: answers.append(self.query(sql, queryId="endless")))
        runs.start()

        def active():
            return [query for query in self.server.request("GET", "/api/queries/active").json()["queries"] if query["queryId"] == "endless"]

        wait_until(lambda: [query["state"] for query in active()] == ["running"], 20, "the query runs")
        self.assertEqual(active()[0]["sql"], sql)
        begin = time.monotonic()
        self.assertEqual(self.server.request("DELETE", "/api/queries/endless").json()["cancelled"], 1)
        runs.join(timeout=20)
        self.assertLess(time.monotonic() - begin, 5)
        self.assertEqual(answers[0].status, 503)
        wait_until(lambda: not active(), 20, "the query is gone")
        self.assertEqual(self.server.request("DELETE", "/api/queries/endless").status, 404)
        self.assertEqual(self.server.value("SELECT 1 AS one"), 1)


class DepartureTest(SqlCase):
    def test_a_query_ends_when_its_client_is_gone(self):
        body = json.dumps({"sql": "SELECT count(*) FROM range(1000000) a, range(1000000) b", "queryId": "left alone"})
        head = f"POST /query HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"

        def active():
            return [query for query in self.server.request("GET", "/api/queries/active").json()["queries"] if query["queryId"] == "left alone"]

        with socket.create_connection(("127.0.0.1", self.server.port), timeout=10) as connection:
            connection.sendall((head + body).encode())
            wait_until(lambda: [query["state"] for query in active()] == ["running"], 20, "the query runs")
        wait_until(lambda: not active(), 10, "the query ends, long before its 30 s")
        self.assertEqual(self.server.request("GET", "/api/queries/left%20alone").json()["query"]["status"], "cancelled")


class WaitingTest(SqlCase):
    """Queries behind others that fill every worker."""

    arguments = ("--target-lag", "1s", "--query-workers", "1")

    def test_a_query_that_waits_ends_at_its_own_deadline_or_cancel(self):
        endless = "SELECT count(*) FROM range(1000000) a, range(1000000) b, range(1000000) c"
        answers = {}

        def ask(name, sql, **members):
            thread = threading.Thread(target=lambda: answers.update({name: self.query(sql, queryId=name, **members)}))
            thread.start()
            wait_until(lambda: name in answers or name in self.states(), 20, f"{name} is there")
            return thread

        runs = ask("runs", endless)
        wait_until(lambda: self.states() == {"runs": "running"}, 20, "the first one runs")
        begin = time.monotonic()
        ask("late", "SELECT 1 AS late", timeoutMs=200).join(timeout=20)
        self.assertLess(time.monotonic() - begin, 10, "the turn of the one before lasts 30 s")
        self.assertEqual(answers["late"].status, 504, answers["late"])
        waits = ask("waits", "SELECT 1 AS waits")
        self.assertEqual(self.states(), {"runs": "running", "waits": "waiting"})
        self.assertEqual(self.server.request("DELETE", "/api/queries/waits").json()["cancelled"], 1)
        waits.join(timeout=20)
        self.assertEqual(answers["waits"].status, 503, answers["waits"])
        self.assertEqual(self.server.request("DELETE", "/api/queries/waits").status, 404, "it has its answer")
        self.assertEqual(self.states(), {"runs": "running"})
        self.assertEqual(self.server.request("DELETE", "/api/queries/runs").json()["cancelled"], 1)
        runs.join(timeout=20)
        self.assertEqual(answers["runs"].status, 503)

    def states(self):
        return {query["queryId"]: query["state"] for query in self.server.request("GET", "/api/queries/active").json()["queries"]}


class HistoryTest(SqlCase):
    def get(self, path, **headers):
        return self.server.request("GET", path, headers=headers)

    def test_what_a_reply_was_made_from_is_there_for_every_format(self):
        for format in ("json", "csv", "ndjson", "parquet", "arrow"):
            reply = self.query("SELECT user_id FROM events", format=format, queryId=f"one-{format}")
            for name in (reply.headers["x-query-id"], f"one-{format}"):
                found = self.get(f"/api/queries/{name}").json()["query"]
                self.assertEqual((found["state"], found["status"], found["format"]), ("ended", "ok", format))
                self.assertEqual((found["rows"], found["bytes"]), (len(self.sent), len(reply.body)))
                self.assertEqual((found["meta"]["rowCount"], found["meta"]["truncated"]), (len(self.sent), False))
                self.assertGreaterEqual(found["meta"]["rowsScanned"], len(self.sent))
                self.assertIn("filesSkipped", found["meta"])
                columns = found["meta"]["columns"] if format != "json" else reply.json()["meta"]["columns"]
                self.assertEqual(columns, [{"name": "user_id", "type": "VARCHAR"}])

    def test_what_failed_is_kept_too_and_found_by_its_words(self):
        self.query("SELECT nothing_like_it FROM events")
        self.query("SELECT count(*) FROM range(1000000) a, range(1000000) b", timeoutMs=50)
        history = self.get("/api/queries/history?status=error&text=NOTHING_like").json()["queries"]
        self.assertEqual([query["sql"] for query in history], ["SELECT nothing_like_it FROM events"])
        self.assertIn("nothing_like_it", history[0]["error"])
        self.assertEqual(self.get("/api/queries/history?status=timeout").json()["queries"][0]["durationMs"] > 40, True)

    def test_times_are_plain_numbers(self):
        self.query("SELECT 1 AS plain", queryId="plain")
        for path in ("/api/queries/history?limit=1", "/api/queries/plain"):
            text = self.get(path).text()
            self.assertRegex(text, r'"durationMs":[0-9]+\.[0-9]+[,}]')
            self.assertRegex(text, r'"planMs":[0-9]+\.[0-9]+[,}]')

    def test_pages_follow_each_other_and_cubes_are_of_their_own_kind(self):
        for number in range(5):
            self.query(f"SELECT {number} AS page_by_page")
        seen, path = [], "/api/queries/history?limit=2&text=page_by_page"
        page = self.get(path).json()
        while page["queries"]:
            seen += [query["sql"][7] for query in page["queries"]]
            page = self.get(f"{path}&before={page['next']}").json() if page["next"] else {"queries": []}
        self.assertEqual(seen, ["4", "3", "2", "1", "0"])
        load = json.dumps({"query": {"measures": ["Events.count"]}})
        self.assertEqual(self.server.request("POST", "/cubejs-api/v1/load", load).status, 200)
        self.assertEqual(self.get("/api/queries/history?limit=1").json()["queries"][0]["kind"], "cube")


class AssistTest(SqlCase):
    def post(self, path, **body):
        return self.server.request("POST", path, json.dumps(body))

    def test_a_statement_is_checked_without_running_it(self):
        self.assertEqual(self.post("/api/sql/check", sql="SELECT count(*) FROM events").json(), {"success": True, "valid": True})
        for sql in ("SHOW TABLES", "EXPLAIN SELECT 1", "DESCRIBE events", "SELECT * FROM events WHERE user_id = $1 AND event = $2",
                    "SELECT count(*) FROM range(1000000000) a, range(1000000000) b"):
            self.assertEqual(self.post("/api/sql/check", sql=sql).json(), {"success": True, "valid": True}, sql)

    def test_an_error_is_said_with_its_place(self):
        for sql, position in (("SELECT a\nFORM b", {"line": 2, "column": 6}), ("SELECT 1,\n  nope FROM events", {"line": 2, "column": 3}),
                              ("SELECT nope FROM events", {"line": 1, "column": 8}), ("SELECT * FROM\n  nothere", {"line": 2, "column": 3}),
                              ("SELECT 'é', nope(1)", {"line": 1, "column": 14}), ("SELECT '東京', nope FROM events", {"line": 1, "column": 18}),
                              ("SELECT 'éé' FORM x y", {"line": 1, "column": 20}), ("EXPLAIN SELECT nope FROM events", {"line": 1, "column": 16}),
                              ("SELECT * FROM read_text('/etc/passwd')", {"line": 1, "column": 15})):
            found = self.post("/api/sql/check", sql=sql).json()
            self.assertEqual((found["valid"], found.get("position")), (False, position), found)
            self.assertNotIn("LINE 2" if "\n" not in sql else "LINE 3", found["error"])
            asked = self.query(sql)
            self.assertEqual((asked.status, asked.json()["position"]), (400, position), sql)
        self.assertNotIn("position", self.query("SELECT 1; SELECT 2").json())

    def test_words_are_completed(self):
        found = self.post("/api/sql/complete", sql="select us from events", cursor=9).json()
        self.assertEqual(found["from"], 7)
        self.assertIn({"text": "user_id", "kind": "column"}, found["suggestions"])
        self.assertIn({"text": "analytics.events", "kind": "table"}, self.post("/api/sql/complete", sql="select 1 from ana").json()["suggestions"])

    def test_columns_of_other_tables_are_completed_too(self):
        catalog = table.load_rest_catalog(self.server)
        catalog.create_table(("analytics", "orders"), pyarrow.schema([("amount", pyarrow.float64()), ("paid by", pyarrow.string())]))
        found = self.post("/api/sql/complete", sql="select  from Analytics.orders o", cursor=7).json()["suggestions"]
        self.assertEqual([word["text"] for word in found if word["kind"] == "column"], ["amount", "paid by"])
        self.assertEqual(self.post("/api/sql/complete", sql="select o.a from orders o", cursor=10).json()["suggestions"],
                         [{"text": "amount", "kind": "column"}])
        self.assertEqual(self.post("/api/sql/complete", sql="select * from ").json()["suggestions"][0]["kind"], "table")

    def test_functions_are_listed_with_words_about_them(self):
        rows = {row["name"]: row for row in self.server.request("GET", "/api/sql/functions").json()["data"]}
        self.assertGreater(len(rows), 400)
        self.assertTrue(rows["date_trunc"]["description"])
        self.assertIn("sequence_match", rows)
        self.assertNotIn("getenv", rows)
        self.assertNotIn("duckdb_settings", rows)

    def test_paths_of_json_columns_are_found(self):
        rows = self.server.request("GET", "/api/tables/analytics/events/json-paths").json()["data"]
        paths = {row["path"]: row["type"] for row in rows}
        self.assertEqual(paths["$.x"], "DOUBLE")
        self.assertIn("$.deep.list[*]", paths)
        self.assertIn("$.library.name", {row["path"] for row in self.server.request(
            "GET", "/api/tables/analytics/events/json-paths?column=context").json()["data"]})
        self.assertEqual(self.server.request("GET", "/api/tables/analytics/events/json-paths?column=nope").status, 400)
        typo = self.server.request("GET", "/api/tables/analytics/events/json-paths?colum=traits")
        self.assertEqual((typo.status, "parameter is column" in typo.json()["error"]), (400, True))
        for column in ("type", "timestamp"):
            self.assertEqual(self.server.request("GET", f"/api/tables/analytics/events/json-paths?column={column}").json()["data"], [])


class NamesTest(SqlCase):
    def test_every_spelling_of_the_table_resolves(self):
        for name in ("events", "analytics.events", "icelight.analytics.events", "r2_datalake.analytics.events"):
            self.assertEqual(self.count(table=name), len(self.sent), name)

    def test_tables_and_columns_are_listed(self):
        tables = self.server.request("GET", "/tables/analytics").json()
        self.assertEqual({row["table_name"] for row in tables["data"]}, {"events", "events__rejected"})
        columns = self.server.request("GET", "/tables/analytics/events").json()["data"]
        self.assertEqual(len(columns), 23)
        self.assertEqual({"column_name": "message_id", "type": "string", "required": "true"},
                         {key: columns[0][key] for key in ("column_name", "type", "required")})

    def test_a_name_that_is_none_is_refused(self):
        for path in ("/tables/a%20b", "/tables/a;b", "/tables/analytics/x%22y"):
            self.assertEqual(self.server.request("GET", path).status, 400, path)
        self.assertIn(self.server.request("GET", "/tables/analytics/nothing").status, (400, 404))

    def test_show_and_describe_are_answered(self):
        self.assertEqual(self.query("SHOW TABLES").status, 200)
        self.assertEqual(len(self.query("DESCRIBE events").json()["data"]), 23)

    def test_star_is_in_the_order_of_the_columns(self):
        columns = [column["name"] for column in self.query("SELECT * FROM events LIMIT 1").json()["meta"]["columns"]]
        listed = [row["column_name"] for row in self.server.request("GET", "/tables/analytics/events").json()["data"]]
        self.assertEqual(columns, listed)


class GateTest(SqlCase):
    def test_what_is_no_single_select_is_refused(self):
        for sql in ("SELECT 1; SELECT 2", "INSERT INTO events VALUES (1)", "DROP TABLE events", "COPY events TO '/tmp/x'",
                    "ATTACH '/tmp/x'", "INSTALL httpfs", "LOAD httpfs", "SET memory_limit='9GB'", "PRAGMA version", "",
                    "CALL pragma_version()", "CREATE TABLE t AS SELECT 1", "EXPORT DATABASE '/tmp/x'"):
            reply = self.query(sql)
            self.assertEqual(reply.status, 400, (sql, reply))
            self.assertIs(reply.json()["success"], False)
        self.assertEqual(self.count(), len(self.sent))

    def test_files_and_settings_cannot_be_read(self):
        for sql in ("SELECT * FROM read_csv('/etc/passwd')", "SELECT * FROM '/etc/passwd'", "SELECT * FROM read_text('/etc/passwd')",
                    "SELECT getenv('HOME')", "SELECT * FROM glob('/*')", "SELECT * FROM duckdb_settings()",
                    "SELECT * FROM read_parquet('http://127.0.0.1/x')", "SELECT * FROM sniff_csv('/etc/passwd')",
                    "WITH x AS (SELECT * FROM read_blob('/etc/passwd')) SELECT * FROM x"):
            self.assertEqual(self.query(sql).status, 400, sql)

    def test_advice_of_the_engine_is_what_a_user_can_follow(self):
        for sql, advice in (("SELECT " + "+".join(["1"] * 3000), "Nest less"), ("SELECT '1.2.3.4'::INET", "Extensions are not offered"),
                            ("SELECT 1 ORDER BY 'x'", "Order by a column"), ("SELECT (SELECT i FROM range(3) t(i))", "Use LIMIT 1")):
            reply = self.query(sql)
            self.assertEqual(reply.status, 400, reply)
            self.assertIn(advice, reply.json()["error"])
            for word in ("SET ", "INSTALL", "LOAD", "PRAGMA"):
                self.assertNotIn(word, reply.json()["error"])
        self.assertEqual(self.query("SELECT 1 ORDER BY 'x'").json()["position"], {"line": 1, "column": 19})

    def test_a_query_must_come_as_json(self):
        reply = self.server.request("POST", "/query", '{"sql":"SELECT 1"}', {"Content-Type": "text/plain"})
        self.assertEqual(reply.status, 415)


class FreshnessTest(SqlCase):
    arguments = ("--target-lag", "1h")

    def test_committed_leaves_out_what_only_the_log_holds(self):
        self.assertEqual(self.count(), len(self.sent))
        self.assertEqual(int(self.server.value("SELECT count(*) AS n FROM events", freshness="committed")), 0)

    def test_ingest_costs_the_workers_nothing_while_nobody_asks(self):
        self.count()

        def cpu_ticks():
            return {pid: cpu_ticks_of(pid) for pid in self.server.workers("sql")}

        def is_settled():
            first = cpu_ticks()
            time.sleep(0.5)
            return len(first) > 2 and cpu_ticks() == first

        wait_until(is_settled, 30, "the workers and their spare have started")
        before = cpu_ticks()
        for batch in range(20):
            self.server.send(events.mixed(500, batch, f"idle-{batch}"))
        after = cpu_ticks()
        self.assertEqual(after.keys(), before.keys())
        self.assertLessEqual(sum(after.values()) - sum(before.values()), 2, "a look of the inbox once a minute, no more")
        begin = time.monotonic()
        self.assertEqual(self.count(), len(self.sent) + 10_000)
        self.assertLess(time.monotonic() - begin, 20)

    def test_rejects_are_seen_at_once(self):
        self.server.send([{"type": "track"}])
        self.assertGreaterEqual(self.count(table="events__rejected"), 1)


class StatusTest(SqlCase):
    def test_health_and_metrics_answer(self):
        self.server.wait_committed(len(self.sent))
        self.assertEqual(self.server.request("GET", "/health").json()["status"], "ok")
        self.assertEqual(self.server.request("GET", "/duckdb/_health").json()["status"], "ok")
        reply = self.server.request("GET", "/metrics")
        self.assertTrue(reply.headers["content-type"].startswith("text/plain"))
        names = {line.split("{")[0].split(" ")[0] for line in reply.text().splitlines() if line and not line.startswith("#")}
        self.assertTrue(all(name.startswith("icelight_") for name in names), names)
        for word in ("stored", "refused", "unsynced", "lag", "conflicts", "query"):
            self.assertTrue(any(word in name for name in names), word)

    def test_a_pipelined_second_request_is_answered(self):
        one = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
        last = b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        self.assertEqual(raw_exchange(self.server.port, one + last).count(b"HTTP/1.1 200"), 2)


del SqlCase, ServerCase  # not tests themselves

if __name__ == "__main__":
    unittest.main()
