"""A full disk, a disk that fails, workers that die or hang: refused with Retry-After or served, nothing
acknowledged lost, and going on by itself."""

import os
import shutil
import signal
import time
import unittest

from harness import events, fault
from harness.server import Server, scratch_directory, wait_until

MIB = 1 << 20


class FaultCase(unittest.TestCase):
    def send(self, server, message_id):
        """Sends one event; notes it when it was acknowledged."""
        reply = server.send([events.track(message_id)])
        if reply.status == 200:
            self.acknowledged.append(message_id)
        return reply

    def setUp(self):
        self.acknowledged = []

    def assert_all_there(self, server):
        stored = {row["message_id"] for row in server.sql("SELECT message_id FROM events")}
        self.assertEqual(set(self.acknowledged) - stored, set(), "acknowledged and lost")
        self.assertEqual(int(server.value("SELECT count(*) AS n FROM events")), len(stored), "doubled")

    def assert_refused_for_now(self, reply, *statuses):
        self.assertIn(reply.status, statuses, reply)
        self.assertIn(int(reply.headers["retry-after"]), range(1, 301))
        self.assertIs(reply.json()["success"], False)


@unittest.skipUnless(fault.can_mount(), "needs root and a loop device")
class DiskFullTest(FaultCase):
    def test_floors_refuse_and_space_that_comes_back_is_enough(self):
        server = Server("--target-lag", "1s")
        with fault.small_disk() as place, server:
            server.restart_on(place / "data")
            self.assertEqual(self.send(server, "before").status, 200)
            for left, status in ((800 * MIB, 429), (300 * MIB, 503)):
                filler = fault.fill_disk(place, left)
                wait_until(lambda expected=status: self.send(server, f"full-{time.monotonic()}").status == expected, 15,
                           f"{status} with {left // MIB} MiB left")
                self.assert_refused_for_now(self.send(server, f"refused-{left}"), status)
                self.assertEqual(server.request("GET", "/health").status in (200, 503), True)
                self.assertEqual(int(server.value("SELECT count(*) AS n FROM events WHERE message_id = 'before'")), 1)
                filler.unlink()
                wait_until(lambda: self.send(server, f"again-{time.monotonic()}").status == 200, 15, "200 after space came back")
            server.wait_committed(len(self.acknowledged))
            self.assert_all_there(server)
            server.stop()


@unittest.skipUnless(shutil.which("strace"), "strace is not installed")
class DiskFailureTest(FaultCase):
    def run_with(self, call, error, when, name="0000000000000001.wal"):
        """Sends until a call failed and was survived. @return the replies that were no 200"""
        directory = scratch_directory()
        path = directory / "data" / "log" / name
        refused = []
        server = Server("--target-lag", "1s", "--log-segment-bytes", "1MiB", directory=directory,
                        wrapper=fault.failing_calls(directory, call, error, when, path))
        with server:
            end, number, after = time.monotonic() + 60, 0, 0
            while after < 10 and time.monotonic() < end:
                reply = self.send(server, f"event-{number}")
                number += 1
                if reply.status != 200:
                    refused.append(reply)
                    self.assert_refused_for_now(reply, 503)
                    time.sleep(0.1)
                after += bool(refused) and reply.status == 200
            self.assertEqual(after, 10, "it did not go on by itself")
            self.assert_all_there(server)
            server.wait_committed(len(self.acknowledged))
            server.kill()
            server.wrapper = []
            server.start()
            self.assert_all_there(server)
            self.assertEqual(self.send(server, "at the end").status, 200)
        return refused

    def test_a_failed_sync_is_refused_once_and_a_new_segment_is_taken(self):
        self.assertGreaterEqual(len(self.run_with("fdatasync", "EIO", "5")), 1)

    def test_a_segment_that_fails_for_ever_is_left(self):
        self.assertGreaterEqual(len(self.run_with("fdatasync", "EIO", "5+")), 1)

    def test_a_failed_write_is_refused(self):
        self.assertGreaterEqual(len(self.run_with("pwrite64", "EIO", "4")), 1)

    def test_a_disk_that_is_full_in_the_middle_of_a_write_is_refused(self):
        self.assertGreaterEqual(len(self.run_with("pwrite64", "ENOSPC", "4..6")), 1)


class WorkerTest(FaultCase):
    def setUp(self):
        super().setUp()
        self.server = Server("--target-lag", "1s").start()
        self.addCleanup(self.server.close)

    def lake_worker(self, besides=()):
        """One that runs, and is none of those that were killed."""
        found = []
        wait_until(lambda: found.extend(pid for pid in self.server.workers("lake") if pid not in besides) or found, 20, "a lake worker")
        return found[0]

    def test_a_killed_lake_worker_is_replaced_and_the_flush_lands_once(self):
        killed = []
        for number in range(5):
            self.send(self.server, f"flush-{number}")
            killed.append(self.lake_worker(besides=killed))
            os.kill(killed[-1], signal.SIGKILL)
        self.server.wait_committed(len(self.acknowledged))
        self.assert_all_there(self.server)

    def test_a_hanging_lake_worker_stops_neither_ingest_nor_sql(self):
        self.send(self.server, "first")
        self.server.wait_committed(1)
        with fault.stopped(self.lake_worker()):
            for number in range(20):
                self.assertEqual(self.send(self.server, f"during-{number}").status, 200)
                time.sleep(0.1)
            self.assert_all_there(self.server)
        self.server.wait_committed(len(self.acknowledged))

    def test_killed_sql_workers_are_replaced(self):
        for number in range(6):
            self.assertEqual(self.send(self.server, f"sql-{number}").status, 200)
            for pid in self.server.workers("sql"):
                os.kill(pid, signal.SIGKILL)
            wait_until(self.answers, 20, "SQL after its workers were killed")
        self.assert_all_there(self.server)

    def answers(self):
        return self.server.request("POST", "/query", '{"sql":"SELECT 1 AS one"}').status == 200

    def test_a_hanging_sql_worker_does_not_stop_ingest(self):
        pids = self.server.workers("sql")
        self.assertTrue(pids)
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        for number in range(20):
            self.assertEqual(self.send(self.server, f"hang-{number}").status, 200)
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
        wait_until(self.answers, 60, "SQL after its workers went on")
        self.assert_all_there(self.server)

    def test_a_query_past_its_deadline_is_ended_and_others_go_on(self):
        self.server.restart("--query-timeout", "1s")
        reply = self.server.request("POST", "/query", '{"sql":"SELECT count(*) AS n FROM range(100000000) a, range(100000) b"}')
        self.assertEqual(reply.status, 504, reply)
        self.assertIs(reply.json()["success"], False)
        self.assertTrue(self.answers())

    def test_a_memory_bomb_is_an_error_of_its_query(self):
        reply = self.server.request("POST", "/query", '{"sql":"SELECT repeat(repeat(\'x\', 100000), 200000) AS bomb"}')
        self.assertEqual(reply.status, 400, reply)
        wait_until(self.answers, 20, "SQL after a memory bomb")


if __name__ == "__main__":
    unittest.main()
