"""What the server refuses to start on: one clear line, exit status not 0, nothing changed."""

import contextlib
import hashlib
import http.client
import json
import os
import pathlib
import shutil
import socket
import sqlite3
import tempfile
import threading
import time
import unittest

from harness import events, log_file
from harness.ledger import Ledger, Writer
from harness.server import Server, StartFailed, wait_until

# Requests may take 5 s, the last flush 10 s, the log and the catalog a moment.
STOP_SECONDS_MAX = 25
ARGUMENTS = ("--target-lag", "1s", "--log-segment-bytes", "1MiB")


DATABASES = ("catalog.db", "app.db")


def contents(directory):
    """Name and hash of every file that is data, and what the databases say, however SQLite keeps them."""
    found = {str(path.relative_to(directory)): hashlib.sha256(path.read_bytes()).hexdigest()
             for path in sorted(pathlib.Path(directory).rglob("*"))
             if path.is_file() and path.name != "LOCK" and not path.name.startswith(DATABASES)}
    return found | {name: database_text(directory, name) for name in DATABASES}


def database_text(directory, name):
    """A database as SQL, read from a copy; its bytes where it is no database."""
    with tempfile.TemporaryDirectory(dir=directory.parent) as scratch:
        for path in directory.glob(f"{name}*"):
            shutil.copy(path, scratch)
        database = pathlib.Path(scratch) / name
        if not database.exists():
            return ""
        with contextlib.closing(sqlite3.connect(database)) as connection:
            try:
                return "\n".join(connection.iterdump())
            except sqlite3.DatabaseError:
                return repr((directory / name).read_bytes())


class StartCase(unittest.TestCase):
    def setUp(self):
        self.server = Server(*ARGUMENTS)
        self.addCleanup(self.server.close)

    def fill(self, flushes=2):
        """Some flushed events and, after them, some that only the log holds."""
        self.server.start()
        for number in range(flushes):
            self.server.send(events.mixed(50, number, f"f{number}"))
            self.server.wait_committed(50 * (number + 1))
        self.server.stop()

    def assert_refuses(self, *words, arguments=()):
        """The start fails with one line on stderr that holds `words`, and changes nothing."""
        before = contents(self.server.data) if self.server.data.exists() else None
        with self.assertRaises(StartFailed) as refused:
            self.server.start(*arguments)
        self.assertNotIn(refused.exception.status, (0, None), refused.exception.text)
        self.assertGreater(refused.exception.status, 0, "it must not crash")
        reasons = [line for line in refused.exception.lines if "level=error" in line or line.startswith("icelight:")]
        self.assertEqual(len(reasons), 1, refused.exception.text)
        for word in words:
            self.assertIn(str(word), reasons[0])
        if before is not None:
            self.assertEqual(contents(self.server.data), before, "something was changed")
        return reasons[0]


class DirectoryTest(StartCase):
    def test_a_directory_that_cannot_be_written_is_named(self):
        if os.geteuid() == 0:
            self.server.data = pathlib.Path("/sys/kernel/icelight")  # root may write everywhere else
        else:
            self.server.directory.chmod(0o555)
        try:
            self.assert_refuses(self.server.data)
        finally:
            self.server.data = self.server.directory / "data"
            self.server.directory.chmod(0o755)

    def test_a_file_in_the_place_of_the_directory_is_named(self):
        self.server.data.write_text("not a directory")
        with self.assertRaises(StartFailed) as refused:
            self.server.start()
        self.assertIn(str(self.server.data), refused.exception.text)

    def test_a_second_server_on_one_directory_is_told_where_the_first_is(self):
        self.server.start()
        second = Server(*ARGUMENTS, directory=self.server.directory)
        second.log_path = self.server.directory / "second.log"
        with self.assertRaises(StartFailed) as refused:
            second.start()
        self.assertIn(self.server.url, refused.exception.text)
        self.assertIn(str(self.server.data), refused.exception.text)
        self.assertEqual(self.server.send([events.track("still-there")]).status, 200)


