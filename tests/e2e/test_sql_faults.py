"""SQL while its workers are killed and stopped, while the table moves under it, and while others fill the queue."""

import http.client
import json
import os
import random
import signal
import subprocess
import threading
import time
import unittest

from harness import events, table
from harness.case import ServerCase
from harness.server import RELEASE, Server, clean_environment, is_alive, wait_until

IS_LONG = bool(os.environ.get("TEST_ALL"))
ENDLESS = "SELECT count(*) FROM range(1000000) a, range(1000000) b, range(1000000) c"


class Asking(threading.Thread):
    """Asks one question after another over connections of its own until it is told to stop; keeps what came."""

    def __init__(self, server, questions, seconds):
        super().__init__(daemon=True)
        self.server, self.questions, self.end = server, questions, time.monotonic() + seconds
        self.replies, self.broken = [], 0

    def run(self):
        while time.monotonic() < self.end:
            for members in self.questions:
                try:
                    self.replies.append(self.server.request("POST", "/query", json.dumps(members)))
                except (http.client.HTTPException, OSError):
                    self.broken += 1  # An export whose worker died behind its first bytes.

    def failed(self):
        return [reply for reply in self.replies if reply.status != 200]


class WorkersTest(ServerCase):
    arguments = ("--target-lag", "1h", "--query-workers", "2")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server.send(events.mixed(500, 3, "faults"))

    def query(self, sql, **members):
        return self.server.request("POST", "/query", json.dumps({"sql": sql, **members}))

    def lost(self, why):
        lines = self.server.request("GET", "/metrics").text().splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.startswith(f'icelight_query_workers_lost_total{{why="{why}"}}'))

    def ready_workers(self):
        """Two that work and their spare, when all of them are there and well."""
        workers = [pid for pid in self.server.workers("sql") if is_alive(pid)]
        return workers if len(workers) == 3 else []

    def settle(self):
        wait_until(self.ready_workers, 30, "the pool is whole")
        self.assertEqual(self.query("SELECT count(*) AS n FROM events").json()["data"], [{"n": 500}])

    def test_a_killed_worker_costs_the_query_it_ran_and_no_other(self):
        self.settle()
        crashes, kills = self.lost("crash"), 50 if IS_LONG else 12
        # The last is some MiB: its worker may die when half of it is sent.
        questions = [{"sql": f"SELECT count(*) + {i} FROM events, range(200000)", "freshness": "live"} for i in range(3)]
        questions += [{"sql": "SELECT i, repeat('x', 40) AS wide FROM range(200000) t(i)", "format": "ndjson"}]
        askers = [Asking(self.server, questions[turn:] + questions[:turn], kills * 0.25) for turn in range(3)]
        for asker in askers:
            asker.start()
        dice, killed = random.Random(5), 0
        while killed < kills:
            workers = self.server.workers("sql")  # Also the one that starts.
            if workers:
                os.kill(dice.choice(workers), signal.SIGKILL)
                killed += 1
            time.sleep(dice.uniform(0.02, 0.4))
        for asker in askers:
            asker.end = 0
        for asker in askers:
            asker.join(timeout=60)
        self.settle()
        failed = [reply for asker in askers for reply in asker.failed()]
        for reply in failed:
            self.assertEqual(reply.status, 500, reply)
            self.assertIn("the SQL worker ended while it ran this query", reply.json()["error"])
        lost = len(failed) + sum(asker.broken for asker in askers)
        # The others were idle, or about to start.
        self.assertLessEqual(lost, self.lost("crash") - crashes)
        self.assertLessEqual(self.lost("crash") - crashes, kills)
        self.assertGreater(sum(len(asker.replies) for asker in askers), 2 * kills)

    def test_stopped_workers_are_replaced_at_the_deadline_of_their_queries(self):
        self.settle()
        for _ in range(4 if IS_LONG else 1):
            stopped = self.ready_workers()
            for pid in stopped:
                os.kill(pid, signal.SIGSTOP)
            took, replies = [], []

            def ask():
                begin = time.monotonic()
                replies.append(self.query("SELECT count(*) + 1 FROM events", timeoutMs=1_000))
                took.append(time.monotonic() - begin)

            threads = [threading.Thread(target=ask) for _ in range(3)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(timeout=30)
            self.assertEqual([reply.status for reply in replies], [504] * 3, replies)
            self.assertLess(max(took), 1.25 + (0.5 if IS_LONG else 4), "the deadline, its grace and a busy machine")
            # The third waited for a worker, and one is stopped and idle still: its turn comes next.
            wait_until(lambda: sum(is_alive(pid) for pid in stopped) <= 1, 10, "those that had queries are dead")
            for pid in filter(is_alive, stopped):
                os.kill(pid, signal.SIGKILL)
            self.settle()

    def test_a_query_whose_worker_stops_in_the_middle_ends_at_its_deadline(self):
        self.settle()
        before = set(self.ready_workers())
        replies = []
        thread = threading.Thread(target=lambda: replies.append((self.query(ENDLESS, timeoutMs=1_500), time.monotonic())))
        begin = time.monotonic()
        thread.start()
        time.sleep(0.5)
        for pid in before:
            os.kill(pid, signal.SIGSTOP)
        thread.join(timeout=30)
        for pid in before:
            if is_alive(pid):
                os.kill(pid, signal.SIGCONT)
        self.assertEqual(replies[0][0].status, 504, replies)
        self.assertLess(replies[0][1] - begin, 1.75 + 0.5)
        self.settle()
        self.assertEqual(len(before & set(self.ready_workers())), 2, "the other two go on")

    def test_a_killed_server_leaves_no_worker_and_its_next_start_no_spill(self):
        server = Server("--query-memory-bytes-max", "128MiB").start()
        self.addCleanup(server.close)
        spills = "SELECT count(*) FROM (SELECT i, repeat('x', 100) || i AS s FROM range(20000000) t(i) ORDER BY s DESC OFFSET 10)"
        threads = [threading.Thread(target=self.ask_until_it_dies, args=(server, spills)) for _ in range(2)]
        for thread in threads:
            thread.start()
        spill = server.data / "spill"

        def spilled():
            return [path for path in spill.rglob("*") if path.is_file()]

        wait_until(spilled, 30, "something is spilled")
        server.kill()  # Waits for the workers' end.
        for thread in threads:
            thread.join(timeout=30)
        self.assertTrue(spilled(), "the control: what a killed server leaves")
        server.start()
        self.assertEqual(spilled(), [])
        self.assertEqual(server.sql("SELECT 1 AS one"), [{"one": 1}])

    @staticmethod
    def ask_until_it_dies(server, sql):
        try:
            server.request("POST", "/query", json.dumps({"sql": sql}))
        except (http.client.HTTPException, OSError):
            pass


class MovingTableTest(unittest.TestCase):
    """Flushes, compaction, expiry and deletion go on beneath the queries."""

    SECONDS = 30 if IS_LONG else 6

    def send_all(self):
        with self.server.client() as client:
            while time.monotonic() < self.end:
                batch = events.mixed(100, self.sent, f"moving-{self.sent}")
                reply = client.send(batch)
                self.assertEqual(reply.status, 200, reply)
                self.acknowledged = (self.sent + len(batch), reply.json()["token"])
                self.sent += len(batch)
                time.sleep(0.2)

    def count_on(self):
        """All that was acknowledged is there, and a count never falls."""
        seen = 0
        with self.server.client() as client:
            while time.monotonic() < self.end:
                least, token = self.acknowledged
                rows = int(client.sql("SELECT count(*) AS n FROM events", headers={"X-Lake-After": token})[0]["n"])
                if rows < max(least, seen):
                    raise AssertionError(f"{rows} rows, {least} acknowledged, {seen} seen before")
                seen = rows
                self.counted += 1

    def group_on(self):
        with self.server.client() as client:
            while time.monotonic() < self.end:
                least = self.acknowledged[0]
                groups = client.sql("SELECT type, count(*) AS n, count(DISTINCT message_id) AS d FROM events GROUP BY type")
                if sum(int(group["n"]) for group in groups) < least or any(group["n"] != group["d"] for group in groups):
                    raise AssertionError(f"{groups}: {least} acknowledged")

    def export_on(self):
        with self.server.client() as client:
            while time.monotonic() < self.end:
                least = self.acknowledged[0]
                reply = client.request("POST", "/query", json.dumps({"sql": "SELECT message_id, properties FROM events", "format": "ndjson"}))
                if reply.status != 200 or reply.body.count(b"\n") < least:
                    raise AssertionError(f"{reply}: {least} acknowledged")

    def look_back(self):
        """A snapshot that is there answers, the same each time."""
        with self.server.client() as client:
            while time.monotonic() < self.end:
                reply = client.request("POST", "/query", json.dumps({"sql": "SELECT count(*) AS n FROM events", "freshness": "committed"})).json()
                if (snapshot := reply["meta"].get("snapshotId")) is None:
                    continue
                members = {"sql": "SELECT count(*) AS n, count(DISTINCT message_id) AS d FROM events", "asOf": snapshot}
                then = client.request("POST", "/query", json.dumps(members))
                # It may be expired by now, which is said.
                if then.status == 400 and "snapshot" in then.json()["error"]:
                    self.expired += 1
                elif then.status != 200 or [int(value) for value in then.json()["data"][0].values()] != [int(reply["data"][0]["n"])] * 2:
                    raise AssertionError(f"{then} as of {snapshot}, where {reply['data']} was")

    def guard(self, work):
        try:
            work()
        except Exception as error:  # noqa: BLE001
            self.errors.append(f"{work.__name__}: {error!r}"[:600])

    def test_no_query_fails_and_no_acknowledged_event_is_missed(self):
        with Server("--target-lag", "1s", "--lake-snapshots-kept", "2", "--lake-gc-min-age", "60s") as self.server:
            self.sent, self.counted, self.expired, self.errors = 0, 0, 0, []
            self.end = time.monotonic() + self.SECONDS
            self.acknowledged = (0, self.server.send([events.track("first")]).json()["token"])
            works = (self.send_all, self.count_on, self.group_on, self.export_on, self.look_back)
            threads = [threading.Thread(target=self.guard, args=(work,)) for work in works]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(timeout=self.SECONDS + 60)
            self.assertEqual(self.errors, [])
            self.assertGreater(self.counted, 5)
            self.assertGreater(len(table.load_table(self.server).metadata.snapshot_log), 1, "the table moved")


class FairnessTest(unittest.TestCase):
    def setUp(self):
        self.server = Server("--query-workers", "1")
        self.addCleanup(self.server.close)
        self.tokens = {name: self.add_token(name) for name in ("ada", "bob")}
        self.server.start()

    def add_token(self, name):
        done = subprocess.run([RELEASE / "icelight", "token", "add", name, "--data", self.server.data], capture_output=True, text=True, timeout=60,
                              env=clean_environment(), check=True)
        return done.stdout.strip()

    def ask(self, name, method, path, **body):
        headers = {"Authorization": f"Bearer {self.tokens[name]}"}
        return self.server.request(method, path, json.dumps(body) if body else None, headers)

    def start_asking(self, name, count, replies, **members):
        threads = [threading.Thread(target=lambda: replies.append(self.ask(name, "POST", "/query", **members))) for _ in range(count)]
        for thread in threads:
            thread.start()
        return threads

    def active(self, name):
        return self.ask(name, "GET", "/api/queries/active").json()["queries"]

    def test_who_fills_the_queue_waits_behind_himself(self):
        replies = []
        # Each takes its whole second.
        threads = self.start_asking("ada", 40, replies, sql=ENDLESS, timeoutMs=30_000, queryId="flood")
        wait_until(lambda: len(self.active("ada")) + len(replies) == 40, 20, "all of them came")
        refused = [reply.status for reply in replies]
        self.assertEqual(set(refused), {429}, "half of the queue is for others")
        self.assertEqual(self.active("bob"), [])
        self.assertEqual(self.ask("bob", "DELETE", "/api/queries/flood").status, 404)
        # The turn that runs is ended soon; ada has 32 more that wait.
        threading.Timer(1.0, lambda: self.ask("ada", "DELETE", f"/api/queries/{self.running()}")).start()
        begin = time.monotonic()
        mine = self.ask("bob", "POST", "/query", sql="SELECT 1 AS one", queryId="flood")
        took = time.monotonic() - begin
        self.assertEqual(mine.json()["data"], [{"one": 1}])
        self.assertLess(took, 5, "the turn of one, at most of two")
        self.assertGreater(len(self.active("ada")), 20)
        # One name for all of them: it ends all.
        cancelled = self.ask("ada", "DELETE", "/api/queries/flood")
        self.assertGreater(cancelled.json()["cancelled"], 20)
        for thread in threads:
            thread.join(timeout=30)
        self.assertEqual(len(replies), 40)
        self.assertEqual(self.ask("ada", "POST", "/query", sql="SELECT 2 AS two").json()["data"], [{"two": 2}])

    def running(self):
        return next(query["id"] for query in self.active("ada") if query["state"] == "running")


del ServerCase  # not a test itself

if __name__ == "__main__":
    unittest.main()
