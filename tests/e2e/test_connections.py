"""Connections that do nothing, or next to nothing: what they cost, and how they end."""

import os
import resource
import selectors
import socket
import time
import unittest

from harness import events
from harness.server import Server

IS_SLOW = bool(os.environ.get("TEST_ALL"))
CONNECTIONS = 10_000 if IS_SLOW else 1_000
BYTES_EACH_MAX = 4096  # 10,000 of them: 40 MB
NOISE_BYTES = 2 << 20  # what one request alone may leave behind
REQUEST = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
SLOW_CONNECTIONS = 300
HEADER_SECONDS = 15  # http/limits.h


def resident_bytes(pid):
    with open(f"/proc/{pid}/statm") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize()


def read_answer(connection):
    received = b""
    while b"\r\n\r\n" not in received:
        piece = connection.recv(65536)
        if not piece:
            raise AssertionError("closed before its answer")
        received += piece
    head, body = received.split(b"\r\n\r\n", 1)
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(65536)
    return head


class ConnectionTest(unittest.TestCase):
    def setUp(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        self.server = Server().start()
        self.addCleanup(self.server.close)

    def connect(self):
        connection = socket.create_connection(("127.0.0.1", self.server.port), timeout=30)
        self.addCleanup(connection.close)
        return connection

    def test_an_idle_connection_costs_at_most_4_kib(self):
        for number in range(50):  # what the first requests allocate stays
            self.server.send([events.track(f"warm-{number}")])
        before = resident_bytes(self.server.pid())
        connections = []
        for number in range(CONNECTIONS):
            connection = self.connect()
            connections.append(connection)
            if number % 2:  # half of them were used
                connection.sendall(REQUEST)
                self.assertIn(b" 200 ", read_answer(connection))
        self.assertEqual(self.server.send([events.track("meanwhile")]).status, 200)
        grown = resident_bytes(self.server.pid()) - before
        print(f"{CONNECTIONS} idle connections: {grown / 1e6:.1f} MB resident, {grown / CONNECTIONS:.0f} bytes each")
        self.assertLessEqual(grown, CONNECTIONS * BYTES_EACH_MAX + (0 if IS_SLOW else NOISE_BYTES))
        for connection in connections[::CONNECTIONS // 100]:  # they are alive
            connection.sendall(REQUEST)
            self.assertIn(b" 200 ", read_answer(connection))

    @unittest.skipUnless(IS_SLOW, "takes the header deadline")
    def test_who_sends_a_byte_a_second_is_answered_408_in_time(self):
        waiting = selectors.DefaultSelector()
        start = time.monotonic()
        for _ in range(SLOW_CONNECTIONS):
            connection = self.connect()
            connection.sendall(b"POST /v1/batch HTTP/1.1\r\nHost: localhost\r\nX: ")
            waiting.register(connection, selectors.EVENT_READ)
        slowest = 0
        answers = []
        while waiting.get_map() and time.monotonic() < start + 2 * HEADER_SECONDS:
            sent = time.monotonic()
            self.assertEqual(self.server.send([events.track(f"good-{sent}")]).status, 200)
            slowest = max(slowest, time.monotonic() - sent)
            for key, _ in waiting.select(timeout=1):
                answers.append(key.fileobj.recv(4096))
                waiting.unregister(key.fileobj)
            for key in list(waiting.get_map().values()):
                key.fileobj.sendall(b"x")
        seconds = time.monotonic() - start
        print(f"{SLOW_CONNECTIONS} slow connections ended after {seconds:.1f} s; slowest good request {slowest:.3f} s")
        self.assertEqual(len(answers), SLOW_CONNECTIONS)
        self.assertTrue(all(answer.startswith(b"HTTP/1.1 408 ") for answer in answers), answers[:3])
        self.assertLess(seconds, HEADER_SECONDS + 5)
        self.assertLess(slowest, 2)


if __name__ == "__main__":
    unittest.main()
