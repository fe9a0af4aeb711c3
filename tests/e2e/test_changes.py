"""GET /api/changes read page by page, and /api/tables/…/{part} held against PyIceberg."""

import json
import unittest

from harness import events, table
from harness.server import Server


class ChangesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("--target-lag", "1s").start()
        cls.addClassCleanup(cls.server.close)
        cls.ids = []
        for turn in range(3):
            batch = events.mixed(50, turn + 1, f"c{turn}-")
            cls.server.send(batch)
            cls.ids += [event["messageId"] for event in batch]
            cls.server.request("POST", "/v1/batch", "{not json")  # takes an offset that is no event's
            cls.server.wait_committed(50 * (turn + 1))

    def pages(self, limit, after=None):
        """(rows of a page, its next) until there is no more."""
        while True:
            query = f"limit={limit}" + ("" if after is None else f"&after={after}")
            reply = self.server.request("GET", f"/api/changes?{query}")
            self.assertEqual(reply.status, 200, reply.text())
            self.assertEqual(reply.headers["content-type"], "application/x-ndjson")
            after = int(reply.headers["x-lake-next"])
            yield [json.loads(line) for line in reply.text().splitlines()], after
            if reply.headers["x-lake-more"] == "false":
                return

    def test_pages_of_any_size_hold_every_event_once_in_the_logs_order(self):
        for limit in (1, 7, 50, 10_000):
            rows = [row for page, _ in self.pages(limit) for row in page]
            self.assertEqual([row["message_id"] for row in rows], self.ids)
            offsets = [row["_log_offset"] for row in rows]
            self.assertEqual(offsets, sorted(set(offsets)))

    def test_a_reader_goes_on_where_it_broke_off_and_sees_what_no_flush_has_carried(self):
        first, _ = next(self.pages(20))
        rest = [row["message_id"] for page, _ in self.pages(1_000, first[9]["_log_offset"]) for row in page]
        self.assertEqual(rest, self.ids[10:])
        *_, (_, end) = self.pages(1_000)
        reply = self.server.request("GET", f"/api/changes?after={end}")
        self.assertEqual((reply.status, reply.text()), (200, ""))
        with Server("--target-lag", "1h") as server:
            server.send(events.mixed(5, 1, "tail-"))
            reply = server.request("GET", "/api/changes")
            self.assertEqual(len(reply.text().splitlines()), 5)

    def part(self, name, query="", table_name="events"):
        reply = self.server.request("GET", f"/api/tables/analytics/{table_name}/{name}{query}")
        self.assertEqual(reply.status, 200, reply.text())
        return reply.json()["data"]

    def test_the_parts_of_a_table_say_what_another_reader_finds(self):
        found = table.load_table(self.server)
        current = found.current_snapshot()
        snapshots = self.part("snapshots")
        self.assertEqual([row["snapshot_id"] for row in snapshots],
                         [str(snapshot.snapshot_id) for snapshot in reversed(found.metadata.snapshots)])
        self.assertEqual(snapshots[0]["refs"], ["main"])
        self.assertEqual(snapshots[0]["operation"], "append")
        history = self.part("history")
        self.assertEqual([row["snapshot_id"] for row in history],
                         [str(entry.snapshot_id) for entry in reversed(found.history())])
        self.assertTrue(all(row["is_current_ancestor"] for row in history))
        inspected = found.inspect.files().to_pylist()
        files = self.part("files")
        self.assertEqual(sorted((row["path"], row["rows"], row["bytes"]) for row in files),
                         sorted((row["file_path"], row["record_count"], row["file_size_in_bytes"]) for row in inspected))
        manifests = self.part("manifests")
        self.assertEqual(sorted(row["path"] for row in manifests), sorted(found.inspect.manifests().column("path").to_pylist()))
        partitions = self.part("partitions")
        self.assertEqual(sum(row["rows"] for row in partitions), 150)
        self.assertTrue(all(row["partition"].startswith("__ingest_ts_day=20") for row in partitions), partitions)
        stats = self.part("stats")
        self.assertEqual((stats["rows"], stats["files"], stats["snapshot_id"]), (150, len(files), str(current.snapshot_id)))

    def test_a_snapshot_is_named_by_its_id_or_by_a_time(self):
        oldest = next(snapshot for snapshot in table.load_table(self.server).metadata.snapshots
                      if int(snapshot.summary["total-records"]) > 0)
        rows = int(oldest.summary["total-records"])
        self.assertLess(rows, 150)
        self.assertEqual(self.part("stats", f"?snapshot={oldest.snapshot_id}")["rows"], rows)
        self.assertEqual(self.part("stats", f"?at={oldest.timestamp_ms}")["rows"], rows)
        reply = self.server.request("GET", "/api/tables/analytics/events/stats?at=2001-01-01T00:00:00Z")
        self.assertEqual(reply.status, 404)

    def test_files_come_in_pages(self):
        everything = self.part("files")
        paged, after = [], 0
        while after is not None:
            reply = self.server.request("GET", f"/api/tables/analytics/events/files?limit=2&after={after}").json()
            paged += reply["data"]
            after = reply.get("next")
        self.assertEqual(paged, everything)


if __name__ == "__main__":
    unittest.main()
