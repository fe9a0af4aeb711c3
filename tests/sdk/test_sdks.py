"""The unmodified SDKs of RudderStack and Segment send 1,000 mixed calls each with their default settings:
every call is in the table once, with the values and the times that were sent."""

import json
import unittest

from harness import events, node, table, wire
from harness.expected import parse_time
from harness.fault_proxy import FaultProxy
from harness.server import Server

CALLS = 1_000


def make_calls(seed):
    """CALLS calls of an SDK; context.call numbers them. Half bring their time, half leave it to the SDK."""
    calls = []
    for number, event in enumerate(events.mixed(CALLS, seed)):
        message = {name: value for name, value in event.items() if name not in ("type", "messageId", "unknownMember")}
        if event["type"] == "alias":
            message.pop("anonymousId", None)  # alias has none in Segment's SDK
        message["context"] = {"ip": "10.0.0.1", "call": number}  # the SDK adds its library
        if number % 2:
            del message["timestamp"]
        calls.append({"method": event["type"], "message": message})
    return calls


class SdkTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        node.install()

    def setUp(self):
        self.server = Server("--target-lag", "1s").start()
        self.addCleanup(self.server.close)

    def send(self, program, seed):
        """Runs the program; compares the table with what went over the wire, and that with the calls made."""
        calls = make_calls(seed)
        file = self.server.directory / "calls.json"
        file.write_text(json.dumps(calls))
        with FaultProxy(self.server.port, "well") as proxy:
            node.run(program, proxy.url, file)
        self.server.wait_committed(CALLS)
        rows = table.scan(self.server).to_pylist()
        self.assertEqual(wire.differences(proxy.sent, rows), [])
        by_id = {row["message_id"]: row for row in rows}
        by_call = {one.event["context"]["call"]: one.event for one in proxy.sent}
        self.assertEqual(set(by_call), set(range(CALLS)), "every call once")
        for number, call in enumerate(calls):
            self.compare_call(call, by_call[number])
        return by_id, by_call, calls

    def compare_call(self, call, event):
        self.assertEqual(event["type"], call["method"])
        for member, value in call["message"].items():
            if isinstance(value, dict):  # an SDK adds members of its own; it may not change ours
                self.assertEqual({name: event[member].get(name) for name in value}, value, call)
            elif member != "timestamp":
                self.assertEqual(event[member], value, call)

    def test_rudderstacks_calls_are_in_the_table_as_they_were_sent(self):
        by_id, by_call, calls = self.send("send_rudder.mjs", 1)
        for number, call in enumerate(calls):
            if "timestamp" in call["message"]:  # a time the caller gave stands as it is
                self.assertEqual(by_id[by_call[number]["messageId"]]["timestamp"], parse_time(call["message"]["timestamp"]))

    def test_segments_calls_are_in_the_table_as_they_were_sent(self):
        by_id, by_call, calls = self.send("send_segment.mjs", 2)
        for number, call in enumerate(calls):
            if "timestamp" in call["message"]:
                row = by_id[by_call[number]["messageId"]]
                self.assertEqual(row["original_timestamp"], parse_time(call["message"]["timestamp"]))


if __name__ == "__main__":
    unittest.main()
