"""DuckDB's Iceberg extension creates, fills and changes tables of its own in the catalog, beside ingest."""

import unittest

import pyarrow

from harness import events, table
from harness.notes import note
from harness.server import Server

NAME = "steps.made_by_duckdb.t"


class DuckdbWriteTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("--target-lag", "1s").start()
        cls.addClassCleanup(cls.server.close)
        cls.connection = table.connect_duckdb()
        cls.addClassCleanup(cls.connection.close)
        table.attach(cls.connection, cls.server)

    def run_sql(self, sql):
        return self.connection.execute(sql).fetchall()

    def step(self, sql, expected=None):
        rows = self.run_sql(sql)
        if expected is not None:
            self.assertEqual(rows, expected, sql)
        self.steps += 1
        return rows

    def test_nineteen_steps_from_attaching_to_time_travel(self):
        """What a healthy catalog passes: attach, list, count each of five tables, and one of DuckDB's own, all its life."""
        self.steps = 0
        self.server.send([*events.mixed(200, 1, "d"), {"type": "track"}])
        self.server.wait_committed(200)
        catalog, column = table.load_rest_catalog(self.server), pyarrow.schema([("id", pyarrow.int64())])
        for name in ("one", "two", "three"):
            catalog.create_namespace_if_not_exists("others")
            rows = pyarrow.table({"id": range(len(name))}, schema=column)
            catalog.create_table(f"others.{name}", column).append(rows)
        self.step(f"ATTACH '' AS steps (TYPE iceberg, ENDPOINT '{self.server.url}/iceberg', AUTHORIZATION_TYPE 'none')")
        counts = {("analytics", "events"): 200, ("analytics", "events__rejected"): 1,
                  ("others", "one"): 3, ("others", "three"): 5, ("others", "two"): 3}
        listed = "SELECT schema, name FROM (SHOW ALL TABLES) WHERE database = 'steps' AND schema IN ('analytics', 'others')"
        self.step(listed + " ORDER BY 1, 2", list(counts))
        for (space, name), rows in counts.items():
            self.step(f"SELECT count(*) FROM steps.{space}.{name}", [(rows,)])
        self.step("CREATE SCHEMA IF NOT EXISTS steps.made_by_duckdb")
        self.step(f"CREATE TABLE {NAME} (id BIGINT, ts TIMESTAMPTZ, s VARCHAR, d DOUBLE) WITH ('format-version' = 2)")
        self.step(f"INSERT INTO {NAME} SELECT i, TIMESTAMPTZ '2026-10-01 00:00:00+00' + INTERVAL (i) MINUTE, "
                  "'s' || i, i / 2 FROM range(5000) r(i)", [(5000,)])
        self.step(f"INSERT INTO {NAME} VALUES (5000, NULL, NULL, NULL)", [(1,)])
        self.step(f"SELECT count(*), sum(id), count(s) FROM {NAME}", [(5001, 5000 * 5001 // 2, 5000)])
        self.step(f"ALTER TABLE {NAME} ADD COLUMN extra INTEGER")
        self.step(f"DELETE FROM {NAME} WHERE id < 10", [(10,)])
        self.step(f"UPDATE {NAME} SET s = 'u' WHERE id = 100", [(1,)])
        self.step(f"SELECT count(*), sum(id) FROM {NAME}", [(4991, 5000 * 5001 // 2 - 45)])
        self.step(f"SELECT s FROM {NAME} WHERE id = 100", [("u",)])
        snapshots = self.step(f"SELECT snapshot_id FROM iceberg_snapshots({NAME}) ORDER BY sequence_number")
        self.step(f"SELECT count(*) FROM {NAME} AT (VERSION => {snapshots[0][0]})", [(5000,)])
        note(f"DuckDB's Iceberg extension: {self.steps} of 19 steps passed")
        self.assertEqual(self.steps, 19)
        self.run_sql(f"DROP TABLE {NAME}")
        self.run_sql("DROP SCHEMA steps.made_by_duckdb")

    def test_a_transaction_over_rows_and_properties_lands_as_one_commit(self):
        self.run_sql("CREATE SCHEMA lake.together")
        self.run_sql("CREATE TABLE lake.together.a (id BIGINT)")
        self.run_sql("CREATE TABLE lake.together.b (id BIGINT)")
        self.run_sql("BEGIN")
        self.run_sql("INSERT INTO lake.together.a VALUES (1)")
        self.run_sql("INSERT INTO lake.together.b VALUES (2)")
        self.run_sql("CALL set_iceberg_table_properties(lake.together.a, {'place': 'here'})")
        self.run_sql("COMMIT")
        for name in "ab":
            found = table.load_table(self.server, name, "together")
            self.assertEqual(len(found.metadata.snapshots), 1, name)
        self.assertEqual(table.load_table(self.server, "a", "together").properties.get("place"), "here")


if __name__ == "__main__":
    unittest.main()
