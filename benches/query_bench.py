"""SQL over HTTP beside DuckDB in process on the same Parquet files: equal answers first, then times; exports
beside DuckDB writing the same rows to a file; the same query idle and during ingest."""

import concurrent.futures
import http.client
import json
import os
import pathlib
import time
import urllib.request

import pyarrow
import pyarrow.ipc

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


EXPORT = "SELECT message_id, type, event, user_id, timestamp FROM events LIMIT 1000000"
EXPORT_RUNS = int(os.environ.get("BENCH_EXPORT_RUNS", "3"))
INGEST_SECONDS = float(os.environ.get("BENCH_SECONDS", "5"))
SUSTAINED_SECONDS = float(os.environ.get("BENCH_SUSTAINED_SECONDS", "15"))
KEPT_UP = 0.9  # A flush may be under way at either end of the seconds that count.


class Client:
    """One connection that stays: opening one for each query costs this program more than the server."""

    def __init__(self, server):
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)

    def sql(self, text):
        self.connection.request("POST", "/duckdb", json.dumps({"sql": text}),
                                {"Content-Type": "application/json", "Cache-Control": "no-cache"})
        return json.loads(self.connection.getresponse().read())["data"]


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


def export(server, name):
    """Reads a whole export and throws it away. @return bytes"""
    request = urllib.request.Request(server.url + "/query", json.dumps({"sql": EXPORT, "format": name, "maxRows": 10**9}).encode(),
                                     {"Content-Type": "application/json"})
    total = 0
    with urllib.request.urlopen(request, timeout=300) as reply:
        while piece := reply.read(1 << 20):
            total += len(piece)
    return total


def write_locally(local, target, form):
    if form:
        local.execute(f"COPY ({EXPORT}) TO '{target}' ({form})")
        return
    batches = local.execute(EXPORT).fetch_record_batch(2048)
    with pyarrow.ipc.new_stream(str(target), batches.schema) as stream:
        for batch in batches:
            stream.write_batch(batch)


def peak_kb(process):
    for line in pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1])


def bench_exports(server, local):
    print("  exports, best of", EXPORT_RUNS)
    for name, form in (("csv", "FORMAT csv"), ("ndjson", "FORMAT json"), ("parquet", "FORMAT parquet, COMPRESSION zstd"), ("arrow", None)):
        target = server.directory / f"export.{name}"
        pathlib.Path(f"/proc/{server.process.pid}/clear_refs").write_text("5")
        before = peak_kb(server.process)
        ours, theirs, size = [], [], 0
        for _ in range(EXPORT_RUNS):
            begin = time.perf_counter()
            size = export(server, name)
            ours.append(time.perf_counter() - begin)
            begin = time.perf_counter()
            write_locally(local, target, form)
            theirs.append(time.perf_counter() - begin)
        print(f"  {name:16} HTTP {min(ours) * 1e3:8.0f}   in process {min(theirs) * 1e3:8.0f}   ratio {min(ours) / min(theirs):5.2f}   "
              f"{size >> 20} MiB, server process +{(peak_kb(server.process) - before) >> 10} MiB")


class Ingest:
    """Sends events and knows how many the server has acknowledged."""

    def __init__(self, server, sent):
        self.server, self.next_id, self.acknowledged = server, sent + 1, sent

    def send(self, seconds, **rate):
        result = load(self.server.port, events=100, connections=8, seconds=seconds, first_id=self.next_id, **rate)
        self.next_id = result["next_id"]
        self.acknowledged += result["events_acknowledged"]
        return result

    def settle(self):
        self.server.wait_flushed(self.acknowledged)

    def is_sustained(self, rate):
        """Whether the table keeps up with `rate` requests of 100 events a second, every one answered 200."""
        self.send(SUSTAINED_SECONDS / 3, rate=f"{rate:.0f}")
        before, begin = self.server.committed(), time.monotonic()
        result = self.send(SUSTAINED_SECONDS, rate=f"{rate:.0f}")
        kept_up = (self.server.committed() - before) / (time.monotonic() - begin)
        is_held = set(result["status"]) == {"200"} and result["unanswered"] == 0 and kept_up > KEPT_UP * rate * 100
        print(f"    {rate * 100:.0f} events/s for {SUSTAINED_SECONDS:g} s: {kept_up:.0f} a second committed meanwhile, answers "
              f"{result['status']}, unanswered {result['unanswered']}: {'held' if is_held else 'not held'}")
        return is_held

    def sustained(self):
        """The greatest of a few shares of what the log alone takes that the table keeps up with, requests a second."""
        burst = self.send(2)
        for share in (0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3):
            rate = share * burst["events_acknowledged"] / 100 / burst["seconds"]
            self.settle()
            if self.is_sustained(rate):
                return rate
        raise SystemExit("the table keeps up with no share of what the log takes")


