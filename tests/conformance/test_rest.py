"""The REST catalog's wire: tags and 304, refs only, missing files, pages of nested namespaces, transactions, keys, metrics;
and fifty committers at once beside flushes."""

import json
import pathlib
import threading
import time
import unittest
import urllib.parse
import uuid

from harness import events
from harness.case import ServerCase
from harness.server import Server

ROOT = "/iceberg/v1"
EVENTS = ROOT + "/namespaces/analytics/tables/events"
SCHEMA = {"type": "struct", "schema-id": 0, "fields": [{"id": 1, "name": "id", "required": False, "type": "long"}]}
JSON = {"Content-Type": "application/json"}
COMMITTERS, COMMITS_EACH = 50, 4
TARGET_LAG_SECONDS = 2
BUSY_TRIES = 400


def mark(key, *requirements):
    return {"requirements": list(requirements), "updates": [{"action": "set-properties", "updates": {key: "1"}}]}


class RestCase(ServerCase):
    def call(self, method, path, body=None, **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.server.request(method, ROOT + path, None if body is None else json.dumps(body), {**(JSON if body is not None else {}), **named})

    def expect(self, status, method, path, body=None, **headers):
        reply = self.call(method, path, body, **headers)
        self.assertEqual(reply.status, status, f"{method} {path}: {reply}")
        return reply

    def make_table(self, *levels, name="t"):
        for depth in range(1, len(levels) + 1):
            self.call("POST", "/namespaces", {"namespace": levels[:depth]})
        space = urllib.parse.quote("\x1f".join(levels))
        reply = self.expect(200, "POST", f"/namespaces/{space}/tables", {"name": name, "schema": SCHEMA})
        return f"/namespaces/{space}/tables/{name}", reply


class LoadTest(RestCase):
    def setUp(self):
        self.server.send(events.mixed(20, 1, f"e{time.monotonic_ns()}-"))
        self.server.wait_committed(20)

    def tag_of(self, path, expected=200, **headers):
        reply = self.expect(expected, "GET", path, **headers)
        return reply.headers["etag"], reply

    def test_what_a_client_has_is_304_until_a_flush_or_a_commit(self):
        path = "/namespaces/analytics/tables/events"
        tag, _ = self.tag_of(path)
        for header in (tag, "W/" + tag, f'"other", {tag}'):
            again, reply = self.tag_of(path, 304, If_None_Match=header)
            self.assertEqual((again, reply.body), (tag, b""))
        self.tag_of(path, 200, If_None_Match='"other"')
        self.server.send(events.mixed(10, 2, f"f{time.monotonic_ns()}-"))
        end = time.monotonic() + 30
        while self.call("GET", path, If_None_Match=tag).status == 304:
            self.assertLess(time.monotonic(), end, "a flush did not change the tag")
            time.sleep(0.1)
        committed = self.expect(200, "POST", path, mark("tag"))
        self.assertEqual(committed.headers.get("etag", ""), self.tag_of(path)[0])

    def test_refs_only_is_another_answer_with_a_tag_of_its_own(self):
        path = "/namespaces/analytics/tables/events"
        for turn in range(2):
            self.server.send(events.mixed(10, 3, f"g{turn}-{time.monotonic_ns()}-"))
            rows = int(self.server.value("SELECT count(*) AS n FROM events"))
            self.server.wait_committed(rows)
        whole, all_of_it = self.tag_of(path)
        refs, named_only = self.tag_of(path + "?snapshots=refs")
        self.assertNotEqual(whole, refs)
        snapshots, metadata = all_of_it.json()["metadata"]["snapshots"], named_only.json()["metadata"]
        self.assertGreaterEqual(len(snapshots), 2)
        self.assertEqual([one["snapshot-id"] for one in metadata["snapshots"]], [metadata["refs"]["main"]["snapshot-id"]])
        self.tag_of(path + "?snapshots=refs", 200, If_None_Match=whole)
        self.tag_of(path, 200, If_None_Match=refs)
        self.tag_of(path + "?snapshots=refs", 304, If_None_Match=refs)
        self.assertEqual(self.tag_of(path + "?snapshots=all")[0], whole)

    def test_a_metadata_file_that_is_gone_is_said_in_the_words_that_clients_look_for(self):
        path, made = self.make_table("gone")
        pathlib.Path(urllib.parse.urlparse(made.json()["metadata-location"]).path).unlink()
        self.server.restart()
        error = self.expect(404, "GET", path).json()["error"]
        self.assertEqual(error["type"], "NotFoundException")
        self.assertIn("Failed to open input stream for file: file:///", error["message"])
        self.expect(204, "DELETE", path)


class ChangeTest(RestCase):
    def test_nested_namespaces_come_in_pages(self):
        for levels in (["p"], ["p", "q"], *(["p", "q", f"n{number}"] for number in range(5))):
            self.expect(200, "POST", "/namespaces", {"namespace": levels, "properties": {"depth": str(len(levels))}})
        names, token, pages = [], "", 0
        while pages == 0 or token:
            page = self.expect(200, "GET", f"/namespaces?parent=p%1Fq&pageSize=2&pageToken={token}").json()
            names += page["namespaces"]
            token, pages = page.get("next-page-token"), pages + 1
        self.assertEqual((names, pages), ([["p", "q", f"n{number}"] for number in range(5)], 3))
        self.assertEqual(self.expect(200, "GET", "/namespaces?parent=p").json()["namespaces"], [["p", "q"]])
        properties = self.expect(200, "GET", "/namespaces/p%1Fq").json()["properties"]
        self.assertEqual((properties["depth"], properties["location"].endswith("/warehouse/p/q")), ("2", True))
        self.assertEqual(self.expect(404, "GET", "/namespaces?parent=none").json()["error"]["type"], "NoSuchNamespaceException")
        self.expect(409, "DELETE", "/namespaces/p%1Fq")

    def test_tables_come_in_pages(self):
        for number in range(7):
            self.make_table("many", name=f"t{number}")
        first = self.expect(200, "GET", "/namespaces/many/tables?pageSize=4").json()
        rest = self.expect(200, "GET", f"/namespaces/many/tables?pageSize=4&pageToken={first['next-page-token']}").json()
        self.assertEqual([one["name"] for one in first["identifiers"] + rest["identifiers"]], [f"t{number}" for number in range(7)])
        self.assertNotIn("next-page-token", rest)

    def test_a_transaction_over_namespaces_lands_whole_or_not_at_all(self):
        paths = [self.make_table("left")[0], self.make_table("right", "deep")[0]]
        changes = [{"identifier": {"namespace": ["left"], "name": "t"}, **mark("together")},
                   {"identifier": {"namespace": ["right", "deep"], "name": "t"},
                    **mark("together", {"type": "assert-table-uuid", "uuid": str(uuid.uuid4())})}]
        self.expect(409, "POST", "/transactions/commit", {"table-changes": changes})
        for path in paths:
            self.assertNotIn("together", self.expect(200, "GET", path).json()["metadata"]["properties"])
        changes[1]["requirements"] = []
        self.expect(204, "POST", "/transactions/commit", {"table-changes": changes})
        for path in paths:
            self.assertIn("together", self.expect(200, "GET", path).json()["metadata"]["properties"])

    def test_a_key_makes_a_change_once_also_after_a_restart(self):
        self.expect(200, "POST", "/namespaces", {"namespace": ["keyed"]})
        body, key = {"name": "t", "schema": SCHEMA}, str(uuid.uuid4())
        made = self.expect(200, "POST", "/namespaces/keyed/tables", body, Idempotency_Key=key).json()
        self.server.restart()
        again = self.expect(200, "POST", "/namespaces/keyed/tables", body, Idempotency_Key=key).json()
        self.assertEqual(again["metadata"]["table-uuid"], made["metadata"]["table-uuid"])
        self.expect(409, "POST", "/namespaces/keyed/tables", body)
        self.expect(400, "POST", "/namespaces/keyed/tables", {**body, "name": "other"}, Idempotency_Key=key)
        self.expect(204, "DELETE", "/namespaces/keyed/tables/t", Idempotency_Key=(dropping := str(uuid.uuid4())))
        self.expect(204, "DELETE", "/namespaces/keyed/tables/t", Idempotency_Key=dropping)
        self.expect(404, "DELETE", "/namespaces/keyed/tables/t")
        self.assertIn("idempotency-key-lifetime", self.expect(200, "GET", "/config").json())

    def test_reports_of_scans_are_taken(self):
        path, _ = self.make_table("reported")
        self.expect(204, "POST", path + "/metrics", {"report-type": "scan-report", "table-name": "t", "snapshot-id": 1, "metrics": {}})
        self.expect(404, "POST", path + "-none/metrics", {"report-type": "scan-report"})

    def test_a_dropped_table_may_be_registered_again_and_a_purge_leaves_others_files(self):
        path, made = self.make_table("kept")
        location = made.json()["metadata-location"]
        self.expect(204, "DELETE", path)
        self.expect(200, "POST", "/namespaces/kept/register", {"name": "again", "metadata-location": location})
        self.expect(200, "POST", "/namespaces/kept/register", {"name": "third", "metadata-location": location})
        self.expect(204, "DELETE", "/namespaces/kept/tables/third?purgeRequested=true")
        self.expect(200, "GET", "/namespaces/kept/tables/again")
        report = self.server.request("GET", "/api/fsck").json()
        self.assertTrue(report["clean"], report["findings"][:3])


class CommittersTest(unittest.TestCase):
    """Fifty clients commit to the event table at once: all land, and no flush waits for them."""

    def setUp(self):
        self.server = Server("--target-lag", f"{TARGET_LAG_SECONDS}s").start()
        self.addCleanup(self.server.close)
        self.failures, self.lags, self.sent, self.stopping = [], [], 0, threading.Event()

    def ingest(self):
        with self.server.client() as client:
            while not self.stopping.is_set():
                reply = client.send(events.mixed(20, self.sent + 1, f"c{self.sent}-"))
                self.sent += 20 if reply.status == 200 else 0
                self.stopping.wait(0.1)

    def watch(self):
        with self.server.client() as client:
            while not self.stopping.is_set():
                self.lags.append(client.request("GET", "/health").json()["table"]["lag_seconds"])
                self.stopping.wait(0.1)

    def commit(self, name):
        with self.server.client() as client:
            for turn in range(COMMITS_EACH):
                for _ in range(BUSY_TRIES):
                    reply = client.request("POST", EVENTS, json.dumps(mark(f"test.{name}.{turn}")))
                    if reply.status != 429:
                        break
                    time.sleep(0.05)
                if reply.status != 200:
                    self.failures.append(str(reply))

    def test_fifty_committers_land_and_flushes_keep_their_lag(self):
        background = [threading.Thread(target=self.ingest), threading.Thread(target=self.watch)]
        committers = [threading.Thread(target=self.commit, args=(name,)) for name in range(COMMITTERS)]
        for thread in (*background, *committers):
            thread.start()
        for thread in committers:
            thread.join()
        time.sleep(2 * TARGET_LAG_SECONDS)
        self.stopping.set()
        for thread in background:
            thread.join()
        self.assertEqual(self.failures, [])
        properties = self.server.request("GET", EVENTS).json()["metadata"]["properties"]
        self.assertEqual(sum(name.startswith("test.") for name in properties), COMMITTERS * COMMITS_EACH)
        self.assertLessEqual(max(self.lags), 2 * TARGET_LAG_SECONDS)
        self.server.wait_committed(self.sent)
        self.assertEqual(int(self.server.value("SELECT count(DISTINCT _log_offset) AS n FROM events")), self.sent)


del RestCase, ServerCase  # no tests themselves

if __name__ == "__main__":
    unittest.main()
