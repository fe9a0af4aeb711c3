"""Tables of version 3 that DuckDB's Iceberg extension wrote, and tables of other catalogs: what can be read is right, with the
extension installed and without; the rest is refused with what to do, whatever the format."""

import datetime
import json
import os
import shutil
import signal
import subprocess
import threading
import time
import unittest

from pyiceberg.manifest import (DataFile, DataFileContent, ManifestContent, ManifestEntry, ManifestEntryStatus, ManifestWriterV2,
                                write_manifest_list)
from pyiceberg.typedef import Record

from harness import events, spark, table
from harness.server import RELEASE, Server, StartFailed, clean_environment, scratch_directory

FORMATS = ("json", "csv", "ndjson", "parquet", "arrow")


def write_tables(server):
    """What both servers below are asked about. Snapshots of `deleted`, in order: 10 rows, without 3, 20 rows, without 4 and 13."""
    writer = table.connect_duckdb()
    table.attach(writer, server)
    create = "CREATE TABLE lake.analytics.{} ({}) {} WITH ('format-version' = '{}')"
    for name, columns, rows in (("plain", "n BIGINT, t VARCHAR", "SELECT i, 'x' || i FROM range(10) t(i)"),
                                ("deleted", "n BIGINT, t VARCHAR", "SELECT i, 'x' || i FROM range(10) t(i)"),
                                ("finer", "n BIGINT, moment TIMESTAMP_NS", "VALUES (1, '2026-01-01 00:00:00.000000001')"),
                                ("various", "n BIGINT, v VARIANT", "VALUES (1, 'x'::VARIANT), (2, {'a': 1}::VARIANT)"),
                                ("later", "n BIGINT, t VARCHAR", "VALUES (1, 'one')")):
        writer.execute(create.format(name, columns, "", 3))
        writer.execute(f"INSERT INTO lake.analytics.{name} {rows}")
    writer.execute("INSERT INTO lake.analytics.plain VALUES (10, 'x10')")
    writer.execute("DELETE FROM lake.analytics.deleted WHERE n = 3")
    writer.execute("INSERT INTO lake.analytics.deleted SELECT i, 'x' || i FROM range(10, 20) t(i)")
    writer.execute("DELETE FROM lake.analytics.deleted WHERE n IN (4, 13)")
    writer.execute("ALTER TABLE lake.analytics.later ADD COLUMN d BIGINT DEFAULT 42")
    writer.execute("INSERT INTO lake.analytics.later VALUES (2, 'two', 7), (3, 'three', NULL)")
    writer.execute(create.format("old", "n BIGINT, k VARCHAR", "", 2))
    writer.execute("INSERT INTO lake.analytics.old SELECT i, 'k' || i FROM range(3, 6) t(i)")
    writer.execute(create.format("days", "n BIGINT, moment TIMESTAMPTZ, x DOUBLE", "PARTITIONED BY (day(moment))", 3))
    writer.execute("INSERT INTO lake.analytics.days VALUES (1, '1969-12-31 23:00:00Z', 'nan'), (2, '1969-12-31 22:00:00Z', 1), (3, '2020-01-01 00:00:00Z', 2), "
                   "(4, '2020-01-02 00:00:00Z', 3), (5, '2020-01-02 12:00:00Z', 4)")
    writer.execute("DELETE FROM lake.analytics.days WHERE n = 5")
    return writer


class EqualityDeletes(ManifestWriterV2):
    """PyIceberg writes manifests of data files only."""

    def content(self):
        return ManifestContent.DELETES

    @property
    def _meta(self):
        return {**super()._meta, "content": "deletes"}


