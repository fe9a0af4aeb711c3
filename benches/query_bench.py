"""SQL over HTTP beside DuckDB in process on the same Parquet files; equal answers first, then times."""

import os
import time

from server import Server, load, median

EVENTS = int(os.environ.get("BENCH_EVENTS", "1000000"))
RUNS = int(os.environ.get("BENCH_RUNS", "21"))
QUERIES = [
    ("select 1", "SELECT 1 AS one"),
    ("count(*)", "SELECT count(*) AS n FROM events"),
    ("group by event", "SELECT event, count(*) AS n FROM events GROUP BY event ORDER BY event"),
    ("distinct users", "SELECT count(DISTINCT user_id) AS n FROM events"),
    ("JSON sum", "SELECT sum(CAST(properties->>'revenue' AS DOUBLE)) AS s FROM events WHERE event = 'Order Completed'"),
]


def timed(run):
    times = []
    for _ in range(RUNS):
        begin = time.perf_counter()
        answer = run()
        times.append((time.perf_counter() - begin) * 1e3)
    return answer, median(times)


def normal(rows):
    """Numbers compare as numbers whichever way they came."""
    return [[round(float(value), 3) if isinstance(value, (int, float)) else value for value in row] for row in rows]


def main():
    import duckdb
    with Server("--target-lag", "1s") as server:
        sent = 0
        while sent < EVENTS:
            result = load(server.port, events=100, connections=8, seconds=1, first_id=sent + 1)
            sent = result["next_id"] - 1
        server.wait_flushed(sent)
        files = str(server.directory / "data/warehouse/analytics/events/data/**/*.parquet")
        local = duckdb.connect(config={"threads": 2})
        local.execute(f"CREATE VIEW events AS SELECT * FROM read_parquet('{files}')")
        print(f"\nquery_bench: {sent} events, {RUNS} runs each, median ms")
        for name, sql in QUERIES:
            answer, ours = timed(lambda: [list(row.values()) for row in server.sql(sql)])
            expected, theirs = timed(lambda: [list(row) for row in local.execute(sql).fetchall()])
            if normal(answer) != normal(expected):
                raise SystemExit(f"{name}: different answers {answer[:3]} and {expected[:3]}")
            print(f"  {name:16} HTTP {ours:8.2f}   in process {theirs:8.2f}   "
                  f"difference {ours - theirs:+7.2f}   ratio {ours / theirs:5.2f}")


if __name__ == "__main__":
    main()
