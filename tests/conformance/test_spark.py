"""Spark writes, changes and maintains tables, the event table among them, while ingest runs. Fetches Spark: ./test --all."""

import json
import os
import threading
import unittest

from harness import events, spark, table
from harness.server import Server


@unittest.skipUnless(os.environ.get("TEST_ALL"), "part of ./test --all")
class SparkTest(unittest.TestCase):
    def test_every_change_lands_beside_ingest_and_the_ledger_is_complete(self):
        with Server("--target-lag", "1s") as server:
            sent = []
            stopping = threading.Event()

            def ingest():
                while not stopping.is_set():
                    batch = events.mixed(20, len(sent) + 1, f"i{len(sent)}-")
                    assert server.send(batch).status == 200
                    sent.extend(event["messageId"] for event in batch)
                    stopping.wait(0.2)

            writer = threading.Thread(target=ingest)
            writer.start()
            try:
                server.wait_committed(100)
                said = spark.run("change_tables.py", server.url + "/iceberg")
            finally:
                stopping.set()
                writer.join()
            counted = json.loads(said.strip().splitlines()[-1])
            expected = len(sent) - counted["deleted"] + counted["foreign_left"]
            server.wait_committed(expected)
            rows = table.scan(server, columns=("message_id", "_log_offset")).to_pylist()
            of_log = {row["_log_offset"]: row["message_id"] for row in rows if row["_log_offset"] is not None}
            wanted = {offset: message_id for offset, message_id in enumerate(sent) if not 5 <= offset <= 14}
            self.assertEqual(of_log, wanted)
            self.assertEqual(len(rows), expected)
            report = server.request("GET", "/api/fsck").json()
            self.assertTrue(report["clean"], report["findings"][:5])
            self.assertEqual(report["offsets"]["gone"], counted["deleted"])


if __name__ == "__main__":
    unittest.main()
