"""The semantic layer: compiling beside drizzle-cube's dry run, /load beside its own SQL, and funnel, flow and retention
beside chDB's windowFunnel on the same Parquet files. Answers are compared before any figure is printed."""

import http.client
import json
import os
import subprocess
import time

from server import ROOT, Server, median, process_cpu

EVENTS = int(os.environ.get("BENCH_EVENTS", "10000000"))
RUNS = int(os.environ.get("BENCH_RUNS", "7"))
BATCH = 1_000_000
DAY = 86_400
TIME = {"dimension": "Events.timestamp", "granularity": "day", "dateRange": ["2024-01-01", "2024-01-31"]}


def step(name, within=None):
    out = {"name": name, "filter": {"member": "Events.event", "operator": "equals", "values": [name]}}
    return {**out, "timeToConvert": within} if within else out


PATH = {"bindingKey": "Events.userId", "timeDimension": "Events.timestamp"}
FUNNEL = {"funnel": {**PATH, "steps": [step("View"), step("Cart", "P7D"), step("Buy", "P7D")], "globalTimeWindow": "P7D"}}
FLOW = {"flow": {**PATH, "eventDimension": "Events.event", "startingStep": step("Cart"), "stepsBefore": 3, "stepsAfter": 3}}
RETENTION = {"retention": {**PATH, "dateRange": {"start": "2024-01-01", "end": "2024-03-30"}, "granularity": "week", "periods": 12}}
# Such as both servers understand.
COMPILED = {
    "count by event": {"measures": ["Events.count"], "dimensions": ["Events.event"]},
    "series of a month": {"measures": ["Events.count", "Events.totalRevenue"], "timeDimensions": [TIME]},
    "filters": {"measures": ["Events.count"], "dimensions": ["Events.type"], "timeDimensions": [TIME], "order": {"Events.count": "desc"}, "limit": 10,
                "filters": [{"or": [step("View")["filter"], {"member": "Events.userId", "operator": "contains", "values": ["u"]}]},
                            {"member": "Events.count", "operator": "gt", "values": [5]}]},
    "funnel": FUNNEL,
}


def make_rows(first, count):
    """SQL of synthetic events: 300,000 users by Zipf, 3 % NULL, eight names, whole seconds over 90 days."""
    return f"""
      WITH r AS (SELECT i, (hash(i*8+1)>>11)::DOUBLE/9007199254740992.0 AS u1, (hash(i*8+2)>>11)::DOUBLE/9007199254740992.0 AS u2
                 FROM range({first}, {first + count}) AS t(i)),
      s AS (SELECT i, CASE WHEN u1 < 0.03 THEN NULL ELSE least(299999, floor(exp(((u1-0.03)/0.97)*ln(300001)))::BIGINT-1) END AS rk, u2 FROM r)
      SELECT 'm' || i AS message_id, 'track' AS type, 'usr_' || substr(md5(rk::VARCHAR), 1, 16) AS user_id,
        CASE WHEN u2<0.35 THEN 'View' WHEN u2<0.55 THEN 'Click' WHEN u2<0.70 THEN 'Search' WHEN u2<0.80 THEN 'Cart' WHEN u2<0.87 THEN 'Checkout'
             WHEN u2<0.92 THEN 'Buy' WHEN u2<0.97 THEN 'Login Succeeded' ELSE 'Logout' END AS event,
        make_timestamp(1704067200000000 + (i*({90 * DAY}.0/{EVENTS}))::BIGINT*1000000)::TIMESTAMPTZ AS timestamp,
        timestamp AS received_at, timestamp AS __ingest_ts FROM s ORDER BY i"""


def fill(server):
    """Through the catalog, as another engine would: PyIceberg appends."""
    import duckdb
    import pyarrow
    from pyiceberg.catalog import load_catalog
    table = load_catalog("icelight", type="rest", uri=server.url + "/iceberg").load_table(("analytics", "events"))
    schema = table.schema().as_arrow()
    local = duckdb.connect(config={"threads": 2})
    local.execute("SET TimeZone = 'UTC'")
    for first in range(0, EVENTS, BATCH):
        rows = local.execute(make_rows(first, min(BATCH, EVENTS - first))).to_arrow_table()
        columns = [rows.column(field.name).cast(field.type) if field.name in rows.column_names else pyarrow.nulls(len(rows), field.type) for field in schema]
        table.append(pyarrow.table(columns, schema=schema))


class Client:
    """One connection that stays."""

    def __init__(self, server):
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)

    def post(self, path, body):
        self.connection.request("POST", path, json.dumps(body),
                                {"Content-Type": "application/json"} | ({} if "maxStalenessMs" in body else {"Cache-Control": "no-cache"}))
        reply = self.connection.getresponse()
        text = reply.read()
        if reply.status != 200:
            raise RuntimeError((path, body, text))
        return json.loads(text)

    def load(self, query):
        return self.post("/cubejs-api/v1/load", {"query": query})["results"][0]["data"]


