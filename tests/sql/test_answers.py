"""The same questions through us, through DuckDB on the table's own files, and through PyIceberg's reader: equal
answers, with rows in the log's tail, after foreign deletes and after the schema changed."""

import json
import os
import time
import unittest

import duckdb
from pyiceberg.types import StringType

from harness import events, spark, table
from harness.server import Server, wait_until
from sql.questions import QUESTIONS

COMMITTED = 1_000
TAILS = (0, 10_000, 200_000) if os.environ.get("TEST_ALL") else (0, 1_000)
BATCH = 1_000
FIRST_LOOK_SECONDS = 1  # What comes before the flusher's first look at the log is flushed at once.
# Texts, in one order, whatever the reader's types and plan are.
WRAPPER = "SELECT COLUMNS(*)::VARCHAR FROM ({}) ORDER BY ALL"


def connect():
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    return connection


class Readers:
    """The three ways to the same table; `ask` gives rows as tuples of texts."""

    def __init__(self, server):
        self.server = server
        self.lake = table.load_table(server)

    def ours(self, question):
        reply = self.server.request("POST", "/query", json.dumps({"sql": WRAPPER.format(question), "maxRows": 1_000_000}))
        if reply.status != 200:
            raise AssertionError(f"{reply.status} {reply.text()[:500]} for {question}")
        columns = [column["name"] for column in reply.json()["meta"]["columns"]]
        return [tuple(row[name] for name in columns) for row in reply.json()["data"]]

    def over_files(self):
        """DuckDB over the Parquet files themselves; only for tables without delete files."""
        tasks = list(self.lake.scan().plan_files())
        assert not any(task.delete_files for task in tasks)
        paths = ", ".join(f"'{task.file.file_path.removeprefix('file://')}'" for task in tasks)
        connection = connect()
        connection.execute(f"CREATE VIEW events AS SELECT * FROM read_parquet([{paths}], hive_partitioning = false)")
        return lambda question: connection.execute(WRAPPER.format(question)).fetchall()

    def by_pyiceberg(self):
        rows = self.lake.scan().to_arrow()  # noqa: F841: DuckDB finds it by its name
        connection = connect()
        connection.execute("CREATE TABLE events AS SELECT * FROM rows")
        return lambda question: connection.execute(WRAPPER.format(question)).fetchall()


def send(server, count, seed, prefix):
    sent = events.mixed(count, seed, prefix)
    for begin in range(0, count, BATCH):
        assert server.send(sent[begin:begin + BATCH]).status == 200


def rewrite(server):
    """Puts the rows of the table's files into new ones: Spark's rewrite_data_files with TEST_ALL, else PyIceberg's overwrite."""
    if os.environ.get("TEST_ALL"):
        spark.run("compact.py", server.url + "/iceberg", "analytics.events")
        return
    lake = table.load_table(server)
    lake.overwrite(lake.scan().to_arrow())


class AnswersTest(unittest.TestCase):
    maxDiff = 2_000

    def start(self):
        server = Server("--target-lag", "1s").start()
        self.addCleanup(server.close)
        send(server, COMMITTED // 2, 1, "a")
        server.wait_committed(COMMITTED // 2)
        send(server, COMMITTED // 2, 2, "b")
        server.wait_committed(COMMITTED)
        return server

    def assert_equal_answers(self, ours, *others):
        for question in QUESTIONS:
            expected = ours[question]
            self.assertTrue(expected, question)
            for other in others:
                self.assertEqual([tuple(row) for row in other(question)], expected, question)

    def test_the_questions_are_forty_or_more_and_different(self):
        self.assertGreaterEqual(len(set(QUESTIONS)), 40)

    def test_rows_of_the_log_answer_as_the_same_rows_in_files(self):
        server = self.start()
        for number, tail in enumerate(TAILS):
            with self.subTest(tail=tail):
                server.restart("--target-lag", "1h")
                time.sleep(FIRST_LOOK_SECONDS)
                before = int(server.value("SELECT count(*) AS n FROM events"))
                if tail:
                    send(server, tail, 10 + number, f"t{number}")
                readers = Readers(server)
                meta = server.request("POST", "/query", json.dumps({"sql": "SELECT count(*) FROM events"})).json()["meta"]
                self.assertEqual(meta["tailRows"], tail)
                ours = {question: readers.ours(question) for question in QUESTIONS}
                server.restart("--target-lag", "1s")
                server.wait_committed(before + tail, seconds=180)
                readers = Readers(server)
                self.assert_equal_answers(ours, readers.ours, readers.over_files(), readers.by_pyiceberg())

    def test_files_that_another_engine_rewrote_answer_as_those_before(self):
        server = self.start()
        send(server, 500, 4, "d")
        server.wait_committed(COMMITTED + 500)
        server.restart("--target-lag", "1h")
        time.sleep(FIRST_LOOK_SECONDS)
        send(server, 500, 5, "tail")
        ours = {question: Readers(server).ours(question) for question in QUESTIONS}
        before = {task.file.file_path for task in Readers(server).lake.scan().plan_files()}
        self.assertGreater(len(before), 2)
        rewrite(server)
        readers = Readers(server)
        after = {task.file.file_path for task in readers.lake.scan().plan_files()}
        self.assertLess(len(after), len(before))
        self.assertFalse(after & before, "every file must be a new one")
        self.assertEqual({question: readers.ours(question) for question in QUESTIONS}, ours)
        server.restart("--target-lag", "1s")
        server.wait_committed(COMMITTED + 1_000)
        readers = Readers(server)
        self.assert_equal_answers(ours, readers.ours, readers.over_files(), readers.by_pyiceberg())
        report = server.request("GET", "/api/fsck").json()
        self.assertTrue(report["clean"], report["findings"][:5])

    def test_foreign_deletes_and_a_changed_schema_are_read_as_others_read_them(self):
        server = self.start()
        with table.connect_duckdb() as connection:
            table.attach(connection, server)
            connection.execute("DELETE FROM lake.analytics.events WHERE user_id IN ('user-4', 'user-5')")
            connection.execute("DELETE FROM lake.analytics.events WHERE event = 'Order Completed' AND user_id = 'user-9'")
        readers = Readers(server)
        self.assertTrue(any(task.delete_files for task in readers.lake.scan().plan_files()), "there must be delete files")
        self.assertEqual(server.value("SELECT count(*) AS n FROM events WHERE user_id IN ('user-4', 'user-5')"), 0)
        self.assert_equal_answers({question: readers.ours(question) for question in QUESTIONS}, readers.by_pyiceberg())

        with readers.lake.update_schema() as update:
            update.add_column("added", StringType())
            update.rename_column("category", "kind_of_thing")
        send(server, 500, 3, "c")
        wait_until(lambda: int(server.value("SELECT count(*) AS n FROM events WHERE message_id LIKE 'c-%'", freshness="committed")) == 500,
                   60, "the rows are in the table")
        self.assertEqual(server.value("SELECT count(added) + count(kind_of_thing) AS n FROM events"), 0)
        readers = Readers(server)
        self.assert_equal_answers({question: readers.ours(question) for question in QUESTIONS}, readers.by_pyiceberg())


if __name__ == "__main__":
    unittest.main()
