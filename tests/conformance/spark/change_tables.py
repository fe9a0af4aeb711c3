"""Run by test_spark.py: Spark writes, changes and maintains tables in the catalog at argv[1], with the runtime jar argv[2].

Works on a table of its own and on analytics.events, which ingest is filling meanwhile. Prints one JSON line with what it
counted; anything unexpected is an exception.
"""

import json
import sys

from session import start

URI, JAR = sys.argv[1:3]
EVENTS = "c.analytics.events"
OWN = "c.made_by_spark.t"
TRIES = 10


def main():
    spark = start(URI, JAR, caches_tables=True)

    def run(text):
        return spark.sql(text).collect()

    def run_beside_ingest(text):
        """Spark gives up, changing nothing, when a flush comes between its scan and its filter of files."""
        for attempt in range(TRIES):
            try:
                return run(text)
            except Exception as error:
                if "concurrently modified" not in str(error) or attempt == TRIES - 1:
                    raise

    def count(table, condition="true"):
        return run(f"SELECT count(*) AS n FROM {table} WHERE {condition}")[0].n

    def maintain(name):
        for call in (f"rewrite_data_files(table => '{name}', options => map('min-input-files','2'))", f"rewrite_manifests('{name}')",
                     f"expire_snapshots(table => '{name}', older_than => timestamp '2999-01-01 00:00:00', retain_last => 5)"):
            run(f"CALL c.system.{call}")

    run("CREATE NAMESPACE IF NOT EXISTS c.made_by_spark")
    run(f"CREATE TABLE {OWN} (id bigint, ts timestamp, s string, m map<string,int>) USING iceberg PARTITIONED BY (days(ts))")
    for part in range(4):
        run(f"INSERT INTO {OWN} SELECT id, timestamp '2026-10-01' + make_dt_interval(id div 500), concat('s', id), "
            f"map('a', cast(id AS int)) FROM range({part * 1000}, {part * 1000 + 1000})")
    first = run(f"SELECT snapshot_id AS i FROM {OWN}.snapshots ORDER BY committed_at")[1].i
    run(f"DELETE FROM {OWN} WHERE id % 10 = 0")
    run(f"UPDATE {OWN} SET s = 'x' WHERE id < 5")
    run(f"ALTER TABLE {OWN} ADD COLUMN extra int")
    assert count(OWN) == 3600 and count(f"{OWN} VERSION AS OF {first}") == 2000
    maintain("made_by_spark.t")
    assert count(OWN) == 3600

    # The event table, while it is being filled: rows of our own, and a column, come and go.
    columns = [row.col_name for row in run(f"DESCRIBE {EVENTS}") if row.col_name and not row.col_name.startswith("#")]
    columns = columns[:next((i for i, name in enumerate(columns) if name == "Part 0"), len(columns))]
    picked = ", ".join("CAST(NULL AS bigint)" if name == "_log_offset" else
                       "concat('spark-', message_id)" if name == "message_id" else name for name in columns)
    run(f"INSERT INTO {EVENTS} SELECT {picked} FROM {EVENTS} WHERE _log_offset < 20")
    foreign = count(EVENTS, "_log_offset IS NULL")
    run_beside_ingest(f"UPDATE {EVENTS} SET category = 'spark' WHERE _log_offset IS NULL")
    maintain("analytics.events")
    # Rows of the log go for good: R grows by them.
    run_beside_ingest(f"DELETE FROM {EVENTS} WHERE _log_offset BETWEEN 5 AND 14")
    run_beside_ingest(f"DELETE FROM {EVENTS} WHERE _log_offset IS NULL AND message_id LIKE '%1'")
    maintain("analytics.events")
    print(json.dumps({"foreign": foreign, "foreign_left": count(EVENTS, "_log_offset IS NULL"),
                      "updated": count(EVENTS, "category = 'spark'"), "deleted": 10}), flush=True)
    spark.stop()


main()
