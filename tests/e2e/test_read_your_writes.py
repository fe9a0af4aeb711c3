"""A count right after each 200 includes what was acknowledged, across flushes, while another client reads, another
engine puts the table's rows into new files, and others write: 5,000 events a second with TEST_ALL, 500 without."""

import itertools
import os
import threading
import time
import unittest

import pyarrow.compute
from pyiceberg.exceptions import CommitFailedException, ValidationException
from pyiceberg.expressions import LessThanOrEqual

from harness import events, table
from harness.server import Server

WRITES = 10_000 if os.environ.get("TEST_ALL") else 1_000
OTHERS_A_SECOND = 5_000 if os.environ.get("TEST_ALL") else 500
OTHERS_A_BATCH = 100
READ_PAUSE_SECONDS = 0.02
# A rewrite reads the whole table into this process; between two, flushes get their turn.
REWRITTEN_ROWS_MAX = 200_000
REWRITE_PAUSE_SECONDS = 2
REWRITE_SECONDS_MAX = 120  # Until one has not given way to a flush; the counts go on so long.
MINE = "user_id = 'user-1'"


class ReadYourWritesTest(unittest.TestCase):
    def setUp(self):
        self.server = Server("--target-lag", "1s", "--lake-flush-bytes-max", "1MiB").start()
        self.addCleanup(self.server.close)
        self.written = 0  # acknowledged so far; grows only
        self.wrong = []
        self.rewrites = self.conflicts = 0
        self.is_done = threading.Event()

    def read_along(self):
        """A second client: never fewer rows than were acknowledged before it asked, never fewer than before."""
        last = 0
        with self.server.client() as client:
            while not self.is_done.is_set():
                before = self.written
                count = int(client.sql(f"SELECT count(*) AS n FROM events WHERE {MINE}")[0]["n"])
                if count < max(before, last):
                    self.wrong.append(f"the second client counted {count} after {before} were acknowledged, {last} seen")
                last = count
                time.sleep(READ_PAUSE_SECONDS)

    def write_beside(self):
        """Others' events, at a steady rate."""
        due, number = time.monotonic(), 0
        with self.server.client() as client:
            while not self.is_done.is_set():
                client.send([events.track(f"o{number}-{i}", user="somebody") for i in range(OTHERS_A_BATCH)])
                number, due = number + 1, due + OTHERS_A_BATCH / OTHERS_A_SECOND
                time.sleep(max(0, due - time.monotonic()))

    def rewrite_beside(self):
        """PyIceberg replaces every file of the table that it sees; files of later flushes are not in its way. It changes nothing
        where it gives way to a flush all the same."""
        pause = REWRITE_PAUSE_SECONDS
        while not self.is_done.wait(pause):
            lake = table.load_table(self.server)
            rows = lake.scan().to_arrow()
            if len(rows) > REWRITTEN_ROWS_MAX:
                return
            if len(rows) == 0:
                continue
            try:
                lake.overwrite(rows, overwrite_filter=LessThanOrEqual("_log_offset", pyarrow.compute.max(rows["_log_offset"]).as_py()))
                self.rewrites += 1
                pause = REWRITE_PAUSE_SECONDS
            except (CommitFailedException, ValidationException):
                self.conflicts += 1
                pause = 0

    def test_a_count_right_after_each_200_includes_it(self):
        others = [threading.Thread(target=run) for run in (self.read_along, self.write_beside, self.rewrite_beside)]
        for other in others:
            other.start()
        waits = []
        end = time.monotonic() + REWRITE_SECONDS_MAX
        try:
            with self.server.client() as client:
                for number in itertools.count():
                    if number >= WRITES and (self.rewrites > 0 or time.monotonic() > end):
                        break
                    size = 1 + number % 3
                    batch = [events.track(f"w{number}-{i}", note="x" * 200) for i in range(size)]
                    self.assertEqual(client.send(batch).status, 200)
                    self.written += size
                    acknowledged = time.monotonic()
                    count = int(client.sql(f"SELECT count(*) AS n FROM events WHERE {MINE}")[0]["n"])
                    waits.append((time.monotonic() - acknowledged) * 1000)
                    self.assertEqual(count, self.written, f"after write {number}")
        finally:
            self.is_done.set()
            for other in others:
                other.join(timeout=60)
        waits.sort()
        print(f"{len(waits)} counts, from the 200 to the answer p50 {waits[len(waits) // 2]:.1f} ms, p99 {waits[len(waits) * 99 // 100]:.1f} ms; "
              f"{self.rewrites} rewrites beside, {self.conflicts} gave way to a flush")
        self.assertEqual(self.wrong[:3], [])
        self.assertGreater(self.rewrites, 0, "a rewrite must happen between the counts")
        snapshots = int(self.server.request("GET", "/iceberg/v1/namespaces/analytics/tables/events").json()
                        ["metadata"]["last-sequence-number"])
        self.assertGreater(snapshots, 3, "flushes must happen between the counts")
        self.assertEqual(self.server.value(f"SELECT count(DISTINCT message_id) AS n FROM events WHERE {MINE}"), self.written)


if __name__ == "__main__":
    unittest.main()
