"""backup, restore, relocate and teardown: nothing acknowledged is missing, and each says what it does."""

import json
import pathlib
import shutil
import subprocess
import threading
import unittest

from harness import events, table
from harness.server import Server, StartFailed, clean_environment

SECONDS = 60


class OperationsTest(unittest.TestCase):
    def setUp(self):
        self.server = Server("--target-lag", "1s", "--log-segment-bytes", "1MiB").start()
        self.addCleanup(self.server.close)
        self.sent = 0
        self.send(200)
        self.server.request("POST", "/v1/batch", "{not json")
        self.server.wait_committed(200)

    def send(self, count):
        self.server.send(events.mixed(count, self.sent + 1, f"o{self.sent}-"))
        self.sent += count

    def run_command(self, *arguments, text=None):
        """Exit status, stdout, stderr."""
        done = subprocess.run([self.server.binary, *arguments], input=text, capture_output=True, text=True,
                              timeout=SECONDS, env=clean_environment())
        return done.returncode, done.stdout, done.stderr

    def expect_whole(self, least):
        """The running server has `least` events or more, each once, other engines read the same, and fsck is clean."""
        rows = self.server.sql("SELECT count(*) AS n, count(DISTINCT message_id) AS ids FROM events")[0]
        self.assertGreaterEqual(rows["n"], least)
        self.assertEqual(rows["n"], rows["ids"])
        self.server.wait_committed(rows["n"])
        self.assertEqual(len(table.scan(self.server, columns=("message_id",))), rows["n"])
        status, said, error = self.run_command("fsck", "--data", str(self.server.data))
        self.assertEqual(status, 0, said + error)
        offsets = json.loads(said)["offsets"]
        self.assertTrue(offsets["checked"])
        self.assertEqual(offsets["watermark"], offsets["distinct"])

    def test_a_backup_of_a_busy_server_holds_what_was_acknowledged_before_it(self):
        stopping = threading.Event()

        def write():
            while not stopping.is_set():
                self.send(20)

        writer = threading.Thread(target=write)
        writer.start()
        acknowledged = self.sent - 20
        backup = self.server.directory / "backup"
        status, said, error = self.run_command("backup", "--data", str(self.server.data), "--to", str(backup))
        stopping.set()
        writer.join()
        self.assertEqual(status, 0, error)
        self.assertIn("backed up to", said)
        status, _, error = self.run_command("backup", "--data", str(self.server.data), "--to", str(backup))
        self.assertEqual(status, 2)
        self.assertIn("exists", error)
        # What restore works from is the backup alone.
        self.server.stop()
        shutil.rmtree(self.server.data)
        restored = self.server.directory / "restored"
        status, said, error = self.run_command("restore", "--from", str(backup), "--data", str(restored))
        self.assertEqual(status, 0, error)
        self.assertIn("restored to", said)
        self.server.restart_on(restored)
        self.expect_whole(acknowledged)
        self.send(10)
        self.expect_whole(acknowledged + 10)
        status, _, error = self.run_command("restore", "--from", str(backup), "--data", str(restored))
        self.assertEqual(status, 2)
        self.assertIn("exists", error)

    def test_a_moved_directory_is_refused_until_it_is_relocated(self):
        self.server.stop()
        moved = self.server.directory / "moved"
        self.server.data.rename(moved)
        with self.assertRaises(StartFailed) as refused:
            self.server.restart_on(moved)
        self.assertEqual(refused.exception.status, 1)
        self.assertIn(f"icelight relocate --data {moved.resolve()}", refused.exception.text)
        status, said, error = self.run_command("relocate", "--data", str(moved))
        self.assertEqual(status, 0, error)
        self.assertIn("2 tables moved", said)
        self.server.start()
        self.expect_whole(200)
        self.send(10)
        self.expect_whole(210)
        self.assertEqual(self.run_command("relocate", "--data", str(moved))[0], 2)  # in use
        self.server.stop()
        status, said, _ = self.run_command("relocate", "--data", str(moved))
        self.assertEqual(status, 0)
        self.assertIn("nothing to do", said)

    def test_a_copied_directory_never_uses_the_files_of_the_original(self):
        self.server.stop()
        copy = self.server.directory / "copy"
        shutil.copytree(self.server.data, copy)
        original = self.server.data
        with self.assertRaises(StartFailed):
            self.server.restart_on(copy)
        self.assertEqual(self.run_command("relocate", "--data", str(copy))[0], 0)
        shutil.rmtree(original)
        self.server.start()
        self.expect_whole(200)

    def test_teardown_names_asks_and_deletes(self):
        data = str(self.server.data)
        status, _, error = self.run_command("teardown", "--data", data, "--yes")
        self.assertEqual(status, 2)
        self.assertIn("in use by another icelight", error)
        self.server.stop()
        other = self.server.data / "not-ours.txt"
        other.write_text("keep me")
        status, said, _ = self.run_command("teardown", "--data", data, text="no\n")
        self.assertEqual(status, 1)
        for part in ("log", "warehouse", "catalog.db", "app.db"):
            self.assertIn(str(self.server.data / part), said)
        self.assertIn("nothing was deleted", said)
        self.assertTrue((self.server.data / "catalog.db").exists())
        status, said, _ = self.run_command("teardown", "--data", data, text="yes\n")
        self.assertEqual(status, 0)
        self.assertEqual([path.name for path in self.server.data.iterdir()], ["not-ours.txt"])
        status, _, error = self.run_command("teardown", "--data", data, "--yes")
        self.assertEqual(status, 2)
        self.assertIn("nothing was deleted", error)

    def test_each_says_what_is_missing(self):
        for arguments, words in ((("backup",), "--to NEW_DIRECTORY"), (("restore",), "--from BACKUP"),
                                 (("relocate", "--data", str(self.server.directory / "none")), "no catalog.db"),
                                 (("restore", "--from", str(self.server.data), "--data", "x"), "in use by the server"),
                                 (("teardown", "--data", str(pathlib.Path(self.server.directory))), "no LOCK")):
            status, _, error = self.run_command(*arguments)
            self.assertEqual(status, 2, arguments)
            self.assertIn(words, error)


if __name__ == "__main__":
    unittest.main()
