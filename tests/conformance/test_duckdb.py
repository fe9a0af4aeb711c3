"""DuckDB's Iceberg extension reads the tables over the REST catalog and agrees with what was sent."""

import unittest

from harness import events, expected, table
from harness.server import Server


class DuckdbTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("--target-lag", "1s").start()
        cls.addClassCleanup(cls.server.close)
        cls.sent = []
        for flush in range(3):
            batch = events.mixed(500, flush, f"f{flush}")
            cls.server.send([*batch, {"type": "track"}])
            cls.sent += batch
            cls.server.wait_committed(len(cls.sent))
        cls.connection = table.connect_duckdb()
        cls.addClassCleanup(cls.connection.close)
        table.attach(cls.connection, cls.server)

    def rows(self, sql):
        result = self.connection.execute(sql)
        names = [column[0] for column in result.description]
        return [dict(zip(names, row)) for row in result.fetchall()]

    def test_every_row_is_what_was_sent(self):
        rows = self.rows("SELECT * FROM lake.analytics.events")
        self.assertEqual(expected.differences(self.sent, rows)[:5], [])

    def test_it_counts_what_our_own_sql_counts(self):
        by_type = "SELECT type, count(*) AS n, count(DISTINCT user_id) AS users FROM {} GROUP BY type ORDER BY type"
        self.assertEqual(self.rows(by_type.format("lake.analytics.events")), self.server.sql(by_type.format("events")))

    def test_it_reads_times_and_skips_files_by_them(self):
        one = self.rows("SELECT min(_log_offset) AS first, max(_log_offset) AS last FROM lake.analytics.events "
                        "WHERE original_timestamp >= TIMESTAMPTZ '2026-10-01' AND __ingest_ts > TIMESTAMPTZ '2026-01-01'")
        self.assertEqual((one[0]["first"], one[0]["last"]), (0, len(self.sent) + 1))

    def test_it_reads_the_rejects(self):
        self.assertEqual(self.rows("SELECT count(*) AS n FROM lake.analytics.events__rejected"), [{"n": 3}])


if __name__ == "__main__":
    unittest.main()
