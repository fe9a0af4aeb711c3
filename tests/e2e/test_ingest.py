"""Requests as clients send them, good and bad: the right status, the right words, nothing good lost."""

import gzip
import json
import unittest

from harness import events
from harness.case import ServerCase
from harness.client import basic, raw_exchange
from harness.server import Server

MIB = 1024 * 1024


class GoodRequestTest(ServerCase):
    def test_every_path_takes_its_type(self):
        members = {"track": {"event": "e"}, "identify": {}, "page": {}, "screen": {"name": "s"}, "group": {"groupId": "g"},
                   "alias": {"previousId": "p"}}
        for prefix in ("/v1/", "/"):
            for kind, more in members.items():
                message_id = f"path-{prefix.strip('/')}-{kind}"
                reply = self.server.request("POST", prefix + kind,
                                            json.dumps({"messageId": message_id, "userId": "u", **more}))
                self.assertEqual(reply.status, 200, reply)
                self.assertEqual(self.server.value(f"SELECT type FROM events WHERE message_id = '{message_id}'"), kind)

    def test_the_batch_path_works_with_and_without_its_version(self):
        for path in ("/v1/batch", "/batch"):
            reply = self.server.send([events.track(f"batch{path}")], path)
            self.assertEqual((reply.status, reply.json()["success"], reply.json()["count"]), (200, True, 1))

    def test_a_retry_gets_the_same_count_and_is_stored_once(self):
        batch = events.mixed(20, 7, "retry")
        first, second = self.server.send(batch).json(), self.server.send(batch).json()
        self.assertEqual((first["count"], first["duplicates"]), (20, 0))
        self.assertEqual((second["count"], second["duplicates"]), (20, 20))
        self.assertEqual(self.count("message_id LIKE 'retry-%'"), 20)

    def test_gzip_is_read_whatever_the_content_type_says(self):
        for number, headers in enumerate(({"Content-Encoding": "gzip"}, {"Content-Type": "text/plain"},
                                          {"Content-Type": "application/json"})):
            body = gzip.compress(json.dumps({"batch": [events.track(f"gzip-{number}")]}).encode())
            self.assertEqual(self.server.request("POST", "/v1/batch", body, headers).status, 200, headers)
        self.assertEqual(self.count("message_id LIKE 'gzip-%'"), 3)

    def test_bytes_of_json_values_are_kept(self):
        properties = '{"big": 12345678901234567890123, "tiny": 1e-400, "dup": 1, "dup": 2, "e": "\\u00e9", "sp" : [ 1 ]}'
        body = '{"batch":[{"type":"track","event":"e","userId":42,"messageId":"exact","properties":%s}]}' % properties
        self.assertEqual(self.server.request("POST", "/v1/batch", body).status, 200)
        row = self.server.sql("SELECT properties, user_id FROM events WHERE message_id = 'exact'")[0]
        self.assertEqual((row["properties"], row["user_id"]), (properties, "42"))

    def test_a_token_lets_another_client_wait_for_the_event(self):
        token = self.server.send([events.track("token")]).json()["token"]
        self.assertEqual(self.server.sql("SELECT count(*) AS n FROM events WHERE message_id = 'token'",
                                         headers={"X-Lake-After": token}), [{"n": 1}])
        reply = self.server.request("POST", "/query", json.dumps({"sql": "SELECT 1 AS one"}),
                                    {"X-Lake-After": "00000000:0:1"})
        self.assertEqual(reply.status, 400, "a token of another log")

    def test_browsers_of_any_origin_may_send(self):
        reply = self.server.request("OPTIONS", "/v1/batch", headers={
            "Origin": "https://shop.example", "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type"})
        self.assertIn(reply.status, (200, 204))
        self.assertEqual(reply.headers["access-control-allow-origin"], "https://shop.example")
        self.assertEqual(reply.headers["access-control-max-age"], "86400")
        self.assertIn("authorization", reply.headers["access-control-allow-headers"].lower())


