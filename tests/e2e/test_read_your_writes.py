"""A count right after each 200 includes what was acknowledged, across flushes, while another client reads."""

import os
import threading
import unittest

from harness import events
from harness.server import Server

WRITES = 10_000 if os.environ.get("TEST_ALL") else 1_000


class ReadYourWritesTest(unittest.TestCase):
    def setUp(self):
        self.server = Server("--target-lag", "1s", "--lake-flush-bytes-max", "1MiB").start()
        self.addCleanup(self.server.close)
        self.written = 0  # acknowledged so far; grows only
        self.wrong = []
        self.is_done = threading.Event()

    def read_along(self):
        """A second client: never fewer rows than were acknowledged before it asked, never fewer than before."""
        last = 0
        with self.server.client() as client:
            while not self.is_done.is_set():
                before = self.written
                count = int(client.sql("SELECT count(*) AS n FROM events")[0]["n"])
                if count < max(before, last):
                    self.wrong.append(f"the second client counted {count} after {before} were acknowledged, {last} seen")
                last = count

    def test_a_count_right_after_each_200_includes_it(self):
        reader = threading.Thread(target=self.read_along)
        reader.start()
        try:
            with self.server.client() as client:
                for number in range(WRITES):
                    size = 1 + number % 3
                    batch = [events.track(f"w{number}-{i}", note="x" * 200) for i in range(size)]
                    self.assertEqual(client.send(batch).status, 200)
                    self.written += size
                    count = int(client.sql("SELECT count(*) AS n FROM events")[0]["n"])
                    self.assertEqual(count, self.written, f"after write {number}")
        finally:
            self.is_done.set()
            reader.join(timeout=60)
        self.assertEqual(self.wrong[:3], [])
        snapshots = int(self.server.request("GET", "/iceberg/v1/namespaces/analytics/tables/events").json()
                        ["metadata"]["last-sequence-number"])
        self.assertGreater(snapshots, 3, "flushes must happen between the counts")
        self.assertEqual(self.server.value("SELECT count(DISTINCT message_id) AS n FROM events"), self.written)


if __name__ == "__main__":
    unittest.main()
