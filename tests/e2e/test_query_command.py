"""`icelight query`: against a running server and read-only on a stopped directory; formats, stdin, exit status."""

import io
import json
import os
import pathlib
import pty
import select
import shutil
import signal
import subprocess
import time
import unittest

import pyarrow.ipc
import pyarrow.parquet

from harness import events
from harness.server import RELEASE, Server, clean_environment, is_alive, wait_until

ROWS = 300
FIRST_LOOK_SECONDS = 1  # What comes before the flusher's first look at the log is flushed at once.
SQL = "SELECT type, count(*) AS n FROM events GROUP BY type ORDER BY type"


def read_terminal(descriptor, seconds):
    """What a program wrote to a terminal of its own until it closed it."""
    said = b""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))[0]:
        try:
            piece = os.read(descriptor, 4096)
        except OSError:  # EIO: nobody has its other end open.
            break
        if not piece:
            break
        said += piece
    return said


class QueryCommandTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # Some rows in the table, some in the log alone.
        cls.server = Server("--target-lag", "1s").start()
        cls.addClassCleanup(cls.server.close)
        cls.server.send(events.mixed(ROWS - 100, 1, "a"))
        cls.server.wait_committed(ROWS - 100)
        cls.server.restart("--target-lag", "1h")
        time.sleep(FIRST_LOOK_SECONDS)
        cls.server.send(events.mixed(100, 2, "b"))

    def run_query(self, *arguments, text=None):
        return subprocess.run([RELEASE / "icelight", "query", "--data", self.server.data, *arguments], input=text, capture_output=True,
                              timeout=120, env=clean_environment())

    def check_formats(self):
        count = "SELECT count(*) AS n FROM events"
        self.assertEqual(self.run_query(count, "--format", "csv").stdout, f"n\r\n{ROWS}\r\n".encode())
        self.assertEqual(self.run_query(count, "--format", "ndjson").stdout, f'{{"n":{ROWS}}}\n'.encode())
        self.assertEqual(json.loads(self.run_query(count, "--format", "json").stdout)["data"], [{"n": ROWS}])
        table = pyarrow.parquet.read_table(io.BytesIO(self.run_query("SELECT message_id FROM events", "--format", "parquet").stdout))
        self.assertEqual(len(set(table.column("message_id").to_pylist())), ROWS)
        stream = pyarrow.ipc.open_stream(io.BytesIO(self.run_query("SELECT message_id FROM events", "--format", "arrow").stdout))
        self.assertEqual(len(set(stream.read_all().column("message_id").to_pylist())), ROWS)
        lines = self.run_query(SQL).stdout.decode().splitlines()
        self.assertEqual(lines[0].split(), ["type", "n"])
        self.assertEqual(sum(int(line.split()[1]) for line in lines[2:]), ROWS)
        from_stdin = self.run_query("--format", "csv", text=count.encode())
        self.assertEqual(from_stdin.stdout, f"n\r\n{ROWS}\r\n".encode())
        committed = self.run_query(count, "--format", "csv", "--committed").stdout
        self.assertLess(int(committed.split()[1]), ROWS)
        many = self.run_query("SELECT i FROM range(20000) t(i)", "--format", "csv")
        self.assertEqual(many.stdout.count(b"\n"), 20_001)

    def check_errors(self):
        for sql, words in (("SELECT nope FROM events", b"nope"), ("DROP TABLE events", b"SQL validation failed"),
                           ("SELECT * FROM read_text('/etc/passwd')", b"not allowed")):
            found = self.run_query(sql)
            self.assertEqual((found.returncode, found.stdout), (1, b""), sql)
            self.assertIn(words, found.stderr)
        self.assertEqual(self.run_query("SELECT 1", "--format", "xml").returncode, 2)

    def test_it_answers_from_a_running_server_and_from_a_stopped_directory(self):
        self.check_formats()
        self.check_errors()
        # As it is after a crash: the log holds rows that no table has, and nothing was closed.
        self.server.kill()
        before = self.files()
        self.check_formats()
        self.check_errors()
        self.assertEqual(self.files(), before, "a stopped directory is only read")
        self.server.start()
        self.assertEqual(int(self.server.value("SELECT count(*) AS n FROM events")), ROWS)

    def test_a_person_sees_progress_on_stderr_and_a_pipe_does_not(self):
        sql = "SELECT count(*) AS n FROM range(1000000) a, range(1000000) b"
        command = [RELEASE / "icelight", "query", "--data", self.server.data, "--format", "csv", "--timeout", "3", sql]
        ours, theirs = pty.openpty()
        try:
            with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs, env=clean_environment()) as process:
                os.close(theirs)
                said = read_terminal(ours, seconds=60)
                self.assertEqual((process.stdout.read(), process.wait(60)), (b"", 1))
        finally:
            os.close(ours)
        self.assertRegex(said, rb"\r1 s, [0-9]+ KiB \r2 s, [0-9]+ KiB ")
        # The line is taken away before the error.
        self.assertRegex(said, rb"\r\x1b\[K[^\r]*deadline")
        piped = self.run_query("--timeout", "3", "--format", "csv", sql)
        self.assertNotIn(b"KiB", piped.stderr)
        self.assertIn(b"deadline", piped.stderr)

    def test_a_statement_from_stdin_may_begin_with_a_mark_and_is_one(self):
        for text, status, words in ((b"", 1, b"Missing `sql`"), (b"SELECT 1; SELECT 2", 1, b"exactly one SELECT"), (b"\xef\xbb\xbfSELECT 1 AS a;\n", 0, b"")):
            found = self.run_query("--format", "csv", text=text)
            self.assertEqual((found.returncode, found.stdout), (status, b"" if status else b"a\r\n1\r\n"), found)
            self.assertIn(words, found.stderr)

    def test_a_reader_that_goes_ends_it_without_a_word(self):
        for form in ("csv", "ndjson", "table"):
            command = [RELEASE / "icelight", "query", "--data", self.server.data, "--format", form, "SELECT i, repeat('x', 200) AS w FROM range(500000) t(i)"]
            with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=clean_environment()) as process:
                process.stdout.readline()
                process.stdout.close()
                self.assertEqual((process.stderr.read(), process.wait(60)), (b"", -signal.SIGPIPE), form)

    def test_an_interrupt_ends_the_servers_query_too(self):
        sql = "SELECT count(*) FROM range(1000000) a, range(1000000) b"
        command = [RELEASE / "icelight", "query", "--data", self.server.data, sql]

        def active():
            return [one for one in self.server.request("GET", "/api/queries/active").json()["queries"] if one["sql"] == sql]

        # What a shell starts in the background ignores the signal, and so would all that it starts.
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=clean_environment(),
                              preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)) as process:
            wait_until(active, 20, "the query runs")
            process.send_signal(signal.SIGINT)
            self.assertEqual((process.wait(20), process.stderr.read()), (-signal.SIGINT, b""))
        wait_until(lambda: not active(), 10, "its client is gone")

    def test_a_server_that_is_away_is_named(self):
        found = self.run_query("--server", "http://127.0.0.1:1", "SELECT 1")
        self.assertEqual((found.returncode, found.stdout), (1, b""))
        self.assertIn(b"http://127.0.0.1:1: Connection refused", found.stderr)

    def test_a_directory_that_is_none_is_named(self):
        found = subprocess.run([RELEASE / "icelight", "query", "--data", self.server.directory / "absent", "SELECT 1"], capture_output=True,
                               timeout=60, env=clean_environment())
        self.assertNotEqual(found.returncode, 0)
        self.assertIn(b"absent", found.stderr)

    def files(self):
        return sorted((str(path.relative_to(self.server.data)), path.stat().st_size, path.stat().st_mtime_ns)
                      for path in self.server.data.rglob("*") if path.is_file() and path.name != "LOCK")


