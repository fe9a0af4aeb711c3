"""DuckDB's Iceberg extension creates, fills and changes tables of its own in the catalog, beside ingest."""

import unittest

from harness import events, table
from harness.server import Server

NAME = "lake.made_by_duckdb.t"


class DuckdbWriteTest(unittest.TestCase):
    """One story, so the cases follow one another in one test."""

    @classmethod
    def setUpClass(cls):
        cls.server = Server("--target-lag", "1s").start()
        cls.addClassCleanup(cls.server.close)
        cls.connection = table.connect_duckdb()
        cls.addClassCleanup(cls.connection.close)
        table.attach(cls.connection, cls.server)

    def run_sql(self, sql):
        return self.connection.execute(sql).fetchall()

    def test_every_table_of_the_catalog_is_listed_and_counted(self):
        self.server.send(events.mixed(200, 1, "d"))
        self.server.wait_committed(200)
        names = self.run_sql("SELECT schema, name FROM (SHOW ALL TABLES) WHERE database = 'lake'")
        self.assertLessEqual({("analytics", "events"), ("analytics", "events__rejected")}, set(names))
        self.assertEqual(self.run_sql("SELECT count(*) FROM lake.analytics.events"), [(200,)])

    def test_a_table_is_created_filled_changed_and_read_as_it_was(self):
        self.run_sql("CREATE SCHEMA lake.made_by_duckdb")
        self.run_sql(f"CREATE TABLE {NAME} (id BIGINT, ts TIMESTAMPTZ, s VARCHAR, d DOUBLE)")
        self.run_sql(f"INSERT INTO {NAME} SELECT i, TIMESTAMPTZ '2026-10-01 00:00:00+00' + INTERVAL (i) MINUTE, "
                     "'s' || i, i / 2 FROM range(5000) r(i)")
        self.run_sql(f"INSERT INTO {NAME} VALUES (5000, NULL, NULL, NULL)")
        self.assertEqual(self.run_sql(f"SELECT count(*), sum(id), count(s) FROM {NAME}"), [(5001, 5000 * 5001 // 2, 5000)])
        self.run_sql(f"ALTER TABLE {NAME} ADD COLUMN extra INTEGER")
        self.run_sql(f"DELETE FROM {NAME} WHERE id < 10")
        self.run_sql(f"UPDATE {NAME} SET s = 'u' WHERE id = 100")
        self.assertEqual(self.run_sql(f"SELECT count(*), sum(id) FROM {NAME}"), [(4991, 5000 * 5001 // 2 - 45)])
        self.assertEqual(self.run_sql(f"SELECT s FROM {NAME} WHERE id = 100"), [("u",)])
        snapshots = self.run_sql(f"SELECT snapshot_id FROM iceberg_snapshots({NAME}) ORDER BY sequence_number")
        self.assertEqual(self.run_sql(f"SELECT count(*) FROM {NAME} AT (VERSION => {snapshots[0][0]})"), [(5000,)])
        self.run_sql(f"DROP TABLE {NAME}")
        self.run_sql("DROP SCHEMA lake.made_by_duckdb")

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