def percentiles(run, seconds):
    """p50 and p99 in ms and how many runs, one after the other for so long."""
    times, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        begin = time.perf_counter()
        run()
        times.append((time.perf_counter() - begin) * 1e3)
    times.sort()
    return times[len(times) // 2], times[min(len(times) - 1, len(times) * 99 // 100)], len(times)


def bench_during_ingest(server, local, sent):
    """p99 of a grouping query, idle and while events come in at half of what is sustained: ours, which answers with
    the tail, and DuckDB's in this process over the files as they were before, without it."""
    ingest = Ingest(server, sent)
    rate = ingest.sustained() / 2
    sql = "SELECT event, count(*) AS n FROM events GROUP BY event"
    print(f"  group by event, idle and at {rate * 100:.0f} events/s, half of what is sustained ({INGEST_SECONDS:g} s each), ms")
    for name, run in (("HTTP", lambda: server.sql(sql)), ("in process", lambda: local.execute(sql).fetchall())):
        ingest.settle()
        idle = percentiles(run, INGEST_SECONDS)
        with concurrent.futures.ThreadPoolExecutor(1) as sender:
            sending = sender.submit(ingest.send, INGEST_SECONDS, rate=f"{rate:.0f}")
            busy = percentiles(run, INGEST_SECONDS)
        if set(sending.result()["status"]) != {"200"}:
            raise SystemExit(f"not every reply was 200: {sending.result()['status']}")
        print(f"  {name:16} idle p50 {idle[0]:.1f} p99 {idle[1]:.1f} ({idle[2]} runs); beside ingest p50 {busy[0]:.1f} p99 {busy[1]:.1f} "
              f"({busy[2]} runs); p99 ratio {busy[1] / idle[1]:.2f}")


def keep_as_they_are(server):
    """Links of the table's files in a folder of their own: compaction does not take them away. @return their pattern"""
    kept = server.directory / "kept"
    kept.mkdir()
    for number, path in enumerate(sorted((server.directory / "data/warehouse/analytics/events/data").rglob("*.parquet"))):
        os.link(path, kept / f"{number}.parquet")
    return kept / "*.parquet"


def main():
    import duckdb
    with Server("--target-lag", "1s") as server:
        sent = 0
        while sent < EVENTS:
            result = load(server.port, events=100, connections=8, seconds=1, first_id=sent + 1)
            sent = result["next_id"] - 1
        server.wait_flushed(sent)
        local = duckdb.connect(config={"threads": 2})
        local.execute(f"CREATE VIEW events AS SELECT * FROM read_parquet('{keep_as_they_are(server)}')")
        client = Client(server)
        print(f"\nquery_bench: {sent} events, {RUNS} runs each, median ms")
        for name, sql in QUERIES:
            answer, ours = timed(lambda: [list(row.values()) for row in client.sql(sql)])
            expected, theirs = timed(lambda: [list(row) for row in local.execute(sql).fetchall()])
            if normal(answer) != normal(expected):
                raise SystemExit(f"{name}: different answers {answer[:3]} and {expected[:3]}")
            print(f"  {name:16} HTTP {ours:8.2f}   in process {theirs:8.2f}   "
                  f"difference {ours - theirs:+7.2f}   ratio {ours / theirs:5.2f}")
        bench_exports(server, local)
        bench_during_ingest(server, local, sent)


if __name__ == "__main__":
    main()