def delete_by_value(server, writer, name, value):
    """Commits an equality delete of rows whose n is `value`, as Flink writes them."""
    target = table.load_table(server, name)
    metadata, snapshot = target.metadata, target.current_snapshot()
    folder = metadata.location.removeprefix("file://")
    path, number = f"{folder}/data/equal-{value}.parquet", snapshot.snapshot_id + 1
    writer.execute(f"COPY (SELECT {value}::BIGINT AS n) TO '{path}' (FORMAT parquet, FIELD_IDS {{n: 1}})")
    file = DataFile.from_args(content=DataFileContent.EQUALITY_DELETES, file_path=f"file://{path}", file_format="PARQUET", partition=Record(),
                              record_count=1, file_size_in_bytes=os.path.getsize(path), equality_ids=[1])
    manifest = target.io.new_output(f"file://{folder}/metadata/equal-{value}-m0.avro")
    with EqualityDeletes(target.spec(), target.schema(), manifest, number, "null") as entries:
        entries.add_entry(ManifestEntry.from_args(status=ManifestEntryStatus.ADDED, snapshot_id=number, data_file=file))
    sequence = metadata.last_sequence_number + 1
    place = f"file://{folder}/metadata/snap-{number}.avro"
    with write_manifest_list(2, target.io.new_output(place), number, snapshot.snapshot_id, sequence, "null") as manifests:
        manifests.add_manifests([entries.to_manifest_file(), *snapshot.manifests(target.io)])
    made = {"snapshot-id": number, "parent-snapshot-id": snapshot.snapshot_id, "sequence-number": sequence, "timestamp-ms": metadata.last_updated_ms + 1,
            "manifest-list": place, "summary": {"operation": "delete"}, "schema-id": metadata.current_schema_id,
            "first-row-id": metadata.next_row_id, "added-rows": 0}
    updates = [{"action": "add-snapshot", "snapshot": made}, {"action": "set-snapshot-ref", "ref-name": "main", "type": "branch", "snapshot-id": number}]
    reply = server.request("POST", f"/iceberg/v1/namespaces/analytics/tables/{name}", json.dumps({"requirements": [], "updates": updates}),
                           {"Content-Type": "application/json"})
    assert reply.status == 200, reply.text()


class Case(unittest.TestCase):
    def query(self, sql, **members):
        return self.server.request("POST", "/query", json.dumps({"sql": sql, **members}))

    def rows(self, sql, **members):
        reply = self.query(sql, **members)
        self.assertEqual(reply.status, 200, reply.text()[:300])
        return [tuple(row.values()) for row in reply.json()["data"]]

    def refused(self, sql, **members):
        reply = self.query(sql, **members)
        self.assertEqual(reply.status, 400, reply.text()[:300])
        return reply.json()["error"]


