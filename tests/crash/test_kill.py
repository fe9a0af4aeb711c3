"""kill -9 at random moments under load: nothing acknowledged is lost, doubled or invented."""

import os
import random
import time
import unittest

from harness import table
from harness.ledger import Ledger, Writer, send_noted
from harness.server import Server, StartFailed

ROUNDS = 500 if os.environ.get("TEST_ALL") else 50
WRITERS = 3
SEED = os.environ.get("TEST_SEED") or str(time.time_ns())
# Small segments and flushes, so that a round meets segment changes, flushes and commits.
ARGUMENTS = ("--target-lag", "1s", "--log-segment-bytes", "1MiB", "--lake-flush-bytes-max", "1MiB")


class KillTest(unittest.TestCase):
    """Each round: start, load, kill, start again, resend what is unknown, check by SQL. At the end
    PyIceberg reads all rounds and compares every byte of the properties."""

    def setUp(self):
        self.chance = random.Random(SEED)
        self.ledger = Ledger(SEED)
        self.server = Server(*ARGUMENTS)
        self.addCleanup(self.server.close)
        self.server.start()
        print(f"seed {SEED}", flush=True)

    def load_and_kill(self, round_number):
        writers = [Writer(self.ledger, self.server.port, f"r{round_number:03d}w{i}") for i in range(WRITERS)]
        for writer in writers:
            writer.start()
        time.sleep(self.chance.uniform(0.02, 1.6))
        self.server.kill()
        for writer in writers:
            writer.is_stopping.set()
            writer.join(timeout=60)
            self.assertFalse(writer.is_alive(), "a client hangs on a dead server")

    def start_again(self):
        """Sometimes the next start is cut short too: recovery must survive recovery."""
        while self.chance.random() < 0.2:
            self.server.spawn()
            time.sleep(self.chance.uniform(0, 0.3))
            self.server.kill()
        self.server.start()

    def resend_unknown(self, prefix):
        """The same messageId again: stored once, whether the first try was kept or not."""
        unknown = sorted(message_id for message_id in self.ledger.unknown if message_id.startswith(prefix))
        with self.server.client() as client:
            for at in range(0, len(unknown), 100):
                reply = send_noted(client, self.ledger, unknown[at:at + 100])
                self.assertIsNotNone(reply, "the server broke a connection after its restart")
                self.assertEqual(reply.status, 200, reply)

    def check_round(self, prefix):
        rows = self.server.sql(
            "SELECT count(*) AS n, count(DISTINCT message_id) AS ids, count(DISTINCT _log_offset) AS offsets "
            f"FROM events WHERE message_id LIKE '{prefix}%'")[0]
        expected = sum(message_id.startswith(prefix) for message_id in self.ledger.acknowledged)
        self.assertEqual((int(rows["n"]), int(rows["ids"]), int(rows["offsets"])), (expected,) * 3,
                         f"round {prefix}, seed {SEED}")

    def test_nothing_acknowledged_is_lost_doubled_or_invented(self):
        for round_number in range(ROUNDS):
            prefix = f"r{round_number:03d}"
            self.load_and_kill(round_number)
            self.start_again()
            if self.chance.random() < 0.7:
                self.resend_unknown(prefix)
                self.check_round(prefix)
        self.resend_unknown("r")
        self.assertEqual(self.ledger.unknown, set())
        self.assertGreater(len(self.ledger.acknowledged), ROUNDS * 10, "the load was no load")
        self.server.wait_committed(len(self.ledger.acknowledged))
        self.assertEqual(self.ledger.errors(table.texts_by_id(self.server)), [], f"seed {SEED}")
        print(f"{ROUNDS} rounds, {len(self.ledger.acknowledged)} acknowledged events, "
              f"{len(table.load_table(self.server).snapshots())} snapshots", flush=True)


class OracleTest(unittest.TestCase):
    """The ledger must notice what it is there to notice."""

    def setUp(self):
        self.ledger = Ledger("oracle")
        self.ledger.acknowledged = {"a", "b"}
        self.ledger.unknown = {"c"}
        self.rows = {message_id: [self.ledger.properties(message_id)] for message_id in "abc"}

    def test_a_true_table_has_no_errors(self):
        self.assertEqual(self.ledger.errors(self.rows), [])
        del self.rows["c"]
        self.assertEqual(self.ledger.errors(self.rows), [])

    def test_a_lost_doubled_invented_or_altered_event_is_named(self):
        del self.rows["a"]
        self.rows["b"] *= 2
        self.rows["c"] = ["{}"]
        self.rows["d"] = ["{}"]
        errors = self.ledger.errors(self.rows)
        for word in ("lost", "doubled", "invented", "altered"):
            self.assertTrue(any(word in error for error in errors), (word, errors))


if __name__ == "__main__":
    unittest.main()
