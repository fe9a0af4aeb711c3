"""The clock of a running server jumps a day back and forth: no row is lost or doubled, snapshots keep their order, nothing that
is reached is deleted."""

import datetime
import pathlib
import unittest

from harness import events, table
from harness.server import Server

# Debian's libfaketime: what the clock says is read from a file at every call.
LIBRARY = next(iter(sorted(pathlib.Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))), None)
JUMPS = ("+0", "-1d", "+1d", "+0")
JUMPS_OVER_RESTARTS = ("-1d", "+1d")
EVENTS_EACH = 40


@unittest.skipUnless(LIBRARY, "libfaketime is not installed")
class ClockTest(unittest.TestCase):
    def setUp(self):
        self.server = Server("--target-lag", "1s", "--lake-snapshots-kept", "3")
        self.addCleanup(self.server.close)
        self.clock = self.server.directory / "clock"
        self.server.environment = {"LD_PRELOAD": str(LIBRARY), "FAKETIME_TIMESTAMP_FILE": str(self.clock), "FAKETIME_NO_CACHE": "1",
                                   "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        self.sent = []
        self.set_clock("+0")
        self.server.start()

    def set_clock(self, offset):
        fresh = self.clock.with_suffix(".new")
        fresh.write_text(offset + "\n")
        fresh.rename(self.clock)

    def send(self, name):
        batch = events.mixed(EVENTS_EACH, len(self.sent) + 1, name)
        self.assertEqual(self.server.send(batch).status, 200)
        self.assertEqual(self.server.send(batch).status, 200)  # a retry: stored once
        self.sent += [event["messageId"] for event in batch]
        self.server.wait_committed(len(self.sent))

    def expect_whole(self):
        rows = table.scan(self.server, columns=("message_id", "_log_offset")).to_pylist()
        self.assertEqual(sorted(row["message_id"] for row in rows), sorted(self.sent))
        self.assertEqual(len({row["_log_offset"] for row in rows}), len(self.sent))
        found = table.load_table(self.server)
        times = [snapshot.timestamp_ms for snapshot in sorted(found.metadata.snapshots, key=lambda one: one.sequence_number)]
        self.assertEqual(times, sorted(set(times)), "snapshots out of order")
        for snapshot in found.metadata.snapshots:
            found.scan(snapshot_id=snapshot.snapshot_id, selected_fields=("_log_offset",)).to_arrow()
        report = self.server.request("GET", "/api/fsck").json()
        self.assertTrue(report["clean"], report["findings"][:5])

    def test_a_day_back_and_forth_on_a_running_server_and_over_restarts(self):
        for turn, offset in enumerate(JUMPS):
            self.set_clock(offset)
            self.send(f"live{turn}-")
        self.expect_whole()
        for turn, offset in enumerate(JUMPS_OVER_RESTARTS):
            self.server.stop()
            self.set_clock(offset)
            self.server.start()
            self.send(f"again{turn}-")
        self.expect_whole()
        # The control: the clock did jump. Rows went on with it, and never back.
        rows = table.scan(self.server, columns=("_log_offset", "__ingest_ts")).to_pylist()
        stamps = [row["__ingest_ts"] for row in sorted(rows, key=lambda row: row["_log_offset"])]
        self.assertEqual(stamps, sorted(stamps))
        self.assertGreater(stamps[-1] - stamps[0], datetime.timedelta(hours=23))


if __name__ == "__main__":
    unittest.main()