class WithoutExtensionTest(Case):
    @classmethod
    def setUpClass(cls):
        cls.server = Server().start()
        cls.addClassCleanup(cls.server.close)
        write_tables(cls.server)

    def test_rows_with_a_lineage_and_finer_times_are_read(self):
        versions = {name: table.load_table(self.server, name).metadata.format_version for name in ("plain", "deleted", "finer")}
        self.assertEqual(set(versions.values()), {3}, versions)
        self.assertEqual(self.rows("SELECT count(*), sum(n), max(t) FROM plain"), [(11, 55, "x9")])
        self.assertEqual(self.query("SELECT * FROM finer").json()["data"], [{"n": 1, "moment": "2026-01-01T00:00:00.000000001"}])

    def test_deletion_vectors_are_refused_with_what_to_do(self):
        for format in FORMATS:
            said = self.refused("SELECT count(*) AS n FROM deleted", format=format)
            self.assertIn("deletion vectors of table version 3 are not read", said)
            self.assertIn("rewrite the table's files, or write it in version 2, or name DuckDB's iceberg extension in query.extensions", said)
        self.assertIn("deletion vectors", self.refused("SELECT 1 FROM plain, deleted"))

    def test_a_stopped_directory_is_read_with_the_extension_too(self):
        with Server() as server:
            write_tables(server)
            server.stop()
            command = [RELEASE / "icelight", "query", "--data", server.data, "--format", "csv", "SELECT count(*) AS n, sum(n) AS s FROM deleted"]
            without, found = (subprocess.run([*command, *more], capture_output=True, text=True, timeout=60, env=clean_environment())
                              for more in ((), ("--extensions", table.extension_directory())))
            self.assertEqual((without.returncode, without.stdout), (1, ""))
            self.assertIn("or --extensions of icelight query", without.stderr)
            self.assertEqual(found.stdout.split(), ["n,s", "17,170"])

    def test_what_was_before_the_first_deletion_is_read(self):
        first = table.load_table(self.server, "deleted").metadata.snapshots[0].snapshot_id
        self.assertEqual(self.rows("SELECT count(*), sum(n) FROM deleted", asOf=str(first)), [(10, 45)])

    def test_a_column_has_its_initial_default_in_older_files(self):
        self.assertEqual(self.rows("SELECT * FROM later ORDER BY n"), [(1, "one", 42), (2, "two", 7), (3, "three", None)])
        self.assertEqual(self.rows("SELECT n FROM later WHERE d = 42"), [(1,)])
        self.assertEqual(self.rows("SELECT n FROM later WHERE d IS NULL"), [(3,)])
        before = table.load_table(self.server, "later").metadata.snapshots[0]
        self.assertEqual(self.rows("SELECT * FROM later", asOf=str(before.snapshot_id)), [(1, "one")])

    def test_a_default_of_any_type_is_that_of_another_reader(self):
        # Plain literals: for any other default DuckDB writes the older rows again.
        columns = {"i": "INTEGER DEFAULT -5", "f": "FLOAT DEFAULT 1.5", "x": "DOUBLE DEFAULT 1e300", "c": "DECIMAL(9,2) DEFAULT 14.20",
                   "day": "DATE DEFAULT '2017-11-16'", "tm": "TIME DEFAULT '22:31:08.5'", "ts": "TIMESTAMP DEFAULT '2017-11-16 22:31:08.123456'",
                   "tz": "TIMESTAMPTZ DEFAULT '2017-11-16 22:31:08+00'", "t": "VARCHAR DEFAULT 'it''s \"x\"'",
                   "u": "UUID DEFAULT 'f79c3e09-677c-4bbd-a479-3f349cb785e7'", "b": "BLOB DEFAULT '\\x00\\xFFa'"}
        writer = table.connect_duckdb()
        table.attach(writer, self.server)
        writer.execute("CREATE TABLE lake.analytics.defaults (n BIGINT) WITH ('format-version' = '3')")
        writer.execute("INSERT INTO lake.analytics.defaults VALUES (1)")
        for name, column in columns.items():
            writer.execute(f"ALTER TABLE lake.analytics.defaults ADD COLUMN {name} {column}")
        texts = ", ".join(f"{name}::VARCHAR AS {name}" for name in columns)
        expected = writer.execute(f"SELECT n, {texts} FROM lake.analytics.defaults").fetchall()
        self.assertNotIn(None, expected[0])
        self.assertEqual(self.rows(f"SELECT n, {texts} FROM defaults"), expected)

    def test_a_variant_is_refused_by_name_and_the_other_columns_are_read(self):
        self.assertIn("column \"v\" is of type VARIANT: cast it to VARCHAR", self.refused("SELECT * FROM various"))
        self.assertEqual(self.rows("SELECT n, v::VARCHAR FROM various ORDER BY n"), [(1, "x"), (2, "{'a': 1}")])

    def test_a_variant_is_read_under_a_later_schema_and_where_there_are_no_rows(self):
        writer = table.connect_duckdb()
        table.attach(writer, self.server)
        writer.execute("CREATE TABLE lake.analytics.moved (n BIGINT, v VARIANT) WITH ('format-version' = '3')")
        self.assertEqual(self.rows("SELECT n, v::VARCHAR FROM moved"), [])
        writer.execute("INSERT INTO lake.analytics.moved VALUES (1, 'x'::VARIANT)")
        writer.execute("ALTER TABLE lake.analytics.moved RENAME COLUMN v TO w")
        self.assertEqual(self.rows("SELECT n, w::VARCHAR FROM moved"), [(1, "x")])

    def test_tables_of_other_catalogs_are_refused_with_what_to_do(self):
        said = self.refused("SELECT * FROM elsewhere.analytics.events")
        self.assertIn('there is no catalog "elsewhere"', said)
        self.assertIn("Iceberg REST catalog at /iceberg", said)
        for sql in ("ATTACH 'x' AS elsewhere (TYPE iceberg)", "SELECT * FROM iceberg_scan('x')"):
            self.assertIn("SQL validation failed", self.refused(sql))


