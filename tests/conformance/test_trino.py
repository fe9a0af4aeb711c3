"""Trino reads, writes and maintains tables, the event table among them, while ingest runs. Fetches Trino: ./test --all."""

import os
import threading
import unittest

from harness import events, table
from harness.notes import note
from harness.server import Server
from harness.trino import Trino

EVENTS = "lake.analytics.events"


@unittest.skipUnless(os.environ.get("TEST_ALL"), "part of ./test --all")
class TrinoTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("--target-lag", "1s").start()
        cls.addClassCleanup(cls.server.close)
        cls.sent = []
        cls.send(200)
        cls.server.request("POST", "/v1/batch", "{not json")
        cls.server.wait_committed(200)
        cls.trino = Trino(cls.server)
        cls.trino.__enter__()
        cls.addClassCleanup(cls.trino.close)

    @classmethod
    def send(cls, count):
        batch = events.mixed(count, len(cls.sent) + 1, f"t{len(cls.sent)}-")
        assert cls.server.send(batch).status == 200
        cls.sent += [event["messageId"] for event in batch]

    def test_a_table_of_its_own_is_made_filled_merged_deleted_from_and_optimized(self):
        ask = self.trino.ask
        ask("CREATE SCHEMA lake.made_by_trino")
        name = "lake.made_by_trino.t"
        ask(f"CREATE TABLE {name} (id bigint, ts timestamp(6) with time zone, s varchar) "
            "WITH (partitioning = ARRAY['day(ts)'], format_version = 2)")
        ask(f"INSERT INTO {name} SELECT i, TIMESTAMP '2026-10-01 00:00:00 UTC' + i * INTERVAL '1' MINUTE, CAST(i AS varchar) "
            "FROM UNNEST(sequence(0, 4999)) t(i)")
        ask(f"DELETE FROM {name} WHERE id < 10")
        ask(f"MERGE INTO {name} a USING (VALUES (bigint '100', 'm')) b(id, s) ON a.id = b.id WHEN MATCHED THEN UPDATE SET s = b.s")
        ask(f"ALTER TABLE {name} ADD COLUMN extra integer")
        ask(f"ALTER TABLE {name} EXECUTE optimize")
        self.assertEqual(ask(f"SELECT count(*), sum(id), count_if(s = 'm'), count(extra) FROM {name}"), [[4990, 12497455, 1, 0]])
        first = ask('SELECT snapshot_id FROM lake.made_by_trino."t$snapshots" ORDER BY committed_at')[1][0]
        self.assertEqual(ask(f"SELECT count(*) FROM {name} FOR VERSION AS OF {first}"), [[5000]])
        ask(f"ALTER TABLE {name} RENAME TO lake.made_by_trino.u")
        ask("CREATE VIEW lake.made_by_trino.v AS SELECT count(*) AS n FROM lake.made_by_trino.u")
        self.assertEqual(ask("SELECT n FROM lake.made_by_trino.v"), [[4990]])
        for statement in ("DROP VIEW lake.made_by_trino.v", "DROP TABLE lake.made_by_trino.u", "DROP SCHEMA lake.made_by_trino"):
            ask(statement)

    def test_the_event_table_is_read_deleted_from_and_maintained_while_ingest_runs(self):
        ask, stopping = self.trino.ask, threading.Event()

        def ingest():
            while not stopping.is_set():
                self.send(20)
                stopping.wait(0.2)

        writer = threading.Thread(target=ingest)
        writer.start()
        try:
            self.assertLessEqual({"events", "events__rejected"}, {row[0] for row in ask("SHOW TABLES FROM lake.analytics")})
            self.assertGreaterEqual(ask(f"SELECT count(DISTINCT message_id) FROM {EVENTS}")[0][0], 200)
            ask(f"DELETE FROM {EVENTS} WHERE _log_offset BETWEEN 5 AND 14")
            ask(f"ALTER TABLE {EVENTS} EXECUTE optimize")
            ask(f"ALTER TABLE {EVENTS} EXECUTE optimize_manifests")
            ask(f"ALTER TABLE {EVENTS} EXECUTE expire_snapshots(retention_threshold => '0s')")
        finally:
            stopping.set()
            writer.join()
        self.server.wait_committed(len(self.sent) - 10)
        counted, files = ask(f"SELECT count(*), count(DISTINCT _log_offset) FROM {EVENTS}")[0], 'lake.analytics."events$files"'
        self.assertEqual(counted, [len(self.sent) - 10] * 2)
        self.assertGreaterEqual(ask(f"SELECT sum(record_count) FROM {files} WHERE content = 0")[0][0], counted[0])
        self.assertEqual(ask("SELECT count(*) FROM lake.analytics.events__rejected"), [[1]])
        stored = table.scan(self.server, columns=("message_id",)).column(0).to_pylist()
        self.assertEqual(len(stored), len(set(stored)))
        self.assertEqual(len(set(self.sent) - set(stored)), 10, "what Trino deleted, and nothing else")
        report = self.server.request("GET", "/api/fsck").json()
        self.assertTrue(report["clean"], report["findings"][:5])
        self.assertEqual(report["offsets"]["gone"], 10)
        version = ask("SELECT node_version FROM system.runtime.nodes")[0][0]
        note(f"Trino {version}: {len(self.sent)} events beside its deletes and rewrites, fsck clean")


if __name__ == "__main__":
    unittest.main()
