"""Rejected events are kept whole and can be run again: once each, whatever happens on the way."""

import hashlib
import json
import subprocess
import threading
import time
import unittest

from harness.case import ServerCase
from harness.server import Server, clean_environment, wait_until

REJECTS = "events__rejected"
PATH = "/api/dead-letters/replay"
# No flush by itself: what is not in the log is in a table only when a test wants it there.
ARGUMENTS = ("--target-lag", "1h")


def replay(server, **request):
    """The report of one replay; an error reply is an AssertionError."""
    reply = server.request("POST", PATH, json.dumps(request))
    if reply.status != 200:
        raise AssertionError(reply)
    return reply.json()


def numbers(report):
    return tuple(report[name] for name in ("replayed", "stored", "rejected", "replayed_before", "remaining"))


class RejectColumnsTest(ServerCase):
    def columns_of(self, where):
        rows = self.server.sql(f"SELECT * EXCLUDE (raw), hex(raw) AS raw FROM {REJECTS} WHERE {where}")
        self.assertEqual(len(rows), 1, where)
        return rows[0]

    def test_a_bad_event_is_kept_with_everything_known_of_it(self):
        event = {"type": "track", "messageId": "bad-1", "pad": "é"}
        self.assertEqual(self.server.send([event]).status, 400)
        row, raw = self.columns_of("message_id = 'bad-1'"), json.dumps(event).encode()
        self.assertEqual({name: row[name] for name in ("stage", "family", "type", "path", "content_type", "source_id")},
                         {"stage": "validate", "family": "validation", "type": "missing_field", "path": row["path"],
                          "content_type": "application/json", "source_id": "default"})
        self.assertTrue(row["path"].startswith("batch[0]"), row)
        self.assertIn("userId", row["detail"])
        self.assertEqual(bytes.fromhex(row["raw"]), raw)
        self.assertEqual((row["raw_bytes"], row["raw_sha256"]), (len(raw), hashlib.sha256(raw).hexdigest()))
        self.assertEqual((row["replay_of"], row["_log_shard"]), (None, 0))
        self.assertGreaterEqual(row["_log_offset"], 0)
        self.assertGreaterEqual(row["__ingest_ts"], row["received_at"])

    def test_of_a_long_body_the_head_and_the_hash_are_kept(self):
        body = b'{"broken": "' + b"x" * 100_000
        self.assertEqual(self.server.request("POST", "/v1/batch", body).status, 400)
        row = self.columns_of(f"raw_bytes = {len(body)}")
        self.assertEqual((row["stage"], row["family"], row["type"], row["path"]), ("parse", "deserialization", "parse_failure", ""))
        self.assertEqual(bytes.fromhex(row["raw"]), body[:65536])
        self.assertEqual(row["raw_sha256"], hashlib.sha256(body).hexdigest())

    def test_a_body_that_cannot_be_inflated_is_one_reject(self):
        body = b"\x1f\x8b\x08\x00" + b"damaged" * 10
        reply = self.server.request("POST", "/v1/batch", body, {"Content-Encoding": "gzip"})
        self.assertEqual(reply.status, 400)
        row = self.columns_of(f"raw_sha256 = '{hashlib.sha256(body).hexdigest()}'")
        self.assertEqual((bytes.fromhex(row["raw"]), row["stage"]), (body, "parse"))


