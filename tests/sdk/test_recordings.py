"""What real SDKs sent, sent again byte for byte: each answer is a success by that SDK's own rule, each event is stored once."""

import unittest

from harness import sdk_requests, sdk_rules, wire
from harness.server import Server

RECORDINGS = 17


class RecordingsTest(unittest.TestCase):
    def setUp(self):
        self.server = Server("--target-lag", "1h").start()
        self.addCleanup(self.server.close)

    def judge(self, name, request, reply):
        """Why this SDK would not be content; '' when it is."""
        if request.method == "OPTIONS":
            return sdk_rules.preflight(request.lower_headers(), reply)
        why = ""
        origin = request.header("origin")
        if origin and reply.headers.get("access-control-allow-origin") != origin:
            why = "the page may not read the answer"
        if origin and reply.headers.get("access-control-allow-credentials") != "true":
            why = "the page may not read an answer that it sent cookies for"
        if request.method == "GET":
            config = sdk_rules.settings if "/settings" in request.path else sdk_rules.source_config
            return why or config(reply)
        return why or sdk_rules.rule_of(name)(reply) or sdk_rules.ours(reply)

    def send_all(self, requests_by_name):
        for name, requests in requests_by_name.items():
            for number, request in enumerate(requests):
                with self.subTest(sdk=name, request=number, path=request.path):
                    reply = request.send(self.server.port)
                    self.assertEqual(self.judge(name, request, reply), "", reply)

    def check_stored(self, requests_by_name):
        """Every event as it was sent, once; those without an id at least once."""
        sent = [one for requests in requests_by_name.values() for request in requests for one in request.sent()]
        self.assertEqual(wire.differences(sent, self.server.sql(f"SELECT {', '.join(wire.COLUMNS)} FROM events")), [])
        return sent

    def count(self):
        return int(self.server.value("SELECT count(*) AS n FROM events"))

    def test_every_answer_is_a_success_and_every_event_is_there_as_it_was_sent(self):
        recordings = sdk_requests.recordings()
        self.assertEqual(len(recordings), RECORDINGS)
        self.send_all(recordings)
        sent = self.check_stored(recordings)
        self.assertEqual(self.count(), len(sent))
        without_id = sum(one.message_id is None for one in sent)
        self.assertGreater(without_id, 0, "the Rust crates make no ids")
        # A second time: what has an id is known by it.
        self.send_all(recordings)
        self.check_stored(recordings)
        self.assertEqual(self.count(), len(sent) + without_id)

    def test_sdks_without_a_package_are_served_too(self):
        fixtures = sdk_requests.fixtures()
        self.send_all(fixtures)
        self.assertEqual(self.count(), len(self.check_stored(fixtures)))

    def test_what_sdks_load_first_is_there(self):
        for name, (path, headers) in sdk_requests.config_requests().items():
            with self.subTest(sdk=name, path=path):
                reply = self.server.request("GET", path, headers=headers)
                rule = sdk_rules.settings if path.endswith("/settings") else sdk_rules.source_config
                self.assertEqual(rule(reply), "", reply)


if __name__ == "__main__":
    unittest.main()
