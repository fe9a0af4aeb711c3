"""Good clients beside bad ones: slow requests, bombs and giant bodies. Latency of the good and memory of the server, in rounds
that take turns with calm ones on one server. Every good request must be answered 200 and be in the table."""

import contextlib
import gzip
import os
import socket
import threading
import time

from ingest_bench import check_answer
from server import Server, load, median, spread

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "3"))
GOOD_REQUESTS_PER_SECOND = 500
SLOW_CONNECTIONS = 300
GIANT_BYTES = 64 << 20
BOMBS_PER_SECOND = 10
BOMB = gzip.compress(b'{"batch":[' + b" " * (64 << 20), 9)
# The bad are no neighbours of the good: limits of an address are not what is measured.
BAD_ADDRESS = "127.0.0.66"


def head(length, more=""):
    return f"POST /v1/batch HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n{more}Content-Length: {length}\r\n\r\n".encode()


class Attack:
    """A context manager: all three kinds at once, until it is left. Counts what they were answered."""

    def __init__(self, port):
        self.port, self.stop, self.answers, self.lock = port, threading.Event(), {}, threading.Lock()
        self.threads = [threading.Thread(target=work, daemon=True) for work in (self.send_slowly, self.send_bombs, self.send_giants)]

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=10, source_address=(BAD_ADDRESS, 0))

    def note(self, kind, data):
        status = data[9:12].decode() if data else "closed"
        with self.lock:
            self.answers[f"{kind} {status}"] = self.answers.get(f"{kind} {status}", 0) + 1

    def send_slowly(self):
        """A byte a second of a head on each of many connections; who is closed comes again."""
        slow = []
        while not self.stop.is_set():
            while len(slow) < SLOW_CONNECTIONS:
                slow.append(self.connect())
            for connection in list(slow):
                try:
                    connection.send(b"P")
                except OSError:
                    slow.remove(connection)
                    self.note("slow", b"")
            self.stop.wait(1)
        for connection in slow:
            connection.close()

    def send_bombs(self):
        """Little that inflates to much; few a second, so that the load is the server's and not this program's."""
        while not self.stop.wait(1 / BOMBS_PER_SECOND):
            with contextlib.suppress(OSError), self.connect() as connection:
                connection.sendall(head(len(BOMB), "Content-Encoding: gzip\r\n") + BOMB)
                self.note("bomb", connection.recv(4096))

    def send_giants(self):
        piece = b"[" * (256 << 10)
        while not self.stop.wait(0.2):
            with contextlib.suppress(OSError), self.connect() as connection:
                connection.sendall(head(GIANT_BYTES))
                for _ in range(GIANT_BYTES // len(piece)):
                    connection.sendall(piece)
            with contextlib.suppress(OSError), self.connect() as connection:
                # Within the limit, so that it is read whole: 5 MB that are no JSON.
                connection.sendall(head(5_000_000))
                for _ in range(5_000_000 // len(piece)):
                    connection.sendall(piece)
                connection.sendall(piece[:5_000_000 % len(piece)])
                self.note("giant", connection.recv(4096))

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        for thread in self.threads:
            thread.join(timeout=30)


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


def main():
    calm, attacked, answers = {"p99": [], "mb": []}, {"p99": [], "mb": []}, {}
    with Server("--target-lag", "1h") as server:
        # The same events as in the rounds, so that what grows with events has grown.
        first, _ = good_clients(server, 1)
        acknowledged, next_id = first["events_acknowledged"], first["next_id"]
        for _ in range(ROUNDS):
            for figures, around in ((calm, contextlib.nullcontext()), (attacked, Attack(server.port))):
                with around as attack:
                    if attack:
                        time.sleep(1)
                    result, mb = good_clients(server, next_id)
                for name, count in (attack.answers if attack else {}).items():
                    answers[name] = answers.get(name, 0) + count
                next_id = result["next_id"]
                acknowledged += result["events_acknowledged"]
                figures["p99"].append(result["p99_us"])
                figures["mb"].append(mb)
        check_answer(server, acknowledged)
    print(f"\noverload: {GOOD_REQUESTS_PER_SECOND} good requests/s beside {SLOW_CONNECTIONS} slow ones, bombs and giants, "
          f"{ROUNDS} rounds of {SECONDS:g} s")
    print(f"  p99 calm {spread(calm['p99'], '{:.0f}')}, attacked {spread(attacked['p99'], '{:.0f}')} us: "
          f"{median(attacked['p99']) / median(calm['p99']):.1f} times (goal 2)")
    print(f"  resident calm {spread(calm['mb'], '{:.0f}')}, attacked {spread(attacked['mb'], '{:.0f}')} MB: "
          f"{median(attacked['mb']) / median(calm['mb']):.2f} times (goal 1.3)")
    print("  the bad were answered: " + ", ".join(f"{name}: {count}" for name, count in sorted(answers.items())))


if __name__ == "__main__":
    main()
