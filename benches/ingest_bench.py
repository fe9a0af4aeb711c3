"""CPU per event of the durable accept path, beside an HTTP floor and a log floor in the same run.

Rounds of A B C A B C: floor without disk, floor with a group-commit log, icelight. Before a number is
printed, the table must hold exactly the acknowledged events.
"""

import json
import os
import shutil
import signal
import socket
import subprocess

from server import BUILD, Server, load, median, process_cpu, scratch_directory, spread

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "3"))


class Floor:
    def __init__(self, kind, directory):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        extra = [] if kind == "http" else [directory / "floor.log"]
        self.process = subprocess.Popen([BUILD / "benches" / "bench_floor", kind, str(self.port), *extra],
                                        stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()

    def cpu(self):
        return process_cpu(self.process.pid)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def measure(cpu, port, events, connections, first_id, **more):
    before = cpu()
    result = load(port, events=events, connections=connections, seconds=SECONDS, first_id=first_id, **more)
    used = cpu() - before
    done = result["events_acknowledged"] if "events_acknowledged" in result else 0
    if set(result["status"]) != {"200"}:
        raise SystemExit(f"not every reply was 200: {result['status']}")
    return used * 1e6 / max(done, 1), done / result["seconds"], result


def check_answer(server, acknowledged):
    """Flushes by stopping and starting on the same directory, then counts in the table."""
    server.restart("--target-lag", "1s")
    server.wait_flushed(acknowledged)
    counted = int(server.sql("SELECT count(DISTINCT message_id) AS n FROM events")[0]["n"])
    if counted != acknowledged:
        raise SystemExit(f"acknowledged {acknowledged} events, the table holds {counted}")


def rounds(label, events, connections):
    directory = scratch_directory()
    http, log = Floor("http", directory), Floor("log", directory)
    table = {"http floor": [], "log floor": [], "icelight": []}
    rates = {name: [] for name in table}
    with Server("--target-lag", "1h") as server:
        acknowledged, next_id = 0, 1
        for _ in range(ROUNDS):
            for name, cpu, port in (("http floor", http.cpu, http.port), ("log floor", log.cpu, log.port),
                                    ("icelight", server.ingest_cpu, server.port)):
                micros, rate, result = measure(cpu, port, events, connections, next_id)
                next_id = result["next_id"]
                table[name].append(micros)
                rates[name].append(rate)
                if name == "icelight":
                    acknowledged += result["events_acknowledged"]
        resident, threads = server.resident_mb(), server.cpu_by_thread()
        check_answer(server, acknowledged)
    http.stop()
    log.stop()
    shutil.rmtree(directory, ignore_errors=True)
    print(f"\n{label}, {connections} connections, {ROUNDS} rounds of {SECONDS:g} s (median [min-max])")
    for name in table:
        print(f"  {name:11} {spread(table[name])} us CPU/event   {spread(rates[name], '{:.0f}')} events/s")
    print(f"  resident {resident:.0f} MB; CPU s by thread: " +
          ", ".join(f"{name} {value:.2f}" for name, value in sorted(threads.items()) if value >= 0.01))
    return median(rates["icelight"])


def guards(label, events, connections):
    """What keys, token buckets, a proxy's header and an address policy cost: the same load with and without them.

    The duplicate window and the metrics have no switch: they are in both, and in the distance to the floors above.
    """
    plain = Server("--target-lag", "1h", "--ingest-address-requests-per-second", "0")
    guarded = Server("--target-lag", "1h")
    guarded.stop()
    key = subprocess.run([BUILD / "icelight", "source", "add", "bench", "--ip-policy", "truncate",
                          "--events-per-second", "1000000000", "--data", guarded.directory / "data"],
                         check=True, capture_output=True, text=True).stdout.strip()
    guarded.start("--target-lag", "1h", "--ingest-trusted-proxies", "127.0.0.0/8",
                  "--ingest-address-requests-per-second", "1000000")
    headers = f"X-API-Key: {key}\r\nX-Forwarded-For: 198.51.100.1, 203.0.113.7\r\n"
    off, on, next_id = [], [], 1
    acknowledged = {plain: 0, guarded: 0}
    with plain, guarded:
        for _ in range(ROUNDS):
            for server, figures, more in ((plain, off, {}), (guarded, on, {"headers": headers})):
                micros, _, result = measure(server.ingest_cpu, server.port, events, connections, next_id, **more)
                next_id = result["next_id"]
                acknowledged[server] += result["events_acknowledged"]
                figures.append(micros)
        for server, count in acknowledged.items():
            check_answer(server, count)
    print(f"\n{label}: keys, limits and proxies off {spread(off)}, on {spread(on)} us CPU/event, "
          f"{100 * (median(on) / median(off) - 1):+.0f} %")


def gzip_bodies(events, connections):
    """How near the thread that inflates and parses comes to inflating alone: CPU of zlib's inflate over that thread's, for the
    same bodies. The load generator compresses, so the server waits; CPU per event does not mind."""
    alone, thread, whole, shares, next_id, acknowledged = [], [], [], [], 1, 0
    with Server("--target-lag", "1h") as server:
        for _ in range(ROUNDS):
            bare = json.loads(subprocess.run([BUILD / "benches" / "bench_gunzip", str(events), "1"], check=True,
                                             capture_output=True, text=True).stdout)
            before = server.cpu_by_thread().get("ingest", 0)
            micros, _, result = measure(server.ingest_cpu, server.port, events, connections, next_id, gzip=1)
            inflating = (server.cpu_by_thread()["ingest"] - before) * 1e6 / result["events_acknowledged"]
            next_id = result["next_id"]
            acknowledged += result["events_acknowledged"]
            alone.append(bare["us_per_event"])
            thread.append(inflating)
            whole.append(micros)
            shares.append(100 * bare["us_per_event"] / inflating)
        check_answer(server, acknowledged)
    print(f"\ngzip bodies of {events} events: gunzip alone {spread(alone)}, thread ingest {spread(thread)}, all threads "
          f"{spread(whole)} us CPU/event; {spread(shares, '{:.0f}')} % of the gunzip limit")


def bare_sync(directory):
    return json.loads(subprocess.run([BUILD / "benches" / "bench_sync", directory / "sync.bin", "4096", "2"],
                                     check=True, capture_output=True, text=True).stdout)


def open_loop(capacity_requests):
    """p99 of the acknowledgement at half the capacity, beside a bare fdatasync, in alternating rounds.

    The rounds follow each other on one server: changes of segment and the flushes they start are in them.
    """
    directory = scratch_directory()
    rate = capacity_requests / 2
    ours, bare, ratios, middle, unanswered, next_id = [], [], [], [], 0, 1
    with Server("--target-lag", "1h") as server:
        for _ in range(ROUNDS):
            result = load(server.port, events=1, connections=64, seconds=SECONDS * 2, rate=f"{rate:.0f}",
                          first_id=next_id)
            sync = bare_sync(directory)
            next_id = result["next_id"]
            unanswered += result["unanswered"]
            middle.append(result["p50_us"])
            ours.append(result["p99_us"])
            bare.append(sync["p99_us"])
            ratios.append(result["p99_us"] / max(sync["p99_us"], 1))
    shutil.rmtree(directory, ignore_errors=True)
    print(f"\nopen loop at {rate:.0f} single-event requests/s (half of capacity), {ROUNDS} rounds of {SECONDS * 2:g} s: "
          f"ack p50 {spread(middle, '{:.0f}')} us, p99 {spread(ours, '{:.0f}')} us, unanswered {unanswered}")
    print(f"  bare pwrite + fdatasync: p99 {spread(bare, '{:.0f}')} us; p99 ratio {spread(ratios, '{:.1f}')}")


def main():
    print(f"ingest_bench on {os.cpu_count()} cores")
    rounds("batches of 100 events of about 470 bytes", 100, 16)
    singles = rounds("one event a request", 1, 32)
    guards("batches of 100", 100, 16)
    guards("one event a request", 1, 32)
    gzip_bodies(100, 16)
    open_loop(singles)


if __name__ == "__main__":
    main()