class Other:
    """chDB over the data files."""

    def __init__(self, server):
        from chdb.session import Session
        self.session = Session()
        self.files = str(server.directory / "data/warehouse/analytics/events/data/**/*.parquet")

    def rows(self, sql):
        return [json.loads(line) for line in str(self.session.query(sql, "JSONCompactEachRow")).splitlines()]

    def funnel(self):
        """How many got how far; its window is that of the whole funnel only."""
        conditions = ", ".join(f"event = '{name}'" for name in ("View", "Cart", "Buy"))
        deep = dict((int(level), int(count)) for level, count in self.rows(
            f"SELECT l, count() FROM (SELECT windowFunnel({7 * DAY})(toDateTime(timestamp), {conditions}) AS l FROM file('{self.files}', Parquet) "
            "WHERE user_id IS NOT NULL AND event IN ('View', 'Cart', 'Buy') GROUP BY user_id) GROUP BY l SETTINGS max_threads = 2"))
        return [sum(count for level, count in deep.items() if level > step) for step in range(3)]


def interleaved(cpu, *runs):
    """Medians of (wall, CPU) seconds, one run of each in turn; each run once before, for what is kept."""
    times = [[] for _ in runs]
    for run in runs:
        run()
    for _ in range(RUNS):
        for index, run in enumerate(runs):
            begin = time.perf_counter(), cpu()
            run()
            times[index].append((time.perf_counter() - begin[0], cpu() - begin[1]))
    return [(median([wall for wall, _ in one]), median([used for _, used in one])) for one in times]


def cpu_of(server):
    """Of this process, chDB in it, and of the server's workers."""
    return lambda: sum(os.times()[:2]) + sum(process_cpu(pid) for pid in server.children())


def compare_compiling():
    text = "\n".join(json.dumps(query) for query in COMPILED.values())
    run = lambda *command: [float(line) for line in subprocess.run(command, input=text, capture_output=True, text=True, check=True, timeout=300).stdout.split()]
    ours = run(ROOT / "build" / "release" / "benches" / "bench_compile")
    theirs = run("node", ROOT / "benches" / "dry_run.mjs")
    for name, mine, other in zip(COMPILED, ours, theirs):
        print(f"  compile {name:20} {mine:8.2f} µs   drizzle-cube's dry run {other:10.2f} µs   ratio {other / mine:7.1f}")


def compare_load(server, client):
    for name, query in (("count", {"measures": ["Events.count"]}), ("by day", {"measures": ["Events.count"], "timeDimensions": [{"dimension": "Events.timestamp", "granularity": "day"}]})):
        sql = client.post("/cubejs-api/v1/sql", {"query": query})["sql"]["sql"][0]
        runs = [lambda: client.load(query), lambda: client.post("/query", {"sql": sql})]
        (load, _), (alone, _) = interleaved(time.process_time, *(lambda run=run: [run() for _ in range(20)] for run in runs))
        print(f"  /load {name:8} {load * 50:8.2f} ms   its SQL by /query {alone * 50:8.2f} ms   difference {(load - alone) * 50:+6.2f} ms")


def time_cached_load(client):
    """Answers as old as a dashboard allows: from the server's memory."""
    for name, query in (("count", {"measures": ["Events.count"]}), ("by day and event", {
            "measures": ["Events.count"], "dimensions": ["Events.event"], "timeDimensions": [{"dimension": "Events.timestamp", "granularity": "day"}]})):
        asked = {"query": query, "maxStalenessMs": 3_600_000}
        first = client.post("/cubejs-api/v1/load", asked)["results"][0]
        times = []
        for _ in range(500):
            begin = time.perf_counter()
            result = client.post("/cubejs-api/v1/load", asked)["results"][0]
            times.append((time.perf_counter() - begin) * 1000)
            if not result["cache"]["hit"] or result["data"] != first["data"]:
                raise SystemExit("not the answer that was kept")
        times.sort()
        print(f"  cached /load {name:16} p50 {times[250]:6.2f} ms   p99 {times[495]:6.2f} ms   {len(first['data'])} rows, read by this client's JSON parser")


def compare_paths(server, client):
    other = Other(server)
    ours = [row["count"] for row in client.load(FUNNEL)]
    theirs = other.funnel()
    print(f"  funnel of {EVENTS} events: {ours}, chDB's without windows of steps: {theirs}")
    if ours[0] != theirs[0]:
        raise SystemExit("the first step's counts differ")
    names = {"funnel": FUNNEL, "flow 3/3": FLOW, "retention 12 weeks": RETENTION}
    times = interleaved(cpu_of(server), other.funnel, *(lambda query=query: client.load(query) for query in names.values()))
    print(f"  chDB windowFunnel    {times[0][0]:6.2f} s wall, {times[0][1]:6.2f} s CPU")
    for name, (wall, cpu) in zip(names, times[1:]):
        print(f"  {name:20} {wall:6.2f} s wall, {cpu:6.2f} s CPU; of windowFunnel {wall / times[0][0]:5.2f} and {cpu / times[0][1]:5.2f}")


def main():
    print(f"\nsemantic_bench: {EVENTS} events, {RUNS} runs in turn, medians")
    compare_compiling()
    with Server("--target-lag", "1s") as server:
        fill(server)
        client = Client(server)
        compare_load(server, client)
        time_cached_load(client)
        compare_paths(server, client)


if __name__ == "__main__":
    main()
