"""The system calls of the real binary: every 200 follows the fdatasync that covers it, every commit the
fsync of every file and directory it names. A build that leaves the log's sync out fails, and so does the
same trace with any one kind of sync taken out."""

import random
import shutil
import threading
import unittest

from audit.rules import Audit
from audit.trace import strace_command
from harness import events
from harness.server import RELEASE, ROOT, Server, scratch_directory

CONTROL = ROOT / "build" / "no-log-sync" / "icelight"
CLIENTS = 3
REQUESTS = 60


def send_load(server, seed):
    """Batches, singles, repeats and bad events from several clients. @return the number of 200s with a token."""
    answers = []

    def run(client_number):
        chance = random.Random(f"{seed}/{client_number}")
        with server.client() as client:
            for number in range(REQUESTS):
                batch = events.mixed(chance.choice([1, 1, 5, 40]), number, f"c{client_number}-{number}")
                batch += [{"type": "track"}] * chance.randrange(2)
                for _ in range(chance.choice([1, 1, 2])):
                    reply = client.send(batch)
                    answers.append(reply.status == 200 and "token" in reply.json())

    clients = [threading.Thread(target=run, args=(number,)) for number in range(CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return sum(answers)


def record_trace(binary):
    """Runs the load under strace. @return (directory, trace lines, acknowledged requests)"""
    directory = scratch_directory()
    trace = directory / "trace.txt"
    # Small segments and flushes: segment changes and several commits belong to what is audited.
    server = Server("--target-lag", "1s", "--log-segment-bytes", "1MiB", binary=binary,
                    wrapper=strace_command(trace), directory=directory)
    server.start()
    try:
        acknowledged = send_load(server, 1)
        rows = int(server.value("SELECT count(*) AS n FROM events"))
        server.wait_committed(rows)
        acknowledged += send_load(server, 2)
    finally:
        server.stop()
    with open(trace, errors="replace") as lines:
        return directory, lines.readlines(), acknowledged


def without(lines, *words):
    """The trace as it would be had these syncs not been made."""
    return [line for line in lines if not all(word in line for word in words) or ("fsync(" not in line and "fdatasync(" not in line)]


@unittest.skipUnless(shutil.which("strace"), "strace is not installed")
class SystemCallTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory, cls.lines, cls.acknowledged = record_trace(RELEASE / "icelight")

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.directory, ignore_errors=True)

    def audit(self, lines):
        return Audit(self.directory / "data").run(lines)

    def test_every_200_and_every_commit_follows_its_syncs(self):
        audit = self.audit(self.lines)
        self.assertEqual(audit.problems[:5], [])
        self.assertEqual(audit.acknowledged, self.acknowledged, "every 200 must be seen in the trace")
        self.assertGreater(audit.checked_records, CLIENTS * REQUESTS)
        self.assertEqual(audit.committed, set(audit.metadata), "every metadata file must be seen in a commit")
        self.assertGreaterEqual(len(audit.committed), 4)
        self.assertGreater(len({record.segment for record in audit.records}), 1, "a segment change must be in the trace")
        print(f"{audit.acknowledged} acknowledgements, {audit.checked_records} records, {len(audit.committed)} commits")

    def test_a_trace_without_one_kind_of_sync_breaks_a_rule(self):
        whole = len(self.audit(self.lines).problems)
        for words in ((".wal>",), ("/data/log>",), (".parquet>",), (".avro>",), (".metadata.json>",),
                      ("/events/metadata>",), ("/events/data",), ("/warehouse>",)):
            with self.subTest(without=words):
                lines = without(self.lines, *words)
                self.assertLess(len(lines), len(self.lines), "nothing was taken out")
                self.assertGreater(len(self.audit(lines).problems), whole)

    @unittest.skipUnless(CONTROL.exists(), "the control build is not there")
    def test_a_build_without_the_logs_sync_breaks_the_durable_line(self):
        directory, lines, _ = record_trace(CONTROL)
        try:
            problems = Audit(directory / "data").run(lines).problems
        finally:
            shutil.rmtree(directory, ignore_errors=True)
        self.assertTrue(any(problem.startswith("200 with token") for problem in problems), problems[:3])


if __name__ == "__main__":
    unittest.main()
