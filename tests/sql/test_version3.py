"""Tables of version 3 that DuckDB's Iceberg extension wrote, and tables of other catalogs: what can be read is right, the rest is
refused with what to do, whatever the format."""

import json
import unittest

from harness import table
from harness.server import Server


class Version3Test(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server().start()
        cls.addClassCleanup(cls.server.close)
        writer = table.connect_duckdb()
        table.attach(writer, cls.server)
        for name, columns, rows in (("plain", "n BIGINT, t VARCHAR", "SELECT i, 'x' || i FROM range(10) t(i)"),
                                    ("deleted", "n BIGINT, t VARCHAR", "SELECT i, 'x' || i FROM range(10) t(i)"),
                                    ("finer", "n BIGINT, moment TIMESTAMP_NS", "VALUES (1, '2026-01-01 00:00:00.000000001')"),
                                    ("various", "n BIGINT, v VARIANT", "VALUES (1, 'x'::VARIANT)")):
            writer.execute(f"CREATE TABLE lake.analytics.{name} ({columns}) WITH ('format-version' = '3')")
            writer.execute(f"INSERT INTO lake.analytics.{name} {rows}")
        writer.execute("INSERT INTO lake.analytics.plain VALUES (10, 'x10')")
        writer.execute("DELETE FROM lake.analytics.deleted WHERE n = 3")

    def query(self, sql, **members):
        return self.server.request("POST", "/query", json.dumps({"sql": sql, **members}))

    def refused(self, sql, **members):
        reply = self.query(sql, **members)
        self.assertEqual(reply.status, 400, reply.text()[:300])
        return reply.json()["error"]

    def test_rows_with_a_lineage_and_finer_times_are_read(self):
        versions = {name: table.load_table(self.server, name).metadata.format_version for name in ("plain", "deleted", "finer")}
        self.assertEqual(set(versions.values()), {3}, versions)
        self.assertEqual(self.query("SELECT count(*) AS n, sum(n) AS s, max(t) AS t FROM plain").json()["data"], [{"n": 11, "s": 55, "t": "x9"}])
        self.assertEqual(self.query("SELECT * FROM finer").json()["data"], [{"n": 1, "moment": "2026-01-01T00:00:00.000000001"}])

    def test_deletion_vectors_are_refused_with_what_to_do(self):
        for format in ("json", "csv", "ndjson", "parquet", "arrow"):
            said = self.refused("SELECT count(*) AS n FROM deleted", format=format)
            self.assertIn("deletion vectors of table version 3 are not read", said)
            self.assertIn("rewrite the table's files, or write it in version 2", said)
        self.assertIn("deletion vectors", self.refused("SELECT 1 FROM plain, deleted"))

    def test_a_variant_is_refused_by_name_and_the_other_columns_are_read(self):
        self.assertIn("column \"v\" is of type VARIANT: cast it to VARCHAR", self.refused("SELECT * FROM various"))
        self.assertEqual(self.query("SELECT n, v::VARCHAR AS v FROM various").json()["data"], [{"n": 1, "v": "x"}])

    def test_tables_of_other_catalogs_are_refused_with_what_to_do(self):
        said = self.refused("SELECT * FROM elsewhere.analytics.events")
        self.assertIn('there is no catalog "elsewhere"', said)
        self.assertIn("Iceberg REST catalog at /iceberg", said)
        for sql in ("ATTACH 'x' AS elsewhere (TYPE iceberg)", "SELECT * FROM iceberg_scan('x')"):
            self.assertIn("SQL validation failed", self.refused(sql))


if __name__ == "__main__":
    unittest.main()
