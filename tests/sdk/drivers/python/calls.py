"""The fixed calls of the two Python SDKs, whose clients have the same methods."""

import datetime
import os
import sys

URL, KEY, RUN = os.environ["SDK_URL"], os.environ["SDK_KEY"], os.environ["SDK_RUN"]
USER = "user-42"
UNICODE = {"title": "日本語 Café “Ünïcode” – naïve", "emoji": "🎉👩‍🚀🇩🇪", "quote": '"\\\t\u0001'}
NESTED = {"a": {"b": {"c": [1, 2.5, {"d": None, "e": []}]}}, "flags": [True, False, None], "big": 2**53 - 1, "huge": 2**63 + 1,
          "small": 1e-7, "empty": {}}
EXPLICIT_TIME = datetime.datetime(2020, 1, 2, 3, 4, 5, 678000, datetime.timezone.utc)


def send_calls(sdk, make_client):
    """`make_client` gets the function to call with an error and the events it befell."""
    errors, marks = [], {"sdk": sdk, "run": RUN}
    client = make_client(lambda error, _: errors.append(error))
    client.identify(USER, {**marks, "email": "ada@example.com", "plan": "pro", "age": 37})
    client.track(USER, "Order Completed", {**marks, "orderId": "o-1", "revenue": 19.99, "currency": "EUR"})
    client.track(USER, "Ünïcode ☕", {**marks, **UNICODE})
    client.track(USER, "Nested", {**marks, **NESTED})
    client.track(USER, "Explicit", marks, timestamp=EXPLICIT_TIME, message_id=f"{sdk}-{RUN}-explicit")
    client.page(USER, "Docs", "Home", {**marks, "url": "https://example.com/docs"})
    client.screen(USER, "App", "Main", dict(marks))
    client.group(USER, "group-7", {**marks, "industry": "retail", "employees": 12})
    client.alias("anon-1", USER)
    client.flush()
    client.join()
    if errors:
        sys.exit(f"SDK error: {errors[0]}")