class PortTest(StartCase):
    def test_a_port_that_is_taken_is_named(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            self.assert_refuses(address, arguments=("--listen", address))

    def test_a_second_server_on_one_port_leaves_the_first_alone(self):
        self.server.start()
        second = Server(*ARGUMENTS)
        try:
            with self.assertRaises(StartFailed) as refused:
                second.start("--listen", f"127.0.0.1:{self.server.port}")
            self.assertIn(str(self.server.port), refused.exception.text)
        finally:
            second.close()
        self.assertEqual(self.server.send([events.track("first")]).status, 200)

    def test_listening_beyond_loopback_without_keys_is_refused_with_what_fixes_it(self):
        self.assert_refuses("AUTH_TOKEN", "API_TOKEN", "source add", "token add", arguments=("--listen", "0.0.0.0:0"))


class ConfigurationTest(StartCase):
    def test_an_unknown_option_names_the_nearest_one(self):
        self.assert_refuses("target-lag", arguments=("--target-lg", "1s"))

    def test_a_value_out_of_bounds_names_the_bounds(self):
        self.assert_refuses("1s", "1h", arguments=("--target-lag", "0s"))


class LogTest(StartCase):
    def records(self):
        return [record for record in log_file.all_records(self.server.data / "log") if record.count]

    def test_damage_in_the_log_is_named_by_file_and_nothing_is_changed(self):
        self.server.start("--target-lag", "1h")
        for number in range(5):
            self.server.send(events.mixed(20, number, f"d{number}"))
        self.server.kill()
        record = self.records()[1]
        path = self.server.data / "log" / record.segment
        with open(path, "r+b") as segment:
            segment.seek(record.start + 200)
            byte = segment.read(1)
            segment.seek(record.start + 200)
            segment.write(bytes([byte[0] ^ 1]))
        self.assert_refuses(record.segment)

    def test_a_deleted_log_is_refused_and_taken_as_lost_only_when_told(self):
        self.fill()
        shutil.rmtree(self.server.data / "log")
        (self.server.data / "log").mkdir()
        self.assert_refuses("--new-log")
        self.server.start("--new-log")
        self.server.send([events.track("after")])
        self.assertEqual(int(self.server.value("SELECT count(*) AS n FROM events")), 101)
        self.server.restart()
        self.assertEqual(int(self.server.value("SELECT count(*) AS n FROM events")), 101)

    def test_a_deleted_segment_is_refused(self):
        self.fill()
        for path in (self.server.data / "log").glob("*.wal"):
            path.unlink()
        self.assert_refuses(self.server.data / "log")

    def test_a_log_restored_from_before_the_table_is_refused(self):
        self.fill(1)
        shutil.copytree(self.server.data / "log", self.server.directory / "backup")
        self.fill_more()
        shutil.rmtree(self.server.data / "log")
        shutil.copytree(self.server.directory / "backup", self.server.data / "log")
        self.assert_refuses(self.server.data / "log")

    def fill_more(self):
        self.server.start()
        self.server.send(events.mixed(50, 9, "more"))
        self.server.wait_committed(100)
        self.server.stop()

    def test_the_log_of_another_directory_is_refused(self):
        self.fill(1)
        other = Server(*ARGUMENTS)
        try:
            other.start()
            other.send(events.mixed(10, 1, "other"))
            other.stop()
            shutil.rmtree(self.server.data / "log")
            shutil.copytree(other.data / "log", self.server.data / "log")
        finally:
            other.close()
        self.assert_refuses(self.server.data / "log")


class TableTest(StartCase):
    def warehouse(self):
        return self.server.data / "warehouse" / "analytics" / "events"

    def test_a_missing_metadata_file_is_named(self):
        self.fill()
        newest = max((self.warehouse() / "metadata").glob("*.metadata.json"))
        newest.unlink()
        self.assert_refuses(newest.name)

    def test_a_corrupt_catalog_is_named(self):
        self.fill()
        (self.server.data / "catalog.db").write_bytes(b"SQLite format 3\0" + b"\xff" * 4096)
        for left in ("catalog.db-wal", "catalog.db-shm"):
            (self.server.data / left).unlink(missing_ok=True)
        self.assert_refuses("catalog.db")

    def test_a_missing_data_file_is_named(self):
        """At the start, or by the query that needs it; ingest goes on."""
        self.fill()
        lost = next((self.warehouse() / "data").rglob("*.parquet"))
        lost.unlink()
        try:
            self.server.start()
        except StartFailed as refused:
            self.assertIn(lost.name, refused.text)
            return
        reply = self.server.request("POST", "/query", '{"sql": "SELECT sum(length(properties)) AS n FROM events"}')
        self.assertIn(reply.status, (400, 500), reply)
        self.assertIn(lost.name, reply.text())
        self.assertEqual(self.server.send([events.track("goes-on")]).status, 200)


class GoodStartTest(StartCase):
    def test_everything_is_there_after_an_ordered_stop(self):
        self.fill()
        self.server.start()
        self.assertEqual(int(self.server.value("SELECT count(*) AS n FROM events")), 100)
        self.assertEqual(self.server.stop(), 0)

    def test_a_stop_flushes_what_only_the_log_held(self):
        self.server.start("--target-lag", "1h")
        self.server.send(events.mixed(30, 1, "late"))
        self.assertEqual(self.server.stop(), 0)
        self.server.start("--target-lag", "1h")
        self.assertEqual(int(self.server.value("SELECT count(*) AS n FROM events", freshness="committed")), 30)

    def test_a_stop_in_the_middle_of_everything_is_bounded_and_keeps_what_was_acknowledged(self):
        self.server.start()
        ledger = Ledger(7)
        writers = [Writer(ledger, self.server.port, f"stop{number}") for number in range(4)]
        reader, half = self.open_socket(), self.open_socket()
        reader.sendall(b"GET /api/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
        half.sendall(b"POST /v1/batch HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")
        query = threading.Thread(target=self.ask_for_ever, daemon=True)
        for thread in (*writers, query):
            thread.start()
        wait_until(lambda: len(ledger.acknowledged) > 2_000, 60, "the load is there")
        begin = time.monotonic()
        self.assertEqual(self.server.stop(), 0)
        self.assertLess(time.monotonic() - begin, STOP_SECONDS_MAX)
        for thread in (*writers, query):
            thread.join(timeout=30)
        self.server.start()
        rows = {}
        for row in self.server.sql("SELECT message_id, properties FROM events"):
            rows.setdefault(row["message_id"], []).append(row["properties"])
        self.assertEqual(ledger.errors(rows), [])

    def open_socket(self):
        connection = socket.create_connection(("127.0.0.1", self.server.port), timeout=30)
        self.addCleanup(connection.close)
        return connection

    def ask_for_ever(self):
        with contextlib.suppress(OSError, http.client.HTTPException):
            self.server.request("POST", "/query", json.dumps({"sql": "SELECT count(*) FROM range(10000000000000) a"}))

    def test_a_torn_last_group_is_cut_and_the_rest_kept(self):
        self.server.start("--target-lag", "1h")
        self.server.send(events.mixed(30, 1, "whole"))
        self.server.kill()
        last = [record for record in log_file.all_records(self.server.data / "log")][-1]
        with open(self.server.data / "log" / last.segment, "r+b") as segment:
            segment.seek(last.end)
            segment.write(b"\x01" * 300)  # what a group in flight may leave
        self.server.start("--target-lag", "1h")
        self.assertEqual(int(self.server.value("SELECT count(*) AS n FROM events")), 30)

    def test_duplicates_are_known_across_restarts(self):
        batch = events.mixed(30, 1, "again")
        for _ in range(3):
            self.server.start()
            self.assertEqual(self.server.send(batch).json()["count"], 30)
            self.server.kill()
        self.server.start()
        self.assertEqual(int(self.server.value("SELECT count(*) AS n FROM events")), 30)

    def test_workers_end_with_the_server(self):
        self.server.start()
        self.server.send(events.mixed(10, 1, "w"))
        wait_until(lambda: self.server.workers("sql"), 10, "SQL workers")
        self.server.kill()  # checks that its children are gone


if __name__ == "__main__":
    unittest.main()
