"""kill -9 inside the system calls of clients' changes and of `icelight resume`: each is there whole or not at all after the
restart, the same request again lands it once, and every event of the log is there once.

strace kills the server in its n-th writing or syncing call after the request was sent, for every n under TEST_ALL."""

import http.client
import json
import os
import shutil
import signal
import subprocess
import time
import unittest
import uuid

from harness import events, table
from harness.notes import note
from harness.server import Server, clean_environment, wait_until

ROOT = "/iceberg/v1"
CALLS = "openat,pwrite64,write,fsync,fdatasync,ftruncate,unlink,rename,mkdir"
STEP = 1 if os.environ.get("TEST_ALL") else 5
CALLS_MAX = 400
SCHEMA = {"type": "struct", "schema-id": 0, "fields": [{"id": 1, "name": "id", "required": False, "type": "long"}]}


def kill_at(number, calls=CALLS):
    return ["-f", "-o", "/dev/null", "-e", f"trace={calls}", "-e", f"inject={calls}:signal=SIGKILL:when={number}"]


class Killer:
    """strace on a running server; a context manager. The server dies in the `number`-th call of one of its threads."""

    def __init__(self, pid, number):
        self.process = subprocess.Popen(["strace", *kill_at(number), "-p", str(pid)], stderr=subprocess.PIPE, text=True)
        attached = self.process.stderr.readline()
        assert "attached" in attached, attached

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # The kernel then lets go of every thread. strace itself, interrupted, would wait for one that waits in
        # vfork() for a child that strace holds: for ever.
        self.process.kill()
        self.process.communicate(timeout=30)


@unittest.skipUnless(shutil.which("strace"), "strace is not installed")
class CommitKillTest(unittest.TestCase):
    def setUp(self):
        # No flush: what is killed is the client's change.
        self.server = Server("--target-lag", "1h").start()
        self.addCleanup(self.server.close)
        self.sent, self.number, self.deaths = 0, 0, 0
        for name in ("left", "right"):
            self.post("/namespaces", {"namespace": [name]})

    def post(self, path, body):
        reply = self.server.request("POST", ROOT + path, json.dumps(body), {"Content-Type": "application/json"})
        self.assertIn(reply.status, (200, 204), reply)

    def has(self, space, name):
        return self.server.request("HEAD", f"{ROOT}/namespaces/{space}/tables/{name}").status == 204

    def is_marked(self, space, name):
        reply = self.server.request("GET", f"{ROOT}/namespaces/{space}/tables/{name}")
        return reply.status == 200 and "mark" in reply.json()["metadata"]["properties"]

    def change(self, method, path, body, key):
        """The status, or None when the server died before it answered."""
        headers = {"Idempotency-Key": key, **({"Content-Type": "application/json"} if body is not None else {})}
        try:
            return self.server.request(method, ROOT + path, None if body is None else json.dumps(body), headers).status
        except (OSError, http.client.HTTPException):
            return None

    def has_died(self):
        end = time.monotonic() + 5
        while self.server.process.poll() is None and time.monotonic() < end:
            time.sleep(0.01)
        return self.server.process.poll() is not None

    def survive(self, make):
        """`make` gives, for a name of its own, the request and what counts the parts of it that are there, of how many."""
        at = 1
        while at < CALLS_MAX:
            self.number += 1
            name = f"t{self.number}"
            self.sent += 10
            self.assertEqual(self.server.send(events.mixed(10, self.number, f"{name}-")).status, 200)
            for space in ("left", "right"):
                self.post(f"/namespaces/{space}/tables", {"name": name, "schema": SCHEMA})
            request, count, parts = make(name)
            key = str(uuid.uuid4())
            with Killer(self.server.pid(), at):
                status = self.change(*request, key)
                died = status is None or self.server.process.poll() is not None
                if status is None:
                    self.assertTrue(self.has_died(), f"no answer of a live server at call {at}")
            if died:
                self.deaths += 1
                self.server.start()
            landed = count()
            self.assertIn(landed, (0, parts), f"half of it is there after a kill at call {at}")
            if status in (200, 204):
                self.assertEqual(landed, parts, "answered, and not there")
            self.assertIn(self.change(*request, key), (200, 204), "the same request again")
            self.assertEqual(count(), parts)
            self.assertEqual(int(self.server.value("SELECT count(DISTINCT message_id) AS n FROM events")), self.sent)
            if not died:
                return
            at += STEP
        self.fail("it never came to its end")

    def expect_clean(self):
        self.assertGreater(self.deaths, 0)
        note(f"{self._testMethodName}: {self.deaths} deaths")
        self.server.stop()
        self.server.arguments = ["--target-lag", "1s"]
        self.server.start()
        self.server.wait_committed(self.sent)
        ids = table.scan(self.server, columns=("message_id",)).column(0).to_pylist()
        self.assertEqual((len(ids), len(set(ids))), (self.sent, self.sent))
        report = self.server.request("GET", "/api/fsck").json()
        self.assertTrue(report["clean"], report["findings"][:5])

    def test_commits_and_transactions(self):
        updates = [{"action": "set-properties", "updates": {"mark": "1"}}]
        self.survive(lambda name: (("POST", f"/namespaces/left/tables/{name}", {"requirements": [], "updates": updates}),
                                   lambda: int(self.is_marked("left", name)), 1))
        self.survive(lambda name: (("POST", "/transactions/commit", {"table-changes": [
            {"identifier": {"namespace": [space], "name": name}, "requirements": [], "updates": updates} for space in ("left", "right")]}),
                                   lambda: int(self.is_marked("left", name)) + int(self.is_marked("right", name)), 2))
        self.expect_clean()

    def test_renames_and_purges(self):
        self.survive(lambda name: (("POST", "/tables/rename", {"source": {"namespace": ["left"], "name": name},
                                                               "destination": {"namespace": ["right"], "name": "moved-" + name}}),
                                   lambda: int(not self.has("left", name)) + int(self.has("right", "moved-" + name)), 2))
        self.survive(lambda name: (("DELETE", f"/namespaces/left/tables/{name}?purgeRequested=true", None),
                                   lambda: int(not self.has("left", name)), 1))
        self.expect_clean()