class StoppedDirectoryEndsTest(unittest.TestCase):
    """What ends `icelight query` on a stopped directory ends its worker and leaves nothing below TMPDIR."""

    ENDLESS = "SELECT count(*) FROM range(1000000) a, range(1000000) b"

    @classmethod
    def setUpClass(cls):
        cls.server = Server().start()
        cls.addClassCleanup(cls.server.close)
        cls.server.stop()

    def setUp(self):
        self.temporary = self.server.directory / "temporary"
        shutil.rmtree(self.temporary, ignore_errors=True)
        self.temporary.mkdir()

    def start(self, sql, *arguments, ignores=()):
        def prepare():
            # What a shell starts in the background ignores SIGINT, and so would all that it starts.
            for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.SIG_IGN if number in ignores else signal.SIG_DFL)

        command = [RELEASE / "icelight", "query", "--data", self.server.data, *arguments, sql]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=prepare,
                                env=clean_environment(TMPDIR=str(self.temporary)))

    def wait_for_worker(self, process):
        """Until it has a worker and a directory for it. @return the worker's process."""
        children = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children")
        wait_until(lambda: children.read_text() and list(self.temporary.iterdir()), 20, "a worker and its directory")
        time.sleep(0.3)  # It is in the midst of the query, most often.
        return int(children.read_text())

    def check_worker_is_gone(self, worker):
        wait_until(lambda: not is_alive(worker), 10, "its worker ends")

    def test_a_signal_ends_it_and_its_worker_and_leaves_nothing(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.start(self.ENDLESS) as process:
                worker = self.wait_for_worker(process)
                process.send_signal(number)
                self.assertEqual((process.wait(20), process.stdout.read(), process.stderr.read()), (-number, b"", b""))
            self.check_worker_is_gone(worker)
            self.assertEqual(list(self.temporary.iterdir()), [], number)

    def test_what_nobody_can_catch_leaves_its_directory_and_no_worker(self):
        with self.start(self.ENDLESS) as process:
            worker = self.wait_for_worker(process)
            process.kill()
            self.assertEqual(process.wait(20), -signal.SIGKILL)
        self.check_worker_is_gone(worker)
        self.assertEqual([path.name.startswith("icelight-query-") for path in self.temporary.iterdir()], [True])

    def test_it_ends_though_nobody_reads_what_it_writes(self):
        with self.start("SELECT i, repeat('x', 200) AS w FROM range(5000000) t(i)", "--format", "csv") as process:
            worker = self.wait_for_worker(process)
            process.send_signal(signal.SIGINT)
            self.assertEqual(process.wait(20), -signal.SIGINT)
        self.check_worker_is_gone(worker)
        self.assertEqual(list(self.temporary.iterdir()), [])

    def test_a_reader_that_goes_ends_it_without_a_word_and_leaves_nothing(self):
        with self.start("SELECT i, repeat('x', 200) AS w FROM range(5000000) t(i)", "--format", "csv") as process:
            worker = self.wait_for_worker(process)
            process.stdout.readline()
            process.stdout.close()
            self.assertEqual((process.stderr.read(), process.wait(60)), (b"", -signal.SIGPIPE))
        self.check_worker_is_gone(worker)
        self.assertEqual(list(self.temporary.iterdir()), [])

    def test_a_signal_that_it_was_started_to_ignore_does_not_end_it(self):
        with self.start(self.ENDLESS, "--timeout", "3", ignores=(signal.SIGHUP,)) as process:
            self.wait_for_worker(process)
            process.send_signal(signal.SIGHUP)
            self.assertEqual((process.wait(60), process.stdout.read()), (1, b""))
            self.assertIn(b"deadline", process.stderr.read())
        self.assertEqual(list(self.temporary.iterdir()), [])


if __name__ == "__main__":
    unittest.main()
