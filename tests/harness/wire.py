"""Events as they are on the wire, and what the table must hold for them."""

import dataclasses
import json

from harness.expected import parse_time

SINGLE_TYPES = ("track", "identify", "page", "screen", "group", "alias", "merge")
SHORT_TYPES = {"t": "track", "i": "identify", "p": "page", "s": "screen", "g": "group", "a": "alias"}
BATCH_PATHS = ("batch", "import", "b")
EVENT_PATHS = {f"/v1/{last}" for last in (*SINGLE_TYPES, *SHORT_TYPES, *BATCH_PATHS)} | {"/beacon/v1/batch", "/v1/batch/b", "/b"}
TEXTS = {"user_id": "userId", "anonymous_id": "anonymousId", "event": "event", "name": "name", "group_id": "groupId",
         "previous_id": "previousId", "category": "category"}
OBJECTS = ("properties", "traits", "context", "integrations")
COLUMNS = ("message_id", "type", *TEXTS, *OBJECTS, "original_timestamp")


@dataclasses.dataclass(frozen=True)
class Sent:
    """One event, with the envelope and the path it came in."""

    event: dict
    envelope: dict
    path: str

    @property
    def message_id(self):
        return self.event.get("messageId")

    def merged(self, member):
        """The event's own, and what only the envelope has."""
        both = [holder[member] for holder in (self.envelope, self.event) if member in holder]
        return {name: value for one in both for name, value in one.items()} if both else None

    def values(self):
        """By column, JSON columns as values; reference: the event schema and the rules for single routes and envelopes."""
        last = self.path.rsplit("/", 1)[-1]
        found = {column: self.event.get(member) or None for column, member in TEXTS.items()}
        found["type"] = self.event["type"] if last in BATCH_PATHS else SHORT_TYPES.get(last, last)
        context, integrations = self.merged("context"), self.merged("integrations")
        found |= {"context": context, "integrations": integrations, "properties": self.event.get("properties"),
                  "traits": self.event.get("traits", (context or {}).get("traits"))}
        time = self.event.get("originalTimestamp") or self.event.get("timestamp")
        return found | {"original_timestamp": parse_time(time) if time else None}


def events_of(path, body):
    """The events of a POST to `path`; none when it is no URL for events."""
    path = path.split("?")[0].rstrip("/")
    if path not in EVENT_PATHS:
        return []
    message = json.loads(body)
    if "batch" not in message:
        return [Sent(message, {}, path)]
    envelope = {name: value for name, value in message.items() if name != "batch"}
    return [Sent(event, envelope, path) for event in message["batch"]]


def values_of_row(row):
    """The same for a row read by SQL (times as text) or by PyIceberg (as datetime)."""
    found = {column: row[column] for column in COLUMNS if column != "message_id"}
    for column in OBJECTS:
        found[column] = json.loads(found[column]) if found[column] else None
    if isinstance(found["original_timestamp"], str):
        found["original_timestamp"] = parse_time(found["original_timestamp"])
    return found


def content_of(values):
    """What an event is known by that has no id: all but the time, which is a new one when it is made again."""
    return repr(sorted((column, value) for column, value in values.items() if column != "original_timestamp"))


def differences(sent, rows):
    """What differs between events sent, each perhaps several times, and rows read; [] when nothing does.

    An event with a messageId is there once. One without is known by its content and is there at least once: when it is sent
    again, nobody can tell.
    """
    found, by_id = [], {}
    for row in rows:
        by_id.setdefault(row["message_id"], []).append(values_of_row(row))
    anonymous = {content_of(one.values()): one for one in sent if one.message_id is None}
    for message_id, values in {one.message_id: one.values() for one in sent if one.message_id is not None}.items():
        mine = by_id.pop(message_id, [])
        if len(mine) != 1:
            found.append(f"{message_id} is there {len(mine)} times")
        found += [f"{message_id} {column}: sent {value!r}, read {mine[0][column]!r}" for column, value in values.items()
                  if mine and mine[0][column] != value]
    stored = {content_of(values) for several in by_id.values() for values in several}
    found += [f"{anonymous[key].event} is not there" for key in anonymous.keys() - stored]
    return found + [f"{key} was never sent" for key in stored - anonymous.keys()]