@unittest.skipUnless(shutil.which("strace"), "strace is not installed")
class ResumeKillTest(unittest.TestCase):
    """After a rollback below W, `icelight resume` is killed in one call after another, until it is through."""

    def decide(self, choice, rows):
        with Server("--target-lag", "1s") as server:
            for number in range(3):
                server.send(events.mixed(50, number, f"r{number}-"))
                server.wait_committed(50 * (number + 1))
            found = table.load_table(server)
            snapshot = next(one for one in found.metadata.snapshots if one.summary["total-records"] == "50")
            found.manage_snapshots().rollback_to_snapshot(snapshot.snapshot_id).commit()
            server.send(events.mixed(20, 9, "after-"))
            wait_until(lambda: server.request("GET", "/health").json()["table"].get("failure"), 30, "the halt")
            server.stop()
            deaths, at, status = 0, 1, -signal.SIGKILL
            while status not in (0, 2) and at < CALLS_MAX:
                done = subprocess.run(["strace", *kill_at(at, "pwrite64,fsync,fdatasync,unlink"), server.binary, "resume", choice, "--data", server.data],
                                      capture_output=True, text=True, timeout=60, env=clean_environment())
                status = done.returncode
                deaths += status not in (0, 2)
                at += STEP
            self.assertIn(status, (0, 2), done.stderr)
            # 2: it had landed, and is told that nothing is halted.
            self.assertTrue(status == 0 or "not halted" in done.stderr, done.stderr)
            self.assertGreater(deaths, 0)
            server.start()
            server.wait_committed(rows)
            ids = table.scan(server, columns=("message_id",)).column(0).to_pylist()
            self.assertEqual((len(ids), len(set(ids))), (rows, rows))
            report = server.request("GET", "/api/fsck").json()
            self.assertTrue(report["clean"], report["findings"][:5])
            self.assertEqual(report["offsets"]["gone"], 170 - rows)
            note(f"resume {choice}: {deaths} deaths")

    def test_accepted_rows_stay_gone_and_are_counted_once(self):
        self.decide("--accept", 70)

    def test_replayed_rows_come_once(self):
        self.decide("--replay", 170)


if __name__ == "__main__":
    unittest.main()
