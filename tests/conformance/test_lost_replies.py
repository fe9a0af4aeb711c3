"""Commits that land and whose answer is lost, is 503, is garbage or comes too late: nothing lost, nothing doubled.

A proxy between PyIceberg and the server forwards the commit, so that it lands, and spoils the answer. What the client
then does is its own affair; here the very commit is sent again, as clients do that retry, and must be found to have
landed. The control sends the same rows as a new commit: that one doubles, and the same count sees it.
"""

import http.server
import json
import os
import threading
import time
import unittest

import pyarrow
from pyiceberg.catalog import load_catalog

from harness import events, table
from harness.server import Server

LATE_SECONDS = 30 if os.environ.get("TEST_ALL") else 3
CLIENT_SECONDS = 1


class SpoilingProxy(http.server.ThreadingHTTPServer):
    """Passes everything on; of a commit that adds a snapshot the answer is spoiled once, as `fault` says."""

    daemon_threads = True

    def __init__(self, server):
        super().__init__(("127.0.0.1", 0), SpoilingHandler)
        self.target, self.fault, self.spoiled = server, None, []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, *_):
        """The client went away: what was wanted."""


class SpoilingHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def pass_on(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)) or None
        headers = {"Content-Type": "application/json"} if body else {}
        reply = self.server.target.request(self.command, self.path, body.decode() if body else None, headers)
        fault = self.server.fault if body and b'"add-snapshot"' in body else None
        status, text = reply.status, reply.body
        if fault:
            self.server.fault = None
            self.server.spoiled.append((self.path, body, reply.status))
        if fault == "lost":
            self.close_connection = True
            return
        if fault == "503":
            status, text = 503, b'{"error":{"message":"injected","type":"ServiceUnavailableException","code":503}}'
        if fault == "garbage":
            text = b"<html>\xff\x00 not an answer"
        if fault == "late":
            time.sleep(LATE_SECONDS)
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)

    do_GET = do_POST = do_DELETE = do_HEAD = pass_on

    def log_message(self, *_):
        pass


class LostRepliesTest(unittest.TestCase):
    def setUp(self):
        self.server = Server("--target-lag", "1s").start()
        self.addCleanup(self.server.close)
        self.proxy = SpoilingProxy(self.server)
        self.addCleanup(self.proxy.shutdown)
        self.server.send(events.mixed(50, 1, "l"))
        self.server.wait_committed(50)

    def foreign_rows(self):
        rows = table.scan(self.server, columns=("message_id", "_log_offset"))
        return [row["message_id"] for row in rows.to_pylist() if row["_log_offset"] is None]

    def append(self, name):
        catalog = load_catalog("spoiled", type="rest", uri=self.proxy.url + "/iceberg")
        catalog._session.request = with_timeout(catalog._session.request)
        found = catalog.load_table("analytics.events")
        row = found.scan(limit=1).to_arrow().to_pylist()[0]
        found.append(pyarrow.Table.from_pylist([{**row, "message_id": name, "_log_offset": None}],
                                               schema=found.schema().as_arrow()))

    def send_again(self):
        path, body, status = self.proxy.spoiled[-1]
        self.assertEqual(status, 200, "the commit landed")
        return self.server.request("POST", path, body.decode(), {"Content-Type": "application/json"})

    def test_the_same_commit_again_is_the_commit_that_landed(self):
        for fault in ("lost", "503", "garbage", "late"):
            with self.subTest(fault):
                self.proxy.fault = fault
                try:
                    self.append(fault)
                except Exception:  # what the client makes of it is its own
                    pass
                self.assertEqual(self.foreign_rows().count(fault), 1, "the client's own retries doubled it")
                self.server.send(events.mixed(10, 2, f"between-{fault}"))
                reply = self.send_again()
                self.assertEqual(reply.status, 200, reply.text())
                again = self.send_again()
                self.assertEqual(again.status, 200)
                self.assertEqual(reply.json()["metadata"]["table-uuid"], again.json()["metadata"]["table-uuid"])
        self.server.wait_committed(50 + 40 + 4)
        self.assertEqual(sorted(self.foreign_rows()), sorted(["lost", "503", "garbage", "late"]))
        offsets = [offset for offset in table.scan(self.server, columns=("_log_offset",)).column(0).to_pylist() if offset is not None]
        self.assertEqual(sorted(offsets), list(range(90)))
        report = self.server.request("GET", "/api/fsck").json()
        self.assertTrue(report["clean"], report["findings"])

    def test_the_control_doubles_the_rows_and_is_seen(self):
        self.proxy.fault = "503"
        try:
            self.append("doubled")
        except Exception:  # see above
            pass
        path, body, _ = self.proxy.spoiled[-1]
        commit = json.loads(body)
        current = table.load_table(self.server)
        for update in commit["updates"]:
            if update["action"] == "add-snapshot":
                snapshot = update["snapshot"]
                snapshot["snapshot-id"] += 1
                snapshot["parent-snapshot-id"] = current.current_snapshot().snapshot_id
                snapshot["sequence-number"] = current.metadata.last_sequence_number + 1
                snapshot["timestamp-ms"] = int(time.time() * 1000)
                # A list that holds the rows' manifest twice: what a careless client would write.
                snapshot["manifest-list"] = self.doubled_list(snapshot["manifest-list"])
            if update["action"] == "set-snapshot-ref":
                update["snapshot-id"] = snapshot["snapshot-id"]
        commit["requirements"] = []
        reply = self.server.request("POST", path, json.dumps(commit), {"Content-Type": "application/json"})
        self.assertEqual(reply.status, 200, reply.text())
        self.assertEqual(self.foreign_rows().count("doubled"), 2)

    def doubled_list(self, location):
        from pyiceberg.io.pyarrow import PyArrowFileIO
        from pyiceberg.manifest import read_manifest_list, write_manifest_list

        io = PyArrowFileIO()
        manifests = list(read_manifest_list(io.new_input(location)))
        newest = max(manifests, key=lambda manifest: manifest.sequence_number)
        doubled = location.replace("snap-", "snap-doubled-")
        with write_manifest_list(2, io.new_output(doubled), 1, None, newest.sequence_number, "null") as writer:
            writer.add_manifests([*manifests, newest])
        return doubled


def with_timeout(request):
    def bounded(*arguments, **options):
        options.setdefault("timeout", CLIENT_SECONDS)
        return request(*arguments, **options)
    return bounded


if __name__ == "__main__":
    unittest.main()
