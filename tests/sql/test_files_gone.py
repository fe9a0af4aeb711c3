"""Files that vanish while a query reads them, as a collector takes them away that does not wait for it: the answer is whole or visibly
not, and the next query reads the table as it is then."""

import http.client
import json
import pathlib
import unittest

import pyarrow
from pyiceberg.schema import Schema
from pyiceberg.types import LongType, NestedField, StringType

from harness import table
from harness.server import Server

FILES, ROWS = 24, 40_000
TEXT = "x" * 300  # 12 MB of answer a file: more than sockets and queues take in
SCHEMA = Schema(NestedField(1, "n", LongType(), required=False), NestedField(2, "text", StringType(), required=False))


class FilesGoneTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("--target-lag", "1h").start()
        cls.addClassCleanup(cls.server.close)

    def make_table(self, name):
        found = table.load_rest_catalog(self.server).create_table(("analytics", name), SCHEMA)
        for file in range(FILES):
            numbers = range(file * ROWS, (file + 1) * ROWS)
            found.append(pyarrow.table({"n": pyarrow.array(numbers, pyarrow.int64()), "text": [TEXT] * ROWS}))
        return found

    def start_export(self, name):
        """A connection whose answer has begun, and the first piece of it."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        self.addCleanup(connection.close)
        body = json.dumps({"sql": f"SELECT * FROM {name}", "format": "ndjson", "timeoutMs": 60_000})
        connection.request("POST", "/query", body, {"Content-Type": "application/json"})
        reply = connection.getresponse()
        self.assertEqual(reply.status, 200)
        return reply, reply.read(1 << 16)

    def replace(self, found):
        """The table's rows by one other row; the old files go at once."""
        old = [task.file.file_path.removeprefix("file://") for task in found.scan().plan_files()]
        self.assertEqual(len(old), FILES)
        found.overwrite(pyarrow.table({"n": pyarrow.array([-1], pyarrow.int64()), "text": ["new"]}))
        return old

    def test_an_export_is_cut_off_where_its_files_are_gone(self):
        found = self.make_table("gone")
        reply, _ = self.start_export("gone")
        for path in self.replace(found):
            pathlib.Path(path).unlink()
        with self.assertRaises((http.client.IncompleteRead, ConnectionError)):
            reply.read()
        self.assertEqual(self.server.client().sql("SELECT n, text FROM gone"), [{"n": -1, "text": "new"}])

    def test_an_export_is_whole_while_its_files_are_there(self):
        found = self.make_table("replaced")
        reply, first = self.start_export("replaced")
        self.replace(found)
        lines = (first + reply.read()).splitlines()
        self.assertEqual({json.loads(line)["n"] for line in lines}, set(range(FILES * ROWS)))
        self.assertEqual(self.server.client().sql("SELECT n, text FROM replaced"), [{"n": -1, "text": "new"}])

    def test_a_query_of_files_that_are_gone_says_so(self):
        found = self.make_table("lost")
        lost = [task.file.file_path.removeprefix("file://") for task in found.scan().plan_files()]
        self.assertEqual(self.server.value("SELECT count(*) AS n FROM lost"), FILES * ROWS)
        pathlib.Path(lost[3]).unlink()
        reply = self.server.request("POST", "/query", json.dumps({"sql": "SELECT sum(length(text)) AS n FROM lost"}))
        self.assertEqual(reply.status, 500)
        self.assertIn(pathlib.Path(lost[3]).name, reply.json()["message"])
        self.assertEqual(self.server.value("SELECT 1 AS n"), 1)


if __name__ == "__main__":
    unittest.main()
