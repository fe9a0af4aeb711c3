"""CPU of the whole way from JSON to committed Iceberg rows, beside DuckDB's bare COPY of the same JSON.

icelight's figure is everything: the server process (HTTP, parse, encode, log, commit) and the lake worker.
The peer reads the same events from a file of JSON lines and writes one Parquet file of the columns the JSON
holds: threads=1, zstd, no HTTP, no durability, no commit. Answers are compared before times are printed.
"""

import json
import os
import shutil
import subprocess
import sys

from server import BUILD, Server, process_cpu, scratch_directory, spread

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
BATCHES = int(os.environ.get("BENCH_BATCHES", "2000"))

PEER = """
import duckdb, resource, sys
source, target = sys.argv[1:]
connection = duckdb.connect(config={"threads": 1})
before = resource.getrusage(resource.RUSAGE_SELF)
connection.execute(f'''COPY (SELECT messageId AS message_id, type, userId AS user_id, anonymousId AS anonymous_id,
    event, properties, context, integrations, timestamp FROM read_json('{source}', format='newline_delimited',
    columns={{messageId: 'VARCHAR', type: 'VARCHAR', userId: 'VARCHAR', anonymousId: 'VARCHAR', event: 'VARCHAR',
    properties: 'JSON', context: 'JSON', integrations: 'JSON', timestamp: 'TIMESTAMPTZ'}}))
    TO '{target}' (FORMAT parquet, COMPRESSION zstd)''')
after = resource.getrusage(resource.RUSAGE_SELF)
print(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
"""


def make_corpus(path):
    """The events that bench_load sends, as JSON lines and as batches; returns the request bodies."""
    out = subprocess.run([BUILD / "benches" / "bench_load", "--print", str(BATCHES), "--events", "100"],
                         check=True, capture_output=True, text=True).stdout
    bodies = out.splitlines()
    with open(path, "w") as lines:
        for body in bodies:
            for event in json.loads(body)["batch"]:
                lines.write(json.dumps(event, ensure_ascii=False, separators=(",", ":")) + "\n")
    return [body.encode() for body in bodies]


def send(server, bodies):
    import http.client
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    for body in bodies:
        connection.request("POST", "/v1/batch", body, {"Content-Type": "application/json"})
        reply = connection.getresponse()
        text = reply.read()
        if reply.status != 200:
            raise SystemExit(f"refused: {reply.status} {text[:200]}")
    connection.close()


def ours(bodies):
    """CPU seconds of the server and its lake worker for all bodies; checks the count."""
    with Server("--target-lag", "2s") as server:
        server.sql("SELECT count(*) FROM events")
        workers = {pid: process_cpu(pid) for pid in server.children()}
        before = process_cpu(server.process.pid)
        send(server, bodies)
        server.wait_flushed(len(bodies) * 100)
        used = process_cpu(server.process.pid) - before
        lake = sum(process_cpu(pid) - workers.get(pid, 0) for pid in server.children()
                   if b"lake" in open(f"/proc/{pid}/cmdline", "rb").read())
        row = server.sql("SELECT count(DISTINCT message_id) AS n, count(DISTINCT properties) AS p FROM events")[0]
        return used + lake, (int(row["n"]), int(row["p"]))


def main():
    import duckdb
    directory = scratch_directory()
    source, target = directory / "events.json", directory / "peer.parquet"
    bodies = make_corpus(source)
    rows = len(bodies) * 100
    mine, peer = [], []
    for _ in range(ROUNDS):
        seconds, answer = ours(bodies)
        mine.append(seconds * 1e6 / rows)
        out = subprocess.run([sys.executable, "-c", PEER, source, target], check=True, capture_output=True, text=True)
        peer.append(float(out.stdout) * 1e6 / rows)
        expected = duckdb.sql(f"SELECT count(DISTINCT message_id), count(DISTINCT properties) FROM '{target}'").fetchone()
        if answer != expected:
            raise SystemExit(f"different answers: icelight {answer}, DuckDB {expected}")
    shutil.rmtree(directory, ignore_errors=True)
    ratios = [a / b for a, b in zip(mine, peer)]
    print(f"\nflush_bench: {rows} events of about 470 bytes, {ROUNDS} rounds (median [min-max])")
    print(f"  icelight, HTTP to committed rows   {spread(mine)} us CPU/row")
    print(f"  DuckDB bare COPY (read_json)       {spread(peer)} us CPU/row")
    print(f"  ratio                              {spread(ratios)}")


if __name__ == "__main__":
    main()
