"""`icelight fsck`: clean on what the server made, live and stopped; names what is broken."""

import json
import subprocess
import unittest

from harness import events
from harness.server import Server, clean_environment

ARGUMENTS = ("--target-lag", "1s", "--log-segment-bytes", "1MiB")
SECONDS = 60


class FsckCase(unittest.TestCase):
    def setUp(self):
        self.server = Server(*ARGUMENTS)
        self.addCleanup(self.server.close)
        self.server.start()
        self.server.send(events.mixed(50, 1, "a"))
        self.server.request("POST", "/v1/batch", "{not json")
        self.server.wait_committed(50)

    def fsck(self, *arguments):
        """Exit status and report."""
        done = subprocess.run([self.server.binary, "fsck", "--data", self.server.data, *arguments],
                              capture_output=True, text=True, timeout=SECONDS, env=clean_environment())
        return done.returncode, json.loads(done.stdout) if done.stdout else done.stderr

    def test_a_live_server_is_asked(self):
        self.server.send(events.mixed(10, 2, "b"))
        status, report = self.fsck()
        self.assertEqual(status, 0, report)
        self.assertTrue(report["clean"])
        self.assertTrue(report["offsets"]["checked"])
        self.assertEqual(report["offsets"]["watermark"], report["offsets"]["distinct"])
        self.assertEqual(report["log"]["received"], 61)
        reply = self.server.request("GET", "/api/fsck")
        self.assertEqual(reply.status, 200)
        self.assertTrue(reply.json()["clean"])

    def test_a_stopped_directory_is_read(self):
        self.server.stop()
        status, report = self.fsck()
        self.assertEqual(status, 0, report)
        self.assertEqual(report["offsets"]["distinct"], 51)
        self.assertEqual([table["live_rows"] for table in report["tables"]], [50, 1])

    def test_a_killed_server_leaves_a_clean_directory(self):
        self.server.send(events.mixed(10, 2, "b"))
        self.server.kill()
        status, report = self.fsck()
        self.assertEqual(status, 0, report)
        self.assertEqual(report["log"]["received"], 61)

    def test_damage_is_named_and_fails(self):
        self.server.stop()
        victim = next(self.server.data.rglob("warehouse/analytics/events/data/**/*.parquet"))
        victim.write_bytes(victim.read_bytes()[:-1])
        status, report = self.fsck()
        self.assertEqual(status, 1, report)
        found = report["findings"][0]
        self.assertEqual((found["severity"], found["check"]), ("error", "file-size"))
        self.assertTrue(found["path"].endswith(victim.name))
        victim.unlink()
        status, report = self.fsck()
        self.assertEqual((status, report["findings"][0]["check"]), (1, "file-missing"))

    def test_a_damaged_log_is_named(self):
        self.server.send(events.mixed(10, 2, "b"))
        self.server.kill()
        segment = sorted(self.server.data.glob("log/*.wal"))[0]
        damaged = bytearray(segment.read_bytes())
        damaged[300] ^= 1
        segment.write_bytes(damaged)
        status, report = self.fsck()
        self.assertEqual(status, 1, report)
        self.assertIn("log", report["findings"][0]["check"])

    def test_what_is_no_data_directory_is_refused(self):
        self.server.stop()
        self.server.data = self.server.directory / "elsewhere"
        status, said = self.fsck()
        self.assertEqual(status, 2)
        self.assertIn("no data directory", said)


if __name__ == "__main__":
    unittest.main()
