"""Run by tests/sql/test_version3.py: Spark writes tables of version 3 with deletion vectors in the catalog at argv[1], with the
runtime jar argv[2], and prints one JSON line: for each table and condition how many rows it has and the sum of n."""

import json
import sys

from session import start

URI, JAR = sys.argv[1:3]
DELETES = "'write.delete.mode'='merge-on-read', 'write.update.mode'='merge-on-read', 'write.merge.mode'='merge-on-read'"
CONDITIONS = ("true", "n < 100", "k = 3", "k = 3 AND n > 1500", "k > 5", "s = 's77'", "s >= 's9'", "s IS NULL", "ts >= timestamp '2026-10-03 00:00:00'",
              "n IN (7, 8, 11, 22)", "NOT (n < 2900)")


def main():
    spark = start(URI, JAR, caches_tables=False)

    def run(text):
        return spark.sql(text).collect()

    def make(name, version, partitions):
        run(f"CREATE TABLE {name} (n bigint, s string, ts timestamp, k int) USING iceberg {partitions} "
            f"TBLPROPERTIES ('format-version'='{version}', {DELETES})")
        for part in range(3):
            run(f"INSERT INTO {name} SELECT id, CASE WHEN id % 13 = 0 THEN NULL ELSE concat('s', id) END, "
                f"timestamp '2026-10-01' + make_dt_interval(id div 500), cast(id % 10 AS int) FROM range({part * 1000}, {part * 1000 + 1000})")

    run("CREATE NAMESPACE IF NOT EXISTS c.spark")
    tables = {"buckets": "PARTITIONED BY (bucket(4, k))", "days": "PARTITIONED BY (days(ts))", "truncated": "PARTITIONED BY (truncate(2, s))", "whole": ""}
    for name, partitions in tables.items():
        table = f"c.spark.{name}"
        make(table, 3, partitions)
        run(f"DELETE FROM {table} WHERE n % 7 = 0")
        run(f"UPDATE {table} SET s = 'x' WHERE n < 10")
        run(f"DELETE FROM {table} WHERE n % 11 = 0")
    # Position deletes of version 2 under deletion vectors of version 3.
    make("c.spark.upgraded", 2, "PARTITIONED BY (days(ts))")
    run("DELETE FROM c.spark.upgraded WHERE n % 7 = 0")
    run("ALTER TABLE c.spark.upgraded SET TBLPROPERTIES ('format-version'='3')")
    run("DELETE FROM c.spark.upgraded WHERE n % 11 = 0 AND n < 1000")
    counted = {}
    for name in (*tables, "upgraded"):
        vectors = run(f"SELECT count(*) AS n FROM c.spark.{name}.delete_files WHERE lower(file_format) = 'puffin'")[0].n
        assert vectors > 0, name
        counted[name] = {}
        for condition in CONDITIONS:
            row = run(f"SELECT count(*) AS rows, sum(n) AS sum FROM c.spark.{name} WHERE {condition}")[0]
            counted[name][condition] = [row.rows, row.sum]
    print(json.dumps(counted))
    spark.stop()


main()
