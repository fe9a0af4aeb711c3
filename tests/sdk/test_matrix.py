"""Real SDKs through a proxy that plays every fault: what was sent is stored as it was sent, once each."""

import concurrent.futures
import json
import os
import time
import unittest

from harness import fault_proxy, sdk_requests, sdk_rules, sdks, wire
from harness.client import basic
from harness.server import Server

IS_ALL = bool(os.environ.get("TEST_ALL"))
SDKS = sdks.ALL if IS_ALL else sdks.QUICK
MODES = fault_proxy.MODES if IS_ALL else ("well", "reset")
AT_ONCE = 3  # most of the time is the wait before an SDK tries again


class RecordedSdk(sdks.Sdk):
    """An SDK that no package manager brings, by what was recorded of it: its requests, tried again by its own rule."""

    tries = 10

    def prepare(self):
        pass

    def drive(self, url, mark, key=sdks.KEY):
        port, rule = int(url.rsplit(":", 1)[1]), sdk_rules.rule_of(self.name)
        for request in sdk_requests.recordings()[self.name]:
            request = request.marked(mark)
            if not any(self.is_taken(request, port, rule) for _ in range(self.tries)):
                raise AssertionError(f"{request.path} was never taken")

    @staticmethod
    def is_taken(request, port, rule):
        try:
            return not rule(request.send(port))
        except OSError:
            return False


if IS_ALL:
    SDKS = [*SDKS, RecordedSdk("rudder-go")]


def stored_rows(server, sent, mark):
    """The rows of these events, and whatever else carries the run's mark."""
    ids = ", ".join("'" + one.message_id.replace("'", "''") + "'" for one in sent if one.message_id) or "''"
    marked = " OR ".join(f"contains({column}, '\"{mark}\"')" for column in ("properties", "traits", "context"))
    return server.sql(f"SELECT {', '.join(wire.COLUMNS)} FROM events WHERE message_id IN ({ids}) OR {marked}")


def run_cell(server, sdk, mode, change=None, key=sdks.KEY):
    """Drives one SDK through one fault; what is wrong afterwards, [] when nothing is."""
    mark = f"{mode}-{time.monotonic_ns()}"
    with fault_proxy.FaultProxy(server.port, mode, change) as proxy:
        sdk.drive(proxy.url, mark, key)
    distinct = {one.message_id or wire.content_of(one.values()) for one in proxy.sent}
    if len(distinct) != sdk.events:
        return [f"{len(distinct)} events were sent, not {sdk.events}"]
    if mode != "well" and not proxy.faults:
        return ["the fault was never met"]
    is_refused = mode in ("throttled", "unavailable")
    if (is_refused or mode == "reset") and sdk.repeats and len(proxy.sent) <= sdk.events:
        return ["nothing was sent again"]
    # What only ever met a refusal, and was not sent again, must not be there.
    sent = [] if is_refused and not sdk.repeats else proxy.sent
    return wire.differences(sent, stored_rows(server, proxy.sent, mark))


class MatrixTest(unittest.TestCase):
    """One case a cell; the cells run beside each other on one server, the slow ones first."""

    wanted = []  # (SDK, mode), by load_tests()

    @classmethod
    def setUpClass(cls):
        for sdk in dict.fromkeys(sdk for sdk, _ in cls.wanted):
            sdk.prepare()
        cls.server = Server("--target-lag", "1s").start()
        cls.addClassCleanup(cls.server.close)
        pool = concurrent.futures.ThreadPoolExecutor(AT_ONCE)
        cls.addClassCleanup(pool.shutdown, cancel_futures=True)
        cls.cells = {cell: pool.submit(run_cell, cls.server, *cell) for cell in sorted(cls.wanted, key=lambda cell: -MODES.index(cell[1]))}


def add_case(sdk, mode):
    def case(self):
        self.assertEqual(self.cells[sdk, mode].result(), [])

    case.cell = (sdk, mode)
    setattr(MatrixTest, f"test_{sdk.name.replace('-', '_')}_through_{mode}", case)


for each_sdk in SDKS:
    for each_mode in MODES:
        add_case(each_sdk, each_mode)


def load_tests(_loader, suite, _pattern):
    """Only the cells that were asked for are run."""
    cases = [case for group in suite for case in group if isinstance(case, MatrixTest)]
    MatrixTest.wanted = [getattr(case, case.id().rsplit(".", 1)[1]).cell for case in cases]
    return suite


class ControlTest(unittest.TestCase):
    """The same judgement must find events that are lost, altered and doubled."""

    sdk = sdks.node_sdk("rudder-node")

    @classmethod
    def setUpClass(cls):
        cls.sdk.prepare()

    def assert_found(self, server, mode, change, text, key=sdks.KEY):
        found = run_cell(server, self.sdk, mode, change, key)
        self.assertTrue(any(text in line for line in found), found)

    def test_a_proxy_that_drops_one_event_is_found(self):
        def drop(_, headers, body):
            message = json.loads(body)
            message["batch"] = message["batch"][:-1] or message["batch"]
            return headers, json.dumps(message).encode()

        with Server() as server:
            self.assert_found(server, "well", drop, "is there 0 times")

    def test_a_proxy_that_alters_one_value_is_found(self):
        with Server() as server:
            self.assert_found(server, "well", lambda _, headers, body: (headers, body.replace(b"19.99", b"19.98")), "19.99")

    def test_a_repeat_that_is_not_known_as_one_is_found(self):
        """Duplicates are judged within a source: the proxy gives the first request to another one."""
        with Server() as server:
            keys = [server.command("source", "add", name).split()[-1] for name in ("one", "two")]

            def lead_astray(number, headers, body):
                return [(name, basic(keys[1])["Authorization"] if name.lower() == "authorization" and number == 1 else value)
                        for name, value in headers], body

            self.assert_found(server, "reset", lead_astray, "is there 2 times", keys[0])


if __name__ == "__main__":
    unittest.main()
