"""The catalog under many tables, many commits and many committers; what ingest feels of them.

* 1,000 tables made, listed and loaded over HTTP (BENCH_TABLES).
* Commits of one client after another on one table (BENCH_COMMITS), as the client sees them, and against a young table.
* 50 foreign committers at once on the event table (BENCH_COMMITTERS) while events arrive: every change lands, and the lag
  of flushes stays below twice the target.
"""

import http.client
import json
import os
import statistics
import sys
import threading
import time

from server import Server

TABLES = int(os.environ.get("BENCH_TABLES", "1000"))
COMMITS = int(os.environ.get("BENCH_COMMITS", "3000"))
COMMITTERS = int(os.environ.get("BENCH_COMMITTERS", "50"))
COMMITS_EACH = int(os.environ.get("BENCH_COMMITS_EACH", "10"))
TARGET_LAG_SECONDS = 2
METADATA_LOG = 100  # old metadata files that a table names: until then its metadata grows
ROUNDS, COMMITS_A_ROUND = 20, 20
RETRIES_MAX = 200
SCHEMA = {"type": "struct", "schema-id": 0, "fields": [{"id": 1, "name": "id", "required": False, "type": "long"}]}


class Catalog:
    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def call(self, method, path, body=None):
        headers = {"Content-Type": "application/json"} if body is not None else {}
        self.connection.request(method, "/iceberg/v1" + path, None if body is None else json.dumps(body), headers)
        reply = self.connection.getresponse()
        return reply.status, reply.read()

    def expect(self, method, path, body=None):
        status, text = self.call(method, path, body)
        if status not in (200, 204):
            raise AssertionError(f"{method} {path}: {status} {text[:300]}")
        return json.loads(text) if text else None

    def timed(self, method, path, body=None):
        begin = time.perf_counter()
        self.expect(method, path, body)
        return (time.perf_counter() - begin) * 1000

    def set_property(self, path, key):
        """One commit; the server refuses while its queue is full, then it is tried again."""
        body = {"requirements": [], "updates": [{"action": "set-properties", "updates": {key: "1"}}]}
        for _ in range(RETRIES_MAX):
            status, text = self.call("POST", path, body)
            if status == 200:
                return
            if status != 429:
                raise AssertionError(f"{status} {text[:300]}")
            time.sleep(0.05)
        raise AssertionError("429 for ever")


def quantiles(times):
    ordered = sorted(times)
    return f"p50 {statistics.median(ordered):.2f} ms, p99 {ordered[int(len(ordered) * 0.99)]:.2f} ms"


def many_tables(catalog):
    catalog.expect("POST", "/namespaces", {"namespace": ["many"]})
    made = [catalog.timed("POST", "/namespaces/many/tables", {"name": f"t{number:05d}", "schema": SCHEMA}) for number in range(TABLES)]
    begin = time.perf_counter()
    listed = catalog.expect("GET", "/namespaces/many/tables")["identifiers"]
    listing = (time.perf_counter() - begin) * 1000
    assert len(listed) == TABLES, len(listed)
    pages, token = 0, None
    while pages == 0 or token:
        page = catalog.expect("GET", f"/namespaces/many/tables?pageSize=100" + (f"&pageToken={token}" if token else ""))
        pages, token = pages + 1, page.get("next-page-token")
    assert pages == -(-TABLES // 100), pages
    loaded = [catalog.timed("GET", f"/namespaces/many/tables/{ident['name']}") for ident in listed]
    again = [catalog.timed("GET", f"/namespaces/many/tables/{ident['name']}") for ident in listed]
    print(f"{TABLES} tables: made {quantiles(made)}; listed whole in {listing:.1f} ms; loaded {quantiles(loaded)}, again {quantiles(again)}")


def many_commits(catalog):
    def commit(number, count):
        body = {"requirements": [], "updates": [{"action": "set-properties", "updates": {"turn": "x"}}]}
        return [catalog.timed("POST", f"/namespaces/many/tables/t{number:05d}", body) for _ in range(count)]

    times, old, fresh = commit(0, COMMITS), [], []
    commit(1, METADATA_LOG)
    for _ in range(ROUNDS):  # in turn: who else uses the machine changes from second to second
        old += commit(0, COMMITS_A_ROUND)
        fresh += commit(1, COMMITS_A_ROUND)
    growth = statistics.median(old) / statistics.median(fresh)
    print(f"{COMMITS} commits of one client: {quantiles(times)}; after them, over one of a young table: {growth:.2f}")


def many_committers(server):
    failures, lags, stopping = [], [], threading.Event()

    def ingest():
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        number = 0
        while not stopping.is_set():
            batch = [{"type": "track", "event": "e", "userId": "u", "messageId": f"m{number + i}"} for i in range(50)]
            number += 50
            connection.request("POST", "/v1/batch", json.dumps({"batch": batch}), {"Content-Type": "application/json"})
            reply = connection.getresponse()
            reply.read()
            if reply.status != 200:
                failures.append(f"ingest {reply.status}")
            stopping.wait(0.05)

    def watch():
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        while not stopping.is_set():
            connection.request("GET", "/health")
            lags.append(json.loads(connection.getresponse().read())["table"]["lag_seconds"])
            stopping.wait(0.1)

    def commit(name):
        try:
            catalog = Catalog(server.port)
            for turn in range(COMMITS_EACH):
                catalog.set_property("/namespaces/analytics/tables/events", f"bench.{name}.{turn}")
        except Exception as failure:  # told below
            failures.append(repr(failure))

    background = [threading.Thread(target=ingest), threading.Thread(target=watch)]
    for thread in background:
        thread.start()
    time.sleep(2 * TARGET_LAG_SECONDS)
    begin = time.perf_counter()
    committers = [threading.Thread(target=commit, args=(name,)) for name in range(COMMITTERS)]
    for thread in committers:
        thread.start()
    for thread in committers:
        thread.join()
    took = time.perf_counter() - begin
    time.sleep(2 * TARGET_LAG_SECONDS)
    stopping.set()
    for thread in background:
        thread.join()
    properties = Catalog(server.port).expect("GET", "/namespaces/analytics/tables/events")["metadata"]["properties"]
    landed = sum(key.startswith("bench.") for key in properties)
    print(f"{COMMITTERS} committers, {COMMITS_EACH} commits each: {landed} of {COMMITTERS * COMMITS_EACH} landed in {took:.1f} s; "
          f"lag of flushes at most {max(lags):.2f} s at a target of {TARGET_LAG_SECONDS} s (goal: {2 * TARGET_LAG_SECONDS} s); failures: {len(failures)}")
    return not failures and landed == COMMITTERS * COMMITS_EACH and max(lags) <= 2 * TARGET_LAG_SECONDS


def main():
    with Server("--target-lag", f"{TARGET_LAG_SECONDS}s") as server:
        catalog = Catalog(server.port)
        many_tables(catalog)
        many_commits(catalog)
        is_met = many_committers(server)
    sys.exit(0 if is_met else 1)


if __name__ == "__main__":
    main()