class ReplayTest(unittest.TestCase):
    """Rejects that today's rules take: a row written with another rule is made by hand, so a body that is
    bad where it was sent and good where it is run again serves: one event, sent as a batch."""

    def setUp(self):
        self.server = Server(*ARGUMENTS).start()
        self.addCleanup(self.server.close)

    def refuse(self, members, path="/v1/batch"):
        """A body that /v1/batch refuses (it has no batch) and a replay takes as the event it is."""
        reply = self.server.request("POST", path, json.dumps({"type": "track", "event": "Late", **members}))
        self.assertEqual(reply.status, 400, reply)

    def rows(self, columns):
        return self.server.sql(f"SELECT {columns} FROM events ORDER BY _log_offset")

    def test_a_replayed_event_names_its_reject_and_is_stored_once(self):
        self.refuse({"userId": "u1"})
        self.refuse({"userId": "u2", "messageId": "own"})
        self.refuse({})
        dry = replay(self.server, dry_run=True)
        self.assertEqual(numbers(dry), (3, 2, 1, 0, 0))
        self.assertEqual(self.rows("message_id AS m"), [])

        self.assertEqual(numbers(replay(self.server)), (3, 2, 1, 0, 0))
        self.assertEqual(self.rows("message_id, json_extract_string(ingest_info, '$.replay_of') AS origin, source_id"),
                         [{"message_id": "replay-0-0", "origin": "0", "source_id": "default"},
                          {"message_id": "own", "origin": "1", "source_id": "default"}])
        again = self.server.sql(f"SELECT _log_offset AS o, replay_of AS r FROM {REJECTS} ORDER BY 1")
        self.assertEqual([row["r"] for row in again], [None, None, None, 2])
        # The new reject was not replayed yet; the first three were.
        self.assertEqual(numbers(replay(self.server)), (1, 0, 1, 3, 0))

    def test_a_batch_that_was_refused_whole_is_replayed_whole(self):
        body = json.dumps({"batch": [{"type": "track", "event": "a", "userId": "u"}] * 3}).encode()
        self.assertEqual(self.server.request("POST", "/v1/track", body).status, 400)
        self.assertEqual(numbers(replay(self.server)), (1, 3, 0, 0, 0))
        self.assertEqual([row["m"] for row in self.rows("message_id AS m")], ["replay-0-0", "replay-0-1", "replay-0-2"])

    def test_a_reject_whose_event_was_stored_meanwhile_is_closed(self):
        event = {"type": "track", "event": "Late", "userId": "u", "messageId": "same"}
        self.refuse(event)
        self.refuse({**event, "messageId": "other"})
        self.assertEqual(self.server.send([event]).status, 200)
        report = replay(self.server)
        self.assertEqual((report["replayed"], report["stored"], report["duplicates"]), (2, 1, 1))
        notes = self.server.sql(f"SELECT replay_of AS r, type FROM {REJECTS} WHERE stage = 'replay'")
        self.assertEqual(notes, [{"r": 0, "type": "duplicate"}])
        # Neither the reject nor the note is taken again, also when the window has forgotten the event.
        self.assertEqual(numbers(replay(self.server)), (0, 0, 0, 2, 0))
        self.assertEqual(self.server.value("SELECT count(*) AS n FROM events WHERE message_id = 'same'"), 1)

    def test_what_the_url_said_is_kept_over_every_replay(self):
        self.assertEqual(self.server.request("POST", "/v1/page", json.dumps({"name": "Home"})).status, 400)
        for _ in range(2):
            self.assertEqual(numbers(replay(self.server))[:3], (1, 0, 1))
        paths = self.server.sql(f"SELECT path FROM {REJECTS}")
        self.assertEqual([row["path"] for row in paths], ["page.userId"] * 3)

    def test_filters_choose_and_limits_leave_the_rest(self):
        for number in range(5):
            self.refuse({"userId": f"u{number}"})
        self.server.request("POST", "/v1/batch", "{")
        self.assertEqual(replay(self.server, stage="parse", dry_run=True)["matched"], 1)
        self.assertEqual(replay(self.server, source="other")["matched"], 0)
        self.assertEqual(replay(self.server, to="2020-01-01T00:00:00Z")["matched"], 0)
        self.assertEqual(replay(self.server, **{"from": "2020-01-01"}, dry_run=True)["matched"], 6)
        self.assertEqual(numbers(replay(self.server, offsets=[3])), (1, 1, 0, 0, 0))
        self.assertEqual(numbers(replay(self.server, stage="validate", limit=2)), (2, 2, 0, 1, 2))
        self.assertEqual([row["m"] for row in self.rows("message_id AS m")], ["replay-3-0", "replay-0-0", "replay-1-0"])

    def test_what_was_cut_cannot_be_replayed_and_is_said(self):
        self.refuse({"userId": "u", "pad": "x" * 70_000})
        report = replay(self.server)
        self.assertEqual((report["matched"], report["not_replayable"], report["replayed"]), (1, 1, 0))
        self.assertEqual(report["not_replayable_first"][0]["offset"], 0)
        self.assertIn("64 KiB", report["not_replayable_first"][0]["reason"])

    def test_the_command_prints_what_became_of_them(self):
        for number in range(3):
            self.refuse({"userId": f"u{number}"})
        for expected in ("3 rejects replayed: 3 events stored", "0 rejects replayed"):
            done = subprocess.run([self.server.binary, "replay", "--data", self.server.data], capture_output=True,
                                  text=True, timeout=60, env=clean_environment())
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(expected, done.stdout)

    def test_an_event_of_a_table_is_not_replayed_again_either(self):
        self.refuse({"userId": "u"})
        self.assertEqual(numbers(replay(self.server)), (1, 1, 0, 0, 0))
        self.server.restart("--target-lag", "1s")
        self.server.wait_committed(1)
        self.server.restart("--duplicates-window", "1m")
        self.assertEqual(numbers(replay(self.server)), (0, 0, 0, 1, 0))


