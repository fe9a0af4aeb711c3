"""PyIceberg changes the event table while ingest runs: both land, the log's rows stay, rules are said."""

import threading
import unittest

import pyarrow
from pyiceberg.catalog import load_catalog
from pyiceberg.exceptions import BadRequestError
from pyiceberg.types import StringType

from harness import events, table
from harness.server import Server

COMMITTERS = 8
COMMITS_EACH = 4


class ForeignWritersTest(unittest.TestCase):
    def setUp(self):
        self.server = Server("--target-lag", "1s").start()
        self.addCleanup(self.server.close)
        self.sent = 0
        self.send()

    def send(self, count=100):
        self.server.send(events.mixed(count, self.sent + 1, f"w{self.sent}-"))
        self.sent += count
        self.server.wait_committed(self.sent)

    def live_offsets(self):
        rows = table.scan(self.server, columns=("_log_offset",))
        return [offset for offset in rows.column("_log_offset").to_pylist() if offset is not None]

    def test_columns_evolve_while_flushes_go_on(self):
        found = table.load_table(self.server)
        with found.update_schema() as update:
            update.add_column("extra_column", StringType(), doc="added by another engine")
        with table.load_table(self.server).update_schema() as update:
            update.rename_column("category", "kind")
            update.delete_column("previous_id")
        self.send()
        self.assertEqual(len(table.scan(self.server)), self.sent)
        names = {field.name for field in table.load_table(self.server).schema().fields}
        self.assertTrue({"extra_column", "kind"} <= names and "previous_id" not in names)
        self.assertEqual(int(self.server.value("SELECT count(*) AS n FROM events")), self.sent)
        duck = table.connect_duckdb()
        self.addCleanup(duck.close)
        table.attach(duck, self.server)
        self.assertEqual(duck.execute("SELECT count(*), count(extra_column) FROM lake.analytics.events").fetchall(), [(self.sent, 0)])

    def test_what_flushes_stand_on_is_refused_with_the_reason(self):
        for change in (lambda t: t.update_schema(allow_incompatible_changes=True).delete_column("message_id").commit(),
                       lambda t: t.transaction().remove_properties("icelight.watermark").commit_transaction()):
            self.send(10)
            with self.assertRaises(BadRequestError) as refused:
                change(table.load_table(self.server))
            self.assertIn("is fed from the log", str(refused.exception))
        self.send()

    def test_appended_rows_and_expired_snapshots_leave_the_logs_rows_alone(self):
        found = table.load_table(self.server)
        row = found.scan(limit=1).to_arrow().to_pylist()[0]
        found.append(pyarrow.Table.from_pylist([{**row, "message_id": "foreign", "_log_offset": None}], schema=found.schema().as_arrow()))
        self.send()
        found = table.load_table(self.server)
        oldest = min(found.metadata.snapshots, key=lambda snapshot: snapshot.timestamp_ms)
        found.maintenance.expire_snapshots().by_id(oldest.snapshot_id).commit()
        self.send()
        offsets = self.live_offsets()
        self.assertEqual(sorted(offsets), list(range(self.sent)))
        self.assertEqual(len(table.scan(self.server)), self.sent + 1)

    def test_many_committers_all_land_and_flushes_do_not_wait_for_them(self):
        failures = []

        def commit(name):
            catalog = load_catalog("icelight", type="rest", uri=self.server.url + "/iceberg")
            for turn in range(COMMITS_EACH):
                try:
                    with catalog.load_table("analytics.events").transaction() as change:
                        change.set_properties({f"test.{name}.{turn}": "1"})
                except Exception as failure:  # the thread's own; told by the assertion below
                    failures.append(repr(failure))

        threads = [threading.Thread(target=commit, args=(name,)) for name in range(COMMITTERS)]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            self.send(20)
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])
        properties = table.load_table(self.server).properties
        self.assertEqual(sum(key.startswith("test.") for key in properties), COMMITTERS * COMMITS_EACH)
        self.assertEqual(sorted(self.live_offsets()), list(range(self.sent)))


if __name__ == "__main__":
    unittest.main()
