"""Events for tests: made from a seed, so that what was sent can be made again."""

import random


def track(message_id, user="user-1", event="Thing Done", **members):
    return {"type": "track", "messageId": message_id, "userId": user, "event": event, **members}


def mixed(count, seed, prefix="m"):
    """`count` events of all six types with nested and awkward values."""
    chance = random.Random(seed)
    return [mixed_event(chance, f"{prefix}-{number:06d}") for number in range(count)]


def mixed_event(chance, message_id):
    kind = chance.choice(["track", "track", "track", "identify", "page", "screen", "group", "alias"])
    event = {"type": kind, "messageId": message_id, "userId": f"user-{chance.randrange(50)}",
             "timestamp": f"2026-10-{chance.randrange(1, 29):02d}T{chance.randrange(24):02d}:"
                          f"{chance.randrange(60):02d}:{chance.randrange(60):02d}.{chance.randrange(1000):03d}Z"}
    if chance.random() < 0.3:
        event["anonymousId"] = f"anonymous-{chance.randrange(100)}"
    if kind == "track":
        event["event"] = chance.choice(["Order Completed", "Ünïcode ☕", "Signup Started", "a\tb \"c\" \\d"])
    if kind in ("page", "screen"):
        event["name"] = chance.choice(["Home", "日本語", "Pricing"])
    if kind == "group":
        event["groupId"] = f"group-{chance.randrange(5)}"
    if kind == "alias":
        event["previousId"] = f"anonymous-{chance.randrange(100)}"
    key = "traits" if kind in ("identify", "group") else "properties"
    if kind != "alias":
        event[key] = {"n": chance.randrange(-10**15, 10**15), "x": chance.random(), "text": "é" * chance.randrange(20),
                      "deep": {"list": [1, 2.5, None, {"empty": {}}], "flag": chance.random() < 0.5}}
    if chance.random() < 0.5:
        event["context"] = {"ip": "10.0.0.1", "library": {"name": "test", "version": "1"}}
    if chance.random() < 0.1:
        event["unknownMember"] = {"kept": [chance.randrange(1000)]}
    return event
