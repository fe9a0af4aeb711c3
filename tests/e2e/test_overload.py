"""Good clients beside clients that mean harm: every request of the good is answered, in time, and memory is bounded."""

import os
import pathlib
import statistics
import threading
import time
import unittest

from harness import events
from harness.attack import Attack
from harness.server import Server

IS_ALL = bool(os.environ.get("TEST_ALL"))
ROUNDS, SECONDS = (7, 5) if IS_ALL else (1, 3)
GOOD_CLIENTS = 4
PAUSE_SECONDS = 0.02
# A body as sent, what is inflated of a bomb until it is known, and the window of tokens; one giant is worked on at a time.
ADDED_MB_MAX = 24
KEPT_MB_MAX = 12
LATENCY_RATIO_MAX = 2
LATENCY_NOISE_SECONDS = 0.05


class Good(threading.Thread):
    """Sends ten events now and then; notes how long each answer took."""

    def __init__(self, server, name, end):
        super().__init__(daemon=True)
        self.server, self.prefix, self.end, self.latencies, self.refused = server, name, end, [], []

    def run(self):
        with self.server.client() as client:
            while time.monotonic() < self.end:
                batch = [events.track(f"{self.prefix}-{len(self.latencies)}-{number}") for number in range(10)]
                begin = time.monotonic()
                reply = client.send(batch)
                self.latencies.append(time.monotonic() - begin)
                if reply.status != 200:
                    self.refused.append(reply)
                time.sleep(PAUSE_SECONDS)


class OverloadTest(unittest.TestCase):
    def setUp(self):
        self.server = Server("--target-lag", "1h").start()
        self.addCleanup(self.server.close)
        self.rounds = self.sent = 0

    def resident_mb(self):
        status = pathlib.Path(f"/proc/{self.server.pid()}/status").read_text()
        return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS"))

    def run_good_clients(self):
        """(p99 of the answers in seconds, largest memory in MB) of one round."""
        self.rounds += 1
        end, peak = time.monotonic() + SECONDS, 0
        clients = [Good(self.server, f"good-{self.rounds}-{number}", end) for number in range(GOOD_CLIENTS)]
        for client in clients:
            client.start()
        while any(client.is_alive() for client in clients):
            peak = max(peak, self.resident_mb())
            time.sleep(0.02)
        self.assertEqual([reply for client in clients for reply in client.refused], [])
        latencies = sorted(latency for client in clients for latency in client.latencies)
        self.sent += 10 * len(latencies)
        return latencies[int(0.99 * len(latencies))], peak

    def test_the_good_are_served_as_if_they_were_alone(self):
        self.run_good_clients()  # what grows with events has grown
        calm, attacked, answers = [self.run_good_clients()], [], {}
        for _ in range(ROUNDS):
            with Attack(self.server.port) as attack:
                time.sleep(1)
                attacked.append(self.run_good_clients())
            calm.append(self.run_good_clients())
            for name, count in attack.answers.items():
                answers[name] = answers.get(name, 0) + count
        p99 = [statistics.median(seconds for seconds, _ in rounds) for rounds in (calm, attacked)]
        before, kept = calm[0][1], calm[-1][1]
        largest = max(megabytes for _, megabytes in attacked)
        print(f"p99 {p99[0] * 1e3:.1f} and {p99[1] * 1e3:.1f} ms; memory {before:.0f}, {largest:.0f} and {kept:.0f} MB; {answers}", flush=True)
        self.assertGreater(answers.get("bomb 413", 0), 0, answers)
        self.assertGreater(answers.get("giant 400", 0), 0, answers)
        self.assertLess(largest, before + ADDED_MB_MAX)
        self.assertLess(kept, before + KEPT_MB_MAX)
        if IS_ALL:  # one round is one measurement
            self.assertLess(p99[1], max(LATENCY_RATIO_MAX * p99[0], LATENCY_NOISE_SECONDS))
        self.assertEqual(int(self.server.value("SELECT count(DISTINCT message_id) AS n FROM events")), self.sent)


if __name__ == "__main__":
    unittest.main()