class WithExtensionTest(Case):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("--target-lag", "1h", "--query-extensions", table.extension_directory()).start()
        cls.addClassCleanup(cls.server.close)
        cls.writer = write_tables(cls.server)
        cls.server.send(events.mixed(20, 3, "beside"))

    def workers_taken(self):
        lines = [line for line in self.server.request("GET", "/metrics").text().splitlines() if line.startswith("icelight_query_workers_taken_total{")]
        return {kind: sum(float(line.split()[-1]) for line in lines if f'"{kind}"' in line) for kind in ("plain", "iceberg")}

    def test_rows_after_deletions_are_those_of_another_reader(self):
        for name in ("deleted", "days"):
            read = sorted(tuple(row.values()) for row in table.scan(self.server, name, ("n",)).to_pylist())
            self.assertEqual(self.rows(f"SELECT n FROM {name} ORDER BY n"), read)
        self.assertEqual([n for n, _ in self.rows("SELECT * FROM deleted ORDER BY n")], [n for n in range(20) if n not in (3, 4, 13)])

    def test_every_format_has_them(self):
        for format in FORMATS:
            reply = self.query("SELECT n, t FROM deleted WHERE n < 6 ORDER BY n", format=format)
            self.assertEqual(reply.status, 200, reply.text()[:300])
            if format == "csv":
                self.assertEqual(reply.text().split(), ["n,t", "0,x0", "1,x1", "2,x2", "5,x5"])

    def test_the_reply_says_what_it_was_made_from(self):
        meta = self.query("SELECT count(*) AS n FROM deleted").json()["meta"]
        self.assertEqual(int(meta["snapshotId"]), table.load_table(self.server, "deleted").metadata.current_snapshot_id)
        self.assertEqual((meta["files"], meta["filesSkipped"], meta["rowsScanned"]), (2, 0, 20))

    def test_a_column_has_its_initial_default_beside_deletions(self):
        self.writer.execute("DELETE FROM lake.analytics.later WHERE n = 2")
        self.assertEqual(self.rows("SELECT * FROM later ORDER BY n"), [(1, "one", 42), (3, "three", None)])
        self.assertEqual(self.rows("SELECT n FROM later WHERE d = 42"), [(1,)])
        self.assertEqual(self.rows("SELECT n FROM later WHERE d IS NULL"), [(3,)])

    def test_a_table_is_read_as_it_was(self):
        expected = [(10, 45), (9, 42), (19, 187), (17, 170)]
        snapshots = table.load_table(self.server, "deleted").metadata.snapshots
        self.assertEqual(len(snapshots), len(expected))
        for snapshot, wanted in zip(snapshots, expected):
            self.assertEqual(self.rows("SELECT count(*), sum(n) FROM deleted", asOf=str(snapshot.snapshot_id)), [wanted])
        moment = datetime.datetime.fromtimestamp(snapshots[1].timestamp_ms / 1000, datetime.timezone.utc).isoformat(timespec="milliseconds")
        self.assertEqual(self.rows("SELECT count(*), sum(n) FROM deleted", asOf=moment.replace("+00:00", "Z")), [expected[1]])
        self.assertEqual(self.rows("SELECT count(*) FROM deleted", freshness="committed"), [(17,)])

    def test_it_is_joined_with_tables_of_version_2_and_with_the_logs_tail(self):
        self.assertEqual(self.rows("SELECT d.n, k, p.t FROM deleted d JOIN old o USING (n) JOIN plain p USING (n)"), [(5, "k5", "x5")])
        self.assertEqual(self.rows("SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM deleted)"), [(20, 17)])
        self.assertEqual(self.rows("SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM deleted)", freshness="committed"), [(0, 17)])

    # Each kind alone is read: the one by our own reader, the other by the extension.
    def test_equality_deletes_beside_deletion_vectors_are_refused_with_what_to_do(self):
        for name in ("by_value", "twofold"):
            self.writer.execute(f"CREATE TABLE lake.analytics.{name} (n BIGINT) WITH ('format-version' = '3')")
            self.writer.execute(f"INSERT INTO lake.analytics.{name} SELECT i FROM range(10) t(i)")
        self.writer.execute("DELETE FROM lake.analytics.twofold WHERE n = 7")
        self.assertEqual(self.rows("SELECT count(*), sum(n) FROM twofold"), [(9, 38)])
        for name in ("by_value", "twofold"):
            delete_by_value(self.server, self.writer, name, 5)
        self.assertEqual(self.rows("SELECT count(*), sum(n) FROM by_value"), [(9, 40)])
        said = self.refused("SELECT count(*), sum(n) FROM twofold")
        self.assertIn("rewrite the table's files", said)
        self.assertIn("DuckDB's iceberg extension does not help, since the table has equality deletes too", said)

    def test_damaged_vectors_are_an_error_and_never_more_rows(self):
        for index, damage in enumerate((lambda bytes_: b"", lambda bytes_: bytes_[:40], lambda bytes_: bytes_[:60] + bytes([bytes_[60] ^ 1]) + bytes_[61:])):
            name = f"damaged_{index}"
            self.writer.execute(f"CREATE TABLE lake.analytics.{name} (n BIGINT) WITH ('format-version' = '3')")
            self.writer.execute(f"INSERT INTO lake.analytics.{name} SELECT i FROM range(1000) t(i)")
            self.writer.execute(f"DELETE FROM lake.analytics.{name} WHERE n % 10 = 3")
            file = next((self.server.data / "warehouse" / "analytics" / name / "data").glob("*.puffin"))
            file.write_bytes(damage(file.read_bytes()))
            reply = self.query(f"SELECT count(*) FROM {name}")
            self.assertIn(reply.status, (400, 500), reply.text()[:300])
            self.assertRegex(reply.json()["error"], "Puffin|DeletionVector")
        self.assertEqual(self.rows("SELECT count(*) + 13 FROM deleted"), [(30,)])

    def test_a_table_may_have_an_odd_name(self):
        self.server.request("POST", "/iceberg/v1/namespaces", json.dumps({"namespace": ["odd [x] 100%"]}), {"Content-Type": "application/json"})
        for name in ("we*ird?", "a%20b", "ta'b", 'q"t'):
            quoted = '"odd [x] 100%"."' + name.replace('"', '""') + '"'
            self.writer.execute(f"CREATE TABLE lake.{quoted} (n BIGINT) WITH ('format-version' = '3')")
            self.writer.execute(f"INSERT INTO lake.{quoted} VALUES (1), (2)")
            self.writer.execute(f"DELETE FROM lake.{quoted} WHERE n = 1")
            if '"' in name:
                self.assertIn("reads no table whose location holds a quotation mark", self.refused(f"SELECT * FROM {quoted}"))
            else:
                self.assertEqual(self.rows(f"SELECT * FROM {quoted}"), [(2,)])

    def test_a_query_ends_at_its_deadline_and_within_its_memory(self):
        endless = "SELECT count(*) FROM deleted, range(1000000000) a(i), range(1000) b(j) WHERE (i * j) % 7 = n"
        begin = time.monotonic()
        self.assertEqual(self.query(endless, timeoutMs=500).status, 504)
        self.assertLess(time.monotonic() - begin, 5)
        said = self.refused("SELECT list(i) FROM deleted, range(1000000000) t(i)", timeoutMs=60_000)
        self.assertIn("Out of Memory Error", said)
        self.assertEqual(self.rows("SELECT count(*) + 11 FROM deleted"), [(28,)])

    # The extension leaves out files by what a filter asks for, and is wrong about days before 1970 and about NaN.
    def test_no_filter_loses_a_row(self):
        for condition, expected in (("moment = '1969-12-31 23:00:00Z'", [1]), ("moment < '1969-12-31 22:30:00Z'", [2]), ("moment < '1970-01-01 00:00:00Z'", [1, 2]),
                                    ("moment > '1969-12-31 22:30:00Z' AND moment < '2000-01-01 00:00:00Z'", [1]), ("moment >= '2020-01-02 00:00:00Z'", [4]),
                                    ("x > 2", [1, 4]), ("isnan(x)", [1]), ("x = 'nan'::DOUBLE", [1]), ("n IN (1, 4, 5)", [1, 4]),
                                    ("moment IS NULL", []), ("x IS NOT NULL", [1, 2, 3, 4])):
            self.assertEqual([n for n, in self.rows(f"SELECT n FROM days WHERE {condition} ORDER BY n")], expected, condition)

    def test_the_same_question_is_answered_from_before_until_the_table_changes(self):
        name = "asked_again"
        self.writer.execute(f"CREATE TABLE lake.analytics.{name} (n BIGINT) WITH ('format-version' = '3')")
        self.writer.execute(f"INSERT INTO lake.analytics.{name} SELECT i FROM range(10) t(i)")
        for gone in (1, 2):
            self.writer.execute(f"DELETE FROM lake.analytics.{name} WHERE n = {gone}")
            first, again = (self.query(f"SELECT count(*) AS n FROM {name}").json() for _ in range(2))
            self.assertEqual((first["data"], again["data"]), ([{"n": 10 - gone}],) * 2)
            self.assertNotIn("cacheAgeMs", first["meta"])
            self.assertIn("cacheAgeMs", again["meta"])

    def test_only_what_needs_it_is_asked_of_a_worker_with_the_extension(self):
        before = self.workers_taken()
        for sql in ("SELECT count(*) + 7 AS n FROM plain", "SELECT n + 7, v::VARCHAR FROM various", "SELECT count(*) + 7 FROM old, events"):
            self.rows(sql)
        between = self.workers_taken()
        self.rows("SELECT count(*) + 7 AS n FROM deleted")
        after = self.workers_taken()
        self.assertEqual((between["plain"] - before["plain"], between["iceberg"] - before["iceberg"]), (3, 0))
        self.assertEqual((after["plain"] - between["plain"], after["iceberg"] - between["iceberg"]), (1, 1))

    def test_the_extensions_functions_are_refused_there_too(self):
        location = table.load_table(self.server, "deleted").metadata_location
        for function in ("iceberg_scan", "iceberg_metadata", "iceberg_snapshots", "iceberg_column_stats", "iceberg_to_ducklake", "read_avro"):
            said = self.refused(f"SELECT * FROM deleted, {function}('{location}')")
            self.assertIn("SQL validation failed", said)
        self.assertIn("SQL validation failed", self.refused("SELECT iceberg_bucket(n, 4) FROM deleted"))

    def test_a_worker_that_dies_is_that_querys_error(self):
        self.rows("SELECT 1 FROM deleted LIMIT 1")
        replies = []
        before = set(self.server.workers("sql"))
        endless = threading.Thread(target=lambda: replies.append(self.query("SELECT count(*) FROM deleted, range(1000000000) a(i), range(1000) b(j) "
                                                                           "WHERE (i * j) % 7 = n", timeoutMs=60_000)))
        used = {pid: cpu_ticks(pid) for pid in before}
        endless.start()
        busy, end = None, time.monotonic() + 30
        while busy is None and time.monotonic() < end:
            busy = next((pid for pid in before if cpu_ticks(pid) > used[pid] + 20), None)
            time.sleep(0.02)
        os.kill(busy, signal.SIGKILL)
        endless.join(timeout=60)
        self.assertEqual(replies[0].status, 500)
        self.assertIn("the SQL worker ended while it ran this query", replies[0].json()["error"])
        self.assertEqual(self.rows("SELECT count(*) + 9 FROM deleted"), [(26,)])
        self.assertEqual(self.rows("SELECT count(*) + 9 FROM plain"), [(20,)])


