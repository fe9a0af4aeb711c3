"""Rolled back, dropped, deleted from: what other clients take out of the event tables halts the sink or is counted."""

import json
import subprocess
import unittest

from pyiceberg.catalog import load_catalog

from harness import events, table
from harness.server import Server, clean_environment, wait_until


class RollbackTest(unittest.TestCase):
    def setUp(self):
        self.server = Server("--target-lag", "1s").start()
        self.addCleanup(self.server.close)
        self.sent = 0
        for _ in range(3):
            self.send()

    def send(self, count=50, gone=0):
        self.server.send(events.mixed(count, self.sent + 1, f"r{self.sent}-"))
        self.sent += count
        self.server.wait_committed(self.sent - gone)

    def run_command(self, *arguments):
        done = subprocess.run([self.server.binary, *arguments, "--data", self.server.data], capture_output=True,
                              text=True, timeout=60, env=clean_environment())
        return done.returncode, done.stdout, done.stderr

    def expect_clean(self):
        status, said, error = self.run_command("fsck")
        self.assertEqual(status, 0, said + error)
        offsets = json.loads(said)["offsets"]
        self.assertTrue(offsets["checked"])
        return offsets

    def roll_back(self):
        """To the snapshot that holds the first 50 rows; then 20 events more, which wait in the log."""
        found = table.load_table(self.server)
        snapshot = next(one for one in found.metadata.snapshots if one.summary["total-records"] == "50")
        found.manage_snapshots().rollback_to_snapshot(snapshot.snapshot_id).commit()
        self.server.send(events.mixed(20, 1_000, "after-"))
        wait_until(lambda: "was rolled back" in self.failure(), 60, "/health says so")
        self.assertIn("icelight resume", self.failure())
        self.assertEqual(len(table.scan(self.server, columns=("message_id",))), 50)

    def failure(self):
        return self.server.request("GET", "/health").json()["table"].get("failure", "")

    def ids(self):
        return table.scan(self.server, columns=("message_id",)).column(0).to_pylist()

    def resume(self, choice, least):
        status, _, error = self.run_command("resume", choice)
        self.assertEqual(status, 2)
        self.assertIn("in use by another icelight", error)
        self.server.stop()
        status, said, error = self.run_command("resume", choice)
        self.assertEqual(status, 0, error)
        self.assertIn("resumed", said)
        self.server.start()
        self.server.wait_committed(least)

    def test_a_rollback_halts_and_replayed_every_row_comes_once(self):
        self.roll_back()
        self.resume("--replay", 170)
        ids = self.ids()
        self.assertEqual((len(ids), len(set(ids))), (170, 170))
        self.assertEqual(self.expect_clean()["gone"], 0)

    def test_a_rollback_halts_and_accepted_the_rows_are_gone_and_counted(self):
        self.roll_back()
        self.resume("--accept", 70)
        ids = self.ids()
        self.assertEqual((len(ids), len(set(ids))), (70, 70))
        self.assertEqual(sum(one.startswith("after-") for one in ids), 20)
        self.assertEqual(self.expect_clean()["gone"], 100)
        status, _, error = self.run_command("resume", "--accept")
        self.assertEqual(status, 2)
        del error

    def test_a_dropped_table_is_made_anew_by_the_server_alone(self):
        catalog = load_catalog("icelight", type="rest", uri=self.server.url + "/iceberg")
        schema = table.load_table(self.server).schema()
        catalog.drop_table("analytics.events")
        with self.assertRaises(Exception) as refused:
            catalog.create_table("analytics.events", schema)
        self.assertIn("the server itself makes it", str(refused.exception))
        self.server.send(events.mixed(20, 1_000, "after-"))
        self.resume("--replay", 170)
        ids = self.ids()
        self.assertEqual((len(ids), len(set(ids))), (170, 170))
        self.expect_clean()

    def test_rows_that_another_engine_deletes_are_counted(self):
        table.load_table(self.server).delete("message_id = 'r0--000001' or message_id = 'r0--000002'")
        gone = self.sent - len(self.ids())
        self.assertEqual(gone, 2)
        self.send(10, gone)
        self.assertEqual(self.expect_clean()["gone"], gone)
        table.load_table(self.server).delete("_log_offset < 20")
        gone = self.sent - len(self.ids())
        self.assertGreaterEqual(gone, 20)
        self.assertEqual(self.expect_clean()["gone"], gone)


if __name__ == "__main__":
    unittest.main()
