"""What the table must hold for an event that was sent, column by column."""

import datetime
import json

TEXT_COLUMNS = {"type": "type", "user_id": "userId", "anonymous_id": "anonymousId", "event": "event", "name": "name",
                "group_id": "groupId", "previous_id": "previousId"}
JSON_COLUMNS = ("properties", "traits", "context")
KNOWN = {*TEXT_COLUMNS.values(), *JSON_COLUMNS, "messageId", "timestamp", "originalTimestamp", "sentAt", "integrations", "category"}


def parse_time(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def row_of(event):
    """Expected values by column name; columns that depend on the server's clock are left out."""
    row = {column: event.get(member) for column, member in TEXT_COLUMNS.items()}
    for column in JSON_COLUMNS:
        # As sent: the client wrote the body with the same json.dumps.
        row[column] = json.dumps(event[column]) if column in event else None
    if "timestamp" in event:
        row["original_timestamp"] = parse_time(event["timestamp"])
    return row


def extra_of(event):
    """Members that have no column of their own, as a dictionary; None when there are none."""
    extra = {name: value for name, value in event.items() if name not in KNOWN}
    return extra or None


def differences(sent, rows):
    """What differs between events sent and rows read (dictionaries with message_id); [] when they are equal."""
    found, by_id = [], {}
    for row in rows:
        by_id.setdefault(row["message_id"], []).append(row)
    for event in sent:
        mine = by_id.pop(event["messageId"], [])
        if len(mine) != 1:
            found.append(f"{event['messageId']} is there {len(mine)} times")
            continue
        for column, value in row_of(event).items():
            if mine[0][column] != value:
                found.append(f"{event['messageId']} {column}: sent {value!r}, read {mine[0][column]!r}")
        extra = json.loads(mine[0]["extra"]) if mine[0]["extra"] else None
        if extra != extra_of(event):
            found.append(f"{event['messageId']} extra: sent {extra_of(event)!r}, read {extra!r}")
    return found + [f"{message_id} was never sent" for message_id in by_id]
