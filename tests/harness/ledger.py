"""Clients that write down what they sent and what came of it: the oracle of the crash tests.

An event is `sent` before its request leaves, `acknowledged` when its 200 has arrived, and `unknown` when
the connection broke before an answer. What the table may hold follows from that alone: every
acknowledged event once, every unknown one at most once, nothing else, and each with the bytes that were
sent.
"""

import http.client
import json
import random
import threading

from harness.client import Client

EVENTS_MAX = 50


def event_of(message_id, seed):
    """The same event for the same arguments: its bytes can be made again when it is checked."""
    chance = random.Random(f"{message_id}/{seed}")
    return {"type": "track", "messageId": message_id, "userId": f"user-{chance.randrange(1000)}", "event": "Ledger",
            "properties": {"n": chance.randrange(10**12), "pad": "x" * chance.randrange(400)}}


class Ledger:
    """What the clients of all rounds did. Thread safe."""

    def __init__(self, seed):
        self.seed = seed
        self.lock = threading.Lock()
        self.acknowledged = set()
        self.unknown = set()
        self.unexpected = []

    def note(self, ids, reply):
        """`reply` None: the connection broke, nobody knows."""
        with self.lock:
            if reply is None:
                self.unknown.update(ids)
            elif reply.status == 200:
                self.acknowledged.update(ids)
                self.unknown.difference_update(ids)
            elif reply.status in (429, 503):
                # Refused, but the message says only "not now": a crash may still have kept it.
                self.unknown.update(ids)
            else:
                self.unexpected.append(f"{reply.status} {reply.text()[:200]}")

    def event(self, message_id):
        return event_of(message_id, self.seed)

    def properties(self, message_id):
        """The JSON text of the event's properties, as sent."""
        return json.dumps(self.event(message_id)["properties"])

    def errors(self, rows):
        """What is wrong with `rows` {message_id: [properties text, ...]} of all events of this ledger."""
        found = list(self.unexpected)
        lost = self.acknowledged - rows.keys()
        invented = rows.keys() - self.acknowledged - self.unknown
        doubled = [message_id for message_id, texts in rows.items() if len(texts) > 1]
        altered = [message_id for message_id, texts in rows.items()
                   if message_id not in invented and texts[0] != self.properties(message_id)]
        for what, ids in (("acknowledged and lost", lost), ("invented", invented), ("doubled", doubled), ("altered", altered)):
            if ids:
                found.append(f"{len(ids)} events {what}, such as {sorted(ids)[:3]}")
        return found


class Writer(threading.Thread):
    """Sends batches until told to stop or the server is gone."""

    def __init__(self, ledger, port, prefix, limit=10_000):
        super().__init__(daemon=True)
        self.ledger, self.port, self.prefix, self.limit = ledger, port, prefix, limit
        self.is_stopping = threading.Event()
        self.chance = random.Random(f"{ledger.seed}/{prefix}")

    def run(self):
        number = 0
        client = Client(self.port, timeout=30)
        while not self.is_stopping.is_set() and number < self.limit:
            size = self.chance.choice([1, 1, 5, 20, EVENTS_MAX])
            ids = [f"{self.prefix}-{number + i:06d}" for i in range(size)]
            number += size
            reply = send_noted(client, self.ledger, ids)
            if reply is None:
                break
        client.close()


def send_noted(client, ledger, ids):
    """Sends the events of these ids and notes what came of it; None when the connection broke."""
    try:
        reply = client.send([ledger.event(message_id) for message_id in ids])
    except (OSError, http.client.HTTPException):
        reply = None
    ledger.note(ids, reply)
    return reply