class BadRequestTest(ServerCase):
    """Each case: the status and the words; the server goes on."""

    def assert_refused(self, reply, status, words=""):
        self.assertEqual(reply.status, status, reply)
        body = reply.json()
        self.assertIs(body["success"], False)
        self.assertTrue(body.get("message") or body.get("error") or body.get("errors"), body)
        self.assertIn(words, reply.text())

    def test_bad_json_is_400_in_the_original_words(self):
        for body in ("{", "nonsense", '{"batch":[}', "", "\x00", '{"batch":[{"a":1}]} trailing'):
            reply = self.server.request("POST", "/v1/batch", body)
            self.assert_refused(reply, 400)
            self.assertEqual(reply.json()["message"], "Invalid JSON body", body)

    def test_a_truncated_gzip_body_is_400(self):
        body = gzip.compress(json.dumps({"batch": [events.track("truncated")]}).encode() * 50)
        for length in (3, len(body) // 2, len(body) - 4):
            self.assert_refused(self.server.request("POST", "/v1/batch", body[:length], {"Content-Encoding": "gzip"}), 400)
        self.assertEqual(self.count("message_id = 'truncated'"), 0)

    def test_wrong_types_are_named_by_their_place(self):
        reply = self.server.send([{"type": "track", "event": "e"}])
        self.assert_refused(reply, 400, "batch[0]: Event must have either userId or anonymousId")
        for event in ({"type": "dance", "userId": "u"}, {"type": "track", "userId": "u"}, {"type": "group", "userId": "u"},
                      {"type": "alias", "userId": "u"}, {"type": "track", "event": "e", "userId": {"a": 1}}, 5, None, [],
                      {"type": "track", "event": "e", "userId": "u", "messageId": ["x"]},
                      {"type": "track", "event": "e", "userId": "u", "messageId": "x" * 257}):
            self.assert_refused(self.server.send([event]), 400, "batch[0]")
        for batch in ("{}", '{"batch":[]}', '{"batch":{}}', '{"batch":"x"}', "[]", "7"):
            self.assert_refused(self.server.request("POST", "/v1/batch", batch), 400)

    def test_good_neighbours_of_bad_events_are_stored(self):
        batch = [events.track("neighbour-0"), {"type": "track"}, events.track("neighbour-2"), "text", events.track("neighbour-4")]
        reply = self.server.send(batch)
        self.assertEqual((reply.status, reply.json()["count"], reply.json()["rejected"]), (200, 3, 2), reply)
        self.assertEqual(self.count("message_id LIKE 'neighbour-%'"), 3)
        self.assertGreaterEqual(self.count("path LIKE 'batch[1]%'", "events__rejected"), 1)

    def test_a_deep_or_large_event_is_rejected_alone(self):
        deep = '{"type":"track","event":"e","userId":"u","properties":' + '{"a":' * 70 + "1" + "}" * 70 + "}"
        large = json.dumps(events.track("large", properties={"text": "x" * (600 * 1024)}))
        for bad, name in ((deep, "deep"), (large, "large")):
            good = json.dumps(events.track(f"beside-{name}"))
            reply = self.server.request("POST", "/v1/batch", f'{{"batch":[{bad},{good}]}}')
            self.assertEqual((reply.status, reply.json()["count"], reply.json()["rejected"]), (200, 1, 1), reply)
            self.assertEqual(self.count(f"message_id = 'beside-{name}'"), 1)

    def test_too_large_a_body_is_413_and_400_on_short_paths(self):
        body = json.dumps({"batch": [events.track("huge", properties={"text": "x" * (6 * MIB)})]})
        self.assert_refused(self.server.request("POST", "/v1/batch", body), 413)
        bomb = gzip.compress(b"[" + b" " * (20 * MIB) + b"]")
        self.assert_refused(self.server.request("POST", "/v1/batch", bomb, {"Content-Encoding": "gzip"}), 413)
        self.assert_refused(self.server.send([events.track(f"many-{n}") for n in range(10_001)]), 413)
        self.assertEqual(self.count("message_id LIKE 'many-%'"), 0)

    def test_the_connection_is_kept_when_it_can_be(self):
        with self.server.client() as client:
            client.send([events.track("kept-1")])
            port = client.local_port()
            for body in ("{", '{"batch":[]}'):
                client.request("POST", "/v1/batch", body)
            client.request("GET", "/nothing/here")
            client.request("POST", "/v1/batch", b"\x1f\x8bnot gzip", {"Content-Encoding": "gzip"})
            self.assertEqual(client.send([events.track("kept-2")]).status, 200)
            self.assertEqual(client.local_port(), port)

    def test_a_path_that_an_sdk_could_mean_is_503_so_that_it_keeps_its_events(self):
        for path in ("/v2/batch", "/v1/batch/x"):
            reply = self.server.request("POST", path, "{}")
            self.assert_refused(reply, 503)
            self.assertTrue(reply.headers.get("retry-after"), reply)

    def test_an_unknown_path_is_404_and_a_wrong_method_405(self):
        for path in ("/nothing", "/nothing/here"):
            self.assert_refused(self.server.request("POST", path, "{}"), 404)
        for method, path in (("DELETE", "/v1/batch"), ("PUT", "/v1/track"), ("GET", "/query"), ("POST", "/health")):
            reply = self.server.request(method, path, "{}" if method != "GET" else None)
            self.assertEqual(reply.status, 405, (method, path, reply))
            self.assertTrue(reply.headers.get("allow"), "405 says what is allowed")

    def test_malformed_http_is_refused_and_hurts_nobody(self):
        for request in (b"NONSENSE\r\n\r\n", b"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n",
                        b"POST /v1/batch HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n{}",
                        b"POST /v1/batch HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"y" * (70 * 1024) + b"\r\n\r\n"):
            answer = raw_exchange(self.server.port, request)
            self.assertRegex(answer[:12], rb"^(HTTP/1.[01] (4|5)|$)", answer[:200])
        self.assertEqual(self.server.request("GET", "/health").status, 200)

    def test_a_foreign_host_name_is_refused(self):
        reply = self.server.request("GET", "/tables/analytics", headers={"Host": "evil.example"})
        self.assertIn(reply.status, (400, 403, 421), reply)

    def test_counters_add_up(self):
        counted = self.server.request("GET", "/health").json()["events"]
        self.assertEqual(counted["received"], counted["stored"] + counted["rejected"] + counted["dropped"] + counted["duplicate"])
        self.assertEqual(counted["stored"], self.count())


class AuthTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(environment={"AUTH_ENABLED": "true", "AUTH_TOKEN": "write-key", "API_TOKEN": "read-token"}).start()
        cls.addClassCleanup(cls.server.close)

    def send(self, headers):
        return self.server.send([events.track("auth")], headers=headers)

    def test_each_way_to_bring_the_write_key_works(self):
        for headers in ({"Authorization": "Bearer write-key"}, basic("write-key"), {"X-API-Key": "write-key"}):
            self.assertEqual(self.send(headers).status, 200, headers)

    def test_without_or_with_another_key_it_is_401_in_the_original_words(self):
        for headers, words in (({}, "Missing authentication token"), (basic("other"), "Invalid authentication token"),
                               ({"Authorization": "Bearer write-key-and-more"}, "Invalid authentication token"),
                               ({"X-API-Key": "read-token"}, "Invalid authentication token")):
            reply = self.send(headers)
            self.assertEqual((reply.status, reply.json()["success"], reply.json()["error"]), (401, False, words))

    def test_queries_tables_and_the_catalog_want_the_api_token(self):
        calls = (("POST", "/query", '{"sql":"SELECT 1 AS one"}'), ("GET", "/tables/analytics", None),
                 ("GET", "/iceberg/v1/namespaces", None))
        for method, path, body in calls:
            self.assertEqual(self.server.request(method, path, body).status, 401, path)
            self.assertEqual(self.server.request(method, path, body, {"Authorization": "Bearer write-key"}).status, 401, path)
            self.assertEqual(self.server.request(method, path, body, {"Authorization": "Bearer read-token"}).status, 200, path)

    def test_refused_requests_leave_nothing_behind(self):
        before = self.server.request("GET", "/health").json()["events"]["received"]
        self.send(basic("other"))
        self.assertEqual(self.server.request("GET", "/health").json()["events"]["received"], before)

    def test_secrets_do_not_show(self):
        self.assertNotIn("write-key", self.server.said())
        self.assertNotIn("read-token", self.server.said())


del ServerCase  # not a test itself

if __name__ == "__main__":
    unittest.main()
