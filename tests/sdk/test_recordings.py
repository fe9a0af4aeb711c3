"""What real SDKs sent, sent again byte for byte: each answer is a success by that SDK's own rule, each event is stored once."""

import unittest

from harness import sdk_requests, sdk_rules, wire
from harness.server import Server

RECORDINGS = 17
TRIES = 30


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

    def first_events(self):
        """Of each SDK one request with events."""
        requests = {**sdk_requests.recordings(), **sdk_requests.fixtures()}
        return {name: next(request for request in several if request.sent()) for name, several in requests.items()}

    def test_a_wrong_key_is_refused_in_words_that_every_sdk_reads(self):
        self.server.command("source", "add", "other")
        for name, request in self.first_events().items():
            with self.subTest(sdk=name):
                reply = request.send(self.server.port)
                self.assertEqual((reply.status, sdk_rules.refused_for_good(reply)), (401, ""), reply)
                self.assertIn("invalid write key", reply.text().lower())
        self.assertEqual(self.count(), 0)

    def test_who_sends_too_fast_is_told_when_to_come_again(self):
        key = self.server.command("source", "add", "slow", "--events-per-second", "1")
        for name, request in self.first_events().items():
            request = request.with_key(key)
            with self.subTest(sdk=name):
                for _ in range(TRIES):
                    reply = request.send(self.server.port)
                    if reply.status != 200:
                        break
                self.assertEqual(sdk_rules.refused_for_now(reply), "", reply)

    def test_what_sdks_load_first_is_there(self):
        for name, (path, headers) in sdk_requests.config_requests().items():
            with self.subTest(sdk=name, path=path):
                reply = self.server.request("GET", path, headers=headers)
                rule = sdk_rules.settings if path.endswith("/settings") else sdk_rules.source_config
                self.assertEqual(rule(reply), "", reply)


if __name__ == "__main__":
    unittest.main()