def cpu_ticks(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
    except FileNotFoundError:
        return 0
    return int(fields[11]) + int(fields[12])


@unittest.skipUnless(os.environ.get("TEST_ALL"), "part of ./test --all")
class SparkTest(Case):
    """Iceberg's own implementation writes, and counts."""

    def test_what_spark_deleted_is_gone_and_the_rest_is_there(self):
        self.server = Server("--query-extensions", table.extension_directory()).start()
        self.addCleanup(self.server.close)
        said = spark.run("version3.py", self.server.url + "/iceberg")
        for name, counted in json.loads(said.strip().splitlines()[-1]).items():
            for condition, expected in counted.items():
                condition = condition.replace("timestamp", "timestamptz").replace("00:00:00'", "00:00:00Z'")
                found = self.rows(f"SELECT count(*), sum(n)::BIGINT FROM spark.{name} WHERE {condition}")
                self.assertEqual([list(row) for row in found], [expected], (name, condition))


class StartTest(unittest.TestCase):
    """What cannot be loaded is said at start, not by the first query that needs it."""

    def directory(self):
        directory = scratch_directory()
        self.addCleanup(shutil.rmtree, directory, ignore_errors=True)
        shutil.copytree(table.extension_directory(), directory / "extensions")
        return directory / "extensions"

    def start_fails(self, directory):
        server = Server("--query-extensions", directory)
        self.addCleanup(server.close)
        with self.assertRaises(StartFailed) as refused:
            server.start()
        self.assertNotEqual(refused.exception.status, 0)
        return refused.exception.text

    def test_a_missing_extension_is_named(self):
        directory = self.directory()
        next(directory.rglob("iceberg.duckdb_extension")).unlink()
        said = self.start_fails(directory)
        self.assertIn(f"query.extensions: engine: extension iceberg is not loaded from {directory}", said)
        self.assertIn("not found", said)
        self.assertIn("extension avro", self.start_fails(directory / "none"))

    def test_a_damaged_extension_is_named(self):
        directory = self.directory()
        file = next(directory.rglob("avro.duckdb_extension"))
        with open(file, "r+b") as bytes_of_it:
            bytes_of_it.seek(5_000_000)
            bytes_of_it.write(b"damaged")
        said = self.start_fails(directory)
        self.assertIn("query.extensions: engine: extension avro is not loaded", said)
        self.assertIn("signature is either missing or invalid", said)


if __name__ == "__main__":
    unittest.main()
