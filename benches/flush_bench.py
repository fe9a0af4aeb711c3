"""CPU of the way from JSON to committed Iceberg rows, beside DuckDB's bare COPY of the same JSON; two ways.

In process (flush_bench.cc), which is the goal's definition: CPU of parse + encode + log + flush + commit per row,
beside the bare COPY (read_json) of the columns the JSON holds, threads=1, zstd, in the same process.

Through HTTP: everything the server process and its lake worker use, with batches of 100 events over a few
connections at once, beside the same kind of COPY in a process of its own. The peer has no HTTP, no durability, no
commit. Answers are compared before times are printed, here and there.
"""

import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import threading

from server import BUILD, Server, process_cpu, scratch_directory, spread

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
BATCHES = int(os.environ.get("BENCH_BATCHES", "2000"))
EVENTS = 100  # in a batch
CONNECTIONS = 4  # so that batches wait for one sync together

STEPS = re.compile(r"parse\+encode (\S+)  log (\S+)  flush\+commit (\S+)  sum (\S+) \| bare COPY (\S+)")

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
    out = subprocess.run([BUILD / "benches" / "bench_load", "--print", str(BATCHES), "--events", str(EVENTS)],
                         check=True, capture_output=True, text=True).stdout
    bodies = out.splitlines()
    with open(path, "w") as lines:
        for body in bodies:
            for event in json.loads(body)["batch"]:
                lines.write(json.dumps(event, ensure_ascii=False, separators=(",", ":")) + "\n")
    return [body.encode() for body in bodies]


def send(server, bodies):
    """Sends every body once, over CONNECTIONS connections."""
    refusals = []

    def send_share(share):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        for body in share:
            connection.request("POST", "/v1/batch", body, {"Content-Type": "application/json"})
            reply = connection.getresponse()
            text = reply.read()
            if reply.status != 200:
                refusals.append(f"{reply.status} {text[:200]}")
                return
        connection.close()

    senders = [threading.Thread(target=send_share, args=(bodies[i::CONNECTIONS],)) for i in range(CONNECTIONS)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    if refusals:
        raise SystemExit(f"refused: {refusals[0]}")


def ours(bodies):
    """CPU seconds of the server and its lake worker for all bodies; checks the count."""
    with Server("--target-lag", "2s") as server:
        server.sql("SELECT count(*) FROM events")
        workers = {pid: process_cpu(pid) for pid in server.children()}
        before = process_cpu(server.process.pid)
        send(server, bodies)
        server.wait_flushed(len(bodies) * EVENTS)
        used = process_cpu(server.process.pid) - before
        lake = sum(process_cpu(pid) - workers.get(pid, 0) for pid in server.children()
                   if b"lake" in open(f"/proc/{pid}/cmdline", "rb").read())
        row = server.sql("SELECT count(DISTINCT message_id) AS n, count(DISTINCT properties) AS p FROM events")[0]
        return used + lake, (int(row["n"]), int(row["p"]))


def in_process():
    """Runs flush_bench.cc, which compares the answers; prints its figures by step."""
    directory = scratch_directory()
    out = subprocess.run([BUILD / "src" / "lake" / "flush_bench", str(BATCHES * EVENTS), str(ROUNDS + 1),
                          directory / "rounds"], check=True, capture_output=True, text=True).stdout
    shutil.rmtree(directory, ignore_errors=True)
    rounds = [tuple(map(float, found.groups())) for found in map(STEPS.match, out.splitlines()) if found]
    parse, log, flush, total, peer = zip(*rounds[1:])  # the first one starts the engine and warms the caches
    print(f"\nflush_bench, in process: {BATCHES * EVENTS} events, {ROUNDS} rounds (median [min-max])")
    print(f"  parse + encode                     {spread(parse)} us CPU/row")
    print(f"  log                                {spread(log)} us CPU/row")
    print(f"  flush + commit                     {spread(flush)} us CPU/row")
    print(f"  sum                                {spread(total)} us CPU/row")
    print(f"  DuckDB bare COPY (read_json)       {spread(peer)} us CPU/row")
    print(f"  ratio                              {spread([a / b for a, b in zip(total, peer)])}")


def through_http():
    import duckdb
    directory = scratch_directory()
    source, target = directory / "events.json", directory / "peer.parquet"
    bodies = make_corpus(source)
    rows = len(bodies) * EVENTS
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
    print(f"\nflush_bench, through HTTP: {rows} events of about 470 bytes in batches of {EVENTS} over {CONNECTIONS} "
          f"connections, {ROUNDS} rounds (median [min-max])")
    print(f"  icelight, HTTP to committed rows   {spread(mine)} us CPU/row")
    print(f"  DuckDB bare COPY (read_json)       {spread(peer)} us CPU/row")
    print(f"  ratio                              {spread([a / b for a, b in zip(mine, peer)])}")


def main():
    in_process()
    through_http()


if __name__ == "__main__":
    main()
