"""Planning of a table of many files: right files are left out, and what a query of one file costs, the engine's binding and
opening included."""

import json
import os
import statistics
import unittest

import pyarrow
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.transforms import IdentityTransform
from pyiceberg.types import LongType, NestedField, StringType

from harness import table
from harness.server import Server

# Files, and the milliseconds that a query of one of them may take in the worker (median); none in a quick run.
SIZES = ((1_000, 20.0), (10_000, 150.0)) if os.environ.get("TEST_ALL") else ((200, None),)
QUERIES = 41
SCHEMA = Schema(NestedField(1, "n", LongType(), required=False), NestedField(2, "text", StringType(), required=False))
PARTS = PartitionSpec(PartitionField(source_id=1, field_id=1000, transform=IdentityTransform(), name="n"))


class PlanningTest(unittest.TestCase):
    def test_one_file_of_many_is_found_in_time(self):
        with Server().start() as server:
            catalog = table.load_rest_catalog(server)
            for files, bound_ms in SIZES:
                name = f"many_{files}"
                numbers = list(range(files))
                catalog.create_table(("analytics", name), SCHEMA, partition_spec=PARTS).append(
                    pyarrow.table({"n": pyarrow.array(numbers, pyarrow.int64()), "text": [f"row {number}" for number in numbers]}))
                self.check_answers(server, name, files)
                for by, predicate in (("partition", "n = {0}"), ("bounds", "text = 'row {0}'")):
                    took, planned = self.measure(server, name, files, predicate)
                    print(f"\n{files} files, one needed, by {by}: {took:.1f} ms in the worker, {planned:.1f} ms of it our planning "
                          f"(median of {QUERIES}, warm)", flush=True)
                    if bound_ms:
                        self.assertLessEqual(took, bound_ms)

    def ask(self, server, sql):
        reply = server.request("POST", "/query", json.dumps({"sql": sql, "timeoutMs": 30_000}))
        self.assertEqual(reply.status, 200, reply)
        return reply.json()

    def check_answers(self, server, name, files):
        whole = self.ask(server, f"SELECT count(*) AS rows, sum(n) AS total, count(DISTINCT text) AS texts FROM {name}")
        self.assertEqual(whole["data"], [{"rows": files, "total": files * (files - 1) // 2, "texts": files}])
        self.assertEqual((whole["meta"]["files"], whole["meta"]["filesSkipped"]), (files, 0))

    def measure(self, server, name, files, predicate):
        took, planned = [], []
        for number in range(QUERIES):
            wanted = number * files // QUERIES
            answer = self.ask(server, f"SELECT text FROM {name} WHERE {predicate.format(wanted)}")
            self.assertEqual(answer["data"], [{"text": f"row {wanted}"}])
            self.assertEqual(answer["meta"]["filesSkipped"], files - 1)
            took.append(answer["meta"]["executionTime"])
            planned.append(answer["meta"]["timings"]["planMs"])
        return statistics.median(took), statistics.median(planned)


if __name__ == "__main__":
    unittest.main()
