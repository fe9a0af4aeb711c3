"""Clients that mean harm: slow requests, bombs and giant bodies, all at once, from an address and a process of their own."""

import collections
import contextlib
import gzip
import multiprocessing
import socket
import threading

SLOW_CONNECTIONS = 300
BOMBS_PER_SECOND = 10
GIANTS_PER_SECOND = 5
GIANT_BYTES = 64 << 20
GIANT_WITHIN_LIMIT_BYTES = 5_000_000
PIECE = b"[" * (256 << 10)
ADDRESS = "127.0.0.66"  # limits of an address are not what is asked for


def head(length, more=""):
    return (f"POST /v1/batch HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n{more}"
            f"Content-Length: {length}\r\n\r\n").encode()


class Attack:
    """A context manager: attacks `port` until it is left. `answers` then counts what came back, by kind and status."""

    def __init__(self, port):
        context = multiprocessing.get_context("fork")
        self.stop, self.queue, self.answers = context.Event(), context.Queue(), {}
        self.process = context.Process(target=run, args=(port, self.stop, self.queue), daemon=True)

    def __enter__(self):
        self.process.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.answers = self.queue.get(timeout=60)
        self.process.join(timeout=30)


def run(port, stop, queue):
    bomb = gzip.compress(b'{"batch":[' + b" " * (64 << 20), 9)
    answers = collections.Counter()
    works = [threading.Thread(target=work, args=(port, stop, answers, *more), daemon=True)
             for work, *more in ((send_slowly,), (send_bombs, bomb), (send_giants,))]
    for work in works:
        work.start()
    for work in works:
        work.join()
    queue.put(dict(answers))


def connect(port):
    return socket.create_connection(("127.0.0.1", port), timeout=10, source_address=(ADDRESS, 0))


def note(answers, kind, data):
    answers[f"{kind} {data[9:12].decode() if data else 'closed'}"] += 1


def send_slowly(port, stop, answers):
    """A byte a second of a head on each of many connections; who is closed comes again."""
    slow = []
    while not stop.is_set():
        with contextlib.suppress(OSError):
            while len(slow) < SLOW_CONNECTIONS:
                slow.append(connect(port))
        for connection in list(slow):
            try:
                connection.send(b"P")
            except OSError:
                slow.remove(connection)
                note(answers, "slow", b"")
        stop.wait(1)
    for connection in slow:
        connection.close()


def send_bombs(port, stop, answers, bomb):
    """Little that inflates to much; few a second, so that the load is the server's and not this program's."""
    while not stop.wait(1 / BOMBS_PER_SECOND):
        with contextlib.suppress(OSError), connect(port) as connection:
            connection.sendall(head(len(bomb), "Content-Encoding: gzip\r\n") + bomb)
            note(answers, "bomb", connection.recv(4096))


def send_giants(port, stop, answers):
    """One that is refused by its length and goes on sending, one that must be read whole and is no JSON."""
    while not stop.wait(1 / GIANTS_PER_SECOND):
        for length in (GIANT_BYTES, GIANT_WITHIN_LIMIT_BYTES):
            with contextlib.suppress(OSError), connect(port) as connection:
                connection.sendall(head(length))
                for _ in range(length // len(PIECE)):
                    connection.sendall(PIECE)
                connection.sendall(PIECE[:length % len(PIECE)])
                note(answers, "giant", connection.recv(4096))
