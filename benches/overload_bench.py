"""Good clients beside bad ones: slow requests, bombs and giant bodies. Latency of the good and memory of the server, in rounds
that take turns with calm ones on a second server. Every good request must be answered 200 and be in the table."""

import contextlib
import os
import sys
import threading
import time

from ingest_bench import check_answer
from server import ROOT, Server, load, median, spread

sys.path.insert(0, str(ROOT / "tests"))
from harness.attack import Attack  # noqa: E402

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "3"))
GOOD_REQUESTS_PER_SECOND = 500


class PeakMemory:
    """The largest resident size seen, a context manager."""

    def __init__(self, server):
        self.server, self.stop, self.mb = server, threading.Event(), 0.0
        self.thread = threading.Thread(target=self.watch, daemon=True)

    def watch(self):
        while not self.stop.wait(0.02):
            self.mb = max(self.mb, self.server.resident_mb())

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join()


def good_clients(server, first_id):
    with PeakMemory(server) as peak:
        result = load(server.port, events=10, connections=16, seconds=SECONDS, rate=GOOD_REQUESTS_PER_SECOND, first_id=first_id)
    if set(result["status"]) != {"200"}:
        raise SystemExit(f"good requests were not answered 200: {result['status']}")
    return result, peak.mb


class Rounds:
    """A server, and what good clients got of it round by round."""

    def __init__(self, server):
        self.server, self.p99_us, self.mb, self.acknowledged, self.next_id, self.answers = server, [], [], 0, 1, {}

    def run(self, around):
        with around as attack:
            if attack:
                time.sleep(1)
            result, mb = good_clients(self.server, self.next_id)
        for name, count in (attack.answers if attack else {}).items():
            self.answers[name] = self.answers.get(name, 0) + count
        self.next_id = result["next_id"]
        self.acknowledged += result["events_acknowledged"]
        self.p99_us.append(result["p99_us"])
        self.mb.append(mb)


def main():
    # Two servers with the same good clients: memory that grows with events grows in both.
    with Server("--target-lag", "1h") as first, Server("--target-lag", "1h") as second:
        calm, attacked = Rounds(first), Rounds(second)
        # The same attack on the other server: what it takes of the machine alone.
        beside = Rounds(first)
        for _ in range(ROUNDS):
            calm.run(contextlib.nullcontext())
            attacked.run(Attack(second.port))
            beside.next_id = calm.next_id
            beside.run(Attack(second.port))
            calm.next_id = beside.next_id
        calm.acknowledged += beside.acknowledged
        for rounds in (calm, attacked):
            check_answer(rounds.server, rounds.acknowledged)
    print(f"\noverload: {GOOD_REQUESTS_PER_SECOND} good requests/s beside slow ones, bombs and giants, {ROUNDS} rounds of {SECONDS:g} s")
    print(f"  p99 calm {spread(calm.p99_us, '{:.0f}')}, attacked {spread(attacked.p99_us, '{:.0f}')} us: "
          f"{median(attacked.p99_us) / median(calm.p99_us):.1f} times (goal 2); beside an attack on another server "
          f"{spread(beside.p99_us, '{:.0f}')}: {median(attacked.p99_us) / median(beside.p99_us):.1f} times that")
    ratios = [bad / good for bad, good in zip(attacked.mb, calm.mb)]
    print(f"  resident calm {spread(calm.mb, '{:.0f}')}, attacked {spread(attacked.mb, '{:.0f}')} MB: "
          f"{spread(ratios, '{:.2f}')} times (goal 1.3)")
    print("  the bad were answered: " + ", ".join(f"{name}: {count}" for name, count in sorted(attacked.answers.items())))


if __name__ == "__main__":
    main()
