"""GET /api/live and `icelight tail`: events as they become durable, then their commit."""

import json
import socket
import subprocess
import threading
import unittest

from harness import events
from harness.case import ServerCase
from harness.client import Client
from harness.server import Server, clean_environment, wait_until


class Follower:
    """Reads /api/live on a thread; `messages` holds (event, id, data) of what came."""

    def __init__(self, port, query="", headers=None):
        self.messages = []
        self.is_open = threading.Event()
        self.ended = None  # "whole", or what broke it
        self.client = Client(port, timeout=60)
        self.thread = threading.Thread(target=self.run, args=(query, headers or {}), daemon=True)
        self.thread.start()
        if not self.is_open.wait(timeout=30):
            raise AssertionError(f"the stream did not open: {self.ended}")

    def run(self, query, headers):
        try:
            connection = self.client.connection
            connection.request("GET", "/api/live" + query, headers=headers)
            reply = connection.getresponse()
            event = {}
            for line in reply:
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name:
                    event[name] = value
                elif event:
                    if "data" in event:
                        self.messages.append((event["event"], event.get("id"), json.loads(event["data"])))
                        self.is_open.set()
                    event = {}
            self.ended = "whole"
        except Exception as error:  # noqa: BLE001 - told by the test that waits for the end
            self.ended = repr(error)

    def of(self, kind):
        return [message for message in list(self.messages) if message[0] == kind]

    def ids(self):
        return [data["message_id"] for _, _, data in self.of("stored")]

    def close(self):
        # Closing waits for the reading thread, and that for the next sign of life; shutdown() wakes it.
        try:
            self.client.connection.sock.shutdown(socket.SHUT_RDWR)
        except (AttributeError, OSError):
            pass  # no longer connected
        self.thread.join(timeout=10)
        self.client.close()


class LiveTest(ServerCase):
    def follow(self, *arguments, **options):
        follower = Follower(self.server.port, *arguments, **options)
        self.addCleanup(follower.close)
        return follower

    def test_an_event_comes_when_it_is_durable_and_again_when_it_is_committed(self):
        follower = self.follow()
        self.assertEqual(self.server.send([events.track("live-1"), {"type": "track"}]).status, 200)
        wait_until(lambda: "live-1" in follower.ids() and follower.of("rejected"), 30, "the event and the reject")
        kind, offset, data = follower.of("stored")[0]
        self.assertEqual(int(offset), data["_log_offset"])
        wait_until(lambda: any(commit["from"] <= int(offset) + 1 < commit["to"] for _, _, commit in follower.of("committed")),
                   30, "the commit that holds both")
        commit = follower.of("committed")[-1][2]
        snapshots = self.server.request("GET", "/iceberg/v1/namespaces/analytics/tables/events").json()["metadata"]["snapshots"]
        self.assertIn(int(commit["snapshot_id"]), [snapshot["snapshot-id"] for snapshot in snapshots])

    def test_a_reader_that_comes_back_misses_nothing(self):
        first = self.follow("?event=Resume")
        self.server.send([events.track(f"resume-{number}", event="Resume") for number in range(3)])
        wait_until(lambda: len(first.ids()) == 3, 30, "three events")
        last = first.of("stored")[1][1]
        first.close()
        self.server.send([events.track("between", event="Other"), events.track("resume-3", event="Resume")])
        second = self.follow("?event=Resume", headers={"Last-Event-ID": last})
        wait_until(lambda: second.ids() == ["resume-2", "resume-3"], 30, "what came after the second")

    def test_every_reader_gets_every_event_once_under_load(self):
        followers = [self.follow("?event=Load") for _ in range(3)]
        with self.server.client() as client:
            for batch in range(40):
                client.send([events.track(f"load-{batch}-{number}", event="Load") for number in range(50)])
        expected = [f"load-{batch}-{number}" for batch in range(40) for number in range(50)]
        for follower in followers:
            wait_until(lambda reader=follower: len(reader.ids()) >= len(expected), 60, "all events")
            self.assertEqual(follower.ids(), expected)

    def test_the_command_prints_events(self):
        begin = int(self.server.value("SELECT coalesce(max(_log_offset), -1) AS n FROM (SELECT _log_offset FROM events "
                                      "UNION ALL SELECT _log_offset FROM events__rejected)"))
        self.server.send([events.track("tail-0", event="Tail"), events.track("tail-1", event="Tail", user="someone")])
        command = [self.server.binary, "tail", "--server", self.server.url, "--event", "Tail", "--count", "3",
                   "--after", str(begin), "--json"] if begin >= 0 else []
        if not command:  # an empty log has nothing to begin behind
            command = [self.server.binary, "tail", "--server", self.server.url, "--event", "Tail", "--count", "2", "--after", "0", "--json"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=clean_environment())
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual(lines[0]["event"], "open")
        self.assertIn("tail-1", [line["data"].get("message_id") for line in lines])


class LiveStopTest(unittest.TestCase):
    def test_a_stop_ends_streams_whole_and_soon(self):
        server = Server().start()
        self.addCleanup(server.close)
        follower = Follower(server.port)
        server.send([events.track("stop-1")])
        wait_until(lambda: follower.ids() == ["stop-1"], 30, "the event")
        self.assertEqual(server.stop(), 0)
        follower.thread.join(timeout=10)
        self.assertEqual(follower.ended, "whole")
        self.assertNotIn("stop cut short", server.said())


if __name__ == "__main__":
    unittest.main()