class ReplayKillTest(unittest.TestCase):
    """kill -9 while a replay runs, again and again: at the end every reject was replayed once. Events
    bring no messageId of their own and half stay bad, so that only replay_of can keep them apart."""

    REJECTED = 600
    ROUNDS = 6

    def test_a_killed_replay_that_is_run_again_doubles_nothing(self):
        server = Server("--target-lag", "1s", "--log-segment-bytes", "1MiB").start()
        self.addCleanup(server.close)
        with server.client() as client:
            for number in range(self.REJECTED):
                event = {"type": "track", "event": "Late", **({"userId": f"u{number}"} if number % 2 else {})}
                self.assertEqual(client.request("POST", "/v1/batch", json.dumps(event)).status, 400)
        originals = {int(row["o"]) for row in server.sql(f"SELECT _log_offset AS o FROM {REJECTS}")}
        self.assertEqual(len(originals), self.REJECTED)
        top, counts = max(originals), set()
        for round_number in range(self.ROUNDS):
            thread = threading.Thread(target=self.replay_until_killed, args=(server, sorted(originals)))
            thread.start()
            # Not before it began; a little later each time.
            wait_until(lambda: int(server.value("SELECT count(*) AS n FROM events")) > round_number * 40 or not thread.is_alive(),
                       60, "the replay begins")
            time.sleep(0.01 * round_number)
            server.kill()
            thread.join(timeout=60)
            self.assertFalse(thread.is_alive())
            server.start()
            counts.add(int(server.value("SELECT count(*) AS n FROM events")))
        self.assertTrue(any(0 < count < self.REJECTED // 2 for count in counts), f"no kill came in the middle: {counts}")
        replay(server, offsets=sorted(originals))
        stored = [int(row["o"]) for row in server.sql(
            "SELECT json_extract_string(ingest_info, '$.replay_of') AS o FROM events")]
        rejected = [int(row["o"]) for row in server.sql(
            f"SELECT replay_of AS o FROM {REJECTS} WHERE replay_of <= {top}")]
        self.assertEqual(len(stored), len(set(stored)), "an event was doubled")
        self.assertEqual(len(rejected), len(set(rejected)), "a reject was doubled")
        self.assertEqual(set(stored) | set(rejected), originals)
        self.assertEqual(len(stored), self.REJECTED // 2)

    @staticmethod
    def replay_until_killed(server, offsets):
        """Small steps, so that a kill finds some done and some not."""
        try:
            with server.client(timeout=30) as client:
                for at in range(0, len(offsets), 20):
                    client.request("POST", PATH, json.dumps({"offsets": offsets[at:at + 20]}))
        except OSError:
            pass
        except Exception as error:  # http.client's own: the connection broke in the middle of an answer
            if type(error).__module__ != "http.client":
                raise


if __name__ == "__main__":
    unittest.main()
