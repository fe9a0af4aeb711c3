"""Random queries to our server and to drizzle-cube's own over the same rows. Ours must be what the rows say, counted one
by one; where the other differs, the reason must be one of docs/drizzle-differences.md."""

import json
import os
import pathlib
import random
import re
import subprocess
import tempfile
import unittest
import urllib.error
import urllib.request

from harness import cube_oracle as oracle
from harness import golden, node
from harness.server import Server

QUERIES = 2_000 if os.environ.get("TEST_ALL") else 200
ROWS = 400
CLASSES_MAX = 25
EXAMPLE = re.compile(r"^## (.+?)\n\n```json\n(.+?)\n```\n\nOurs `(.+?)`, theirs `(.+?)`\.", re.MULTILINE)
DOC = pathlib.Path(__file__).resolve().parents[2] / "docs" / "drizzle-differences.md"


def leaves(query):
    """Every filter that is no group."""
    waiting = list(query.get("filters", []))
    for step in query.get("funnel", {}).get("steps", []):
        waiting.append(step["filter"])
    while waiting:
        one = waiting.pop()
        inner = one.get("and", one.get("or"))
        if inner is None:
            yield one
        else:
            waiting.extend(inner)


def has(*operators, values=None):
    return lambda query: any(leaf["operator"] in operators and (values is None or values(leaf["values"])) for leaf in leaves(query))


def has_range(query):
    times = query.get("timeDimensions", [])
    return bool(times and "dateRange" in times[0]) or has("inDateRange")(query)


# The names are the headings of the page.
CLASSES = {
    "NULL and what is not equal": has("notEquals", "notIn", "notContains"),
    "Several texts to find": has("contains", "startsWith", "endsWith", "notContains", values=lambda values: len(values) > 1),
    "Letters of patterns": has("contains", "startsWith", "endsWith", "notContains", values=lambda values: any(c in text for text in values for c in "%_")),
    "Operators that are dropped": has("notStartsWith", "notEndsWith"),
    "Set, without values": has("set", "notSet", "isEmpty", "isNotEmpty"),
    "An empty text as a value": has("equals", "notEquals", "in", "notIn", "contains", "startsWith", "endsWith", "notContains", values=lambda values: "" in values),
    "The last millisecond": has_range,
    "After a day": has("afterDate"),
    "One day as a range": lambda query: any(leaf["operator"] == "inDateRange" and len(leaf["values"]) == 1 for leaf in leaves(query)),
    "A window over the whole funnel": lambda query: "globalTimeWindow" in query.get("funnel", {}),
    "Chains that begin again": lambda query: any("timeToConvert" in step for step in query.get("funnel", {}).get("steps", [])),
    "Steps at one time": lambda query: "funnel" in query,
    "Events of nobody": lambda query: "funnel" in query,
}


def comparable(rows):
    """Without order; numbers as far as sums of doubles agree."""
    return sorted(json.dumps({key: round(value, 6) if isinstance(value, float) else value for key, value in row.items()}, sort_keys=True)
                  for row in ({key: float(value) if isinstance(value, int) else value for key, value in row.items()} for row in rows))


class Reference:
    def __init__(self, rows):
        self.file = tempfile.NamedTemporaryFile("w", suffix=".json")
        json.dump(rows, self.file)
        self.file.flush()
        self.process = subprocess.Popen(["node", "reference_cube.mjs", self.file.name], cwd=node.SDK, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        assert line.startswith("ready "), line
        self.url = f"http://127.0.0.1:{line.split()[1]}/cubejs-api/v1/load"

    def load(self, query):
        """The rows; None when it fails."""
        request = urllib.request.Request(self.url, json.dumps({"query": query}).encode(), {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=30) as reply:
                return json.load(reply)["results"][0]["data"]
        except urllib.error.HTTPError:
            return None

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.file.close()


class TwoServers(unittest.TestCase):
    """Both with the events that `events()` of the class makes."""

    @classmethod
    def setUpClass(cls):
        node.install()
        events = cls.events()
        cls.server = Server("--target-lag", "1s").start()
        cls.addClassCleanup(cls.server.close)
        for at in range(0, len(events), 200):
            cls.server.send(events[at:at + 200])
        cls.reference = Reference([[event["messageId"], event["type"], event.get("userId"), event.get("event"), json.dumps(event["properties"]),
                                    event["timestamp"].replace("T", " ").rstrip("Z")] for event in events])
        cls.addClassCleanup(cls.reference.close)

    def ours(self, query):
        reply = self.server.request("POST", "/cubejs-api/v1/load", json.dumps({"query": query}))
        self.assertEqual(reply.status, 200, (query, reply))
        return reply.json()["results"][0]["data"]

    @staticmethod
    def shown(query, rows):
        return [{"count": row["count"]} for row in rows] if "funnel" in query else rows


class RandomQueryTest(TwoServers):
    @classmethod
    def events(cls):
        seed = random.randrange(1 << 32)
        print("seed", seed)
        cls.chance = random.Random(seed)
        cls.rows = oracle.random_rows(cls.chance, ROWS)
        return [oracle.as_event(row) for row in cls.rows]

    def right(self, query):
        if "funnel" in query:
            return [{"count": count} for count in oracle.funnel_counts(query, self.rows)]
        return oracle.answer(query, self.rows)

    def test_ours_is_what_the_rows_say_and_the_other_differs_for_known_reasons(self):
        seen = {}
        for _ in range(QUERIES):
            query = oracle.random_query(self.chance)
            right = self.right(query)
            self.assertEqual(comparable(self.shown(query, self.ours(query))), comparable(right), query)
            theirs = self.reference.load(query)
            if theirs is not None and comparable(self.shown(query, theirs)) == comparable(right):
                continue
            reasons = [name for name, applies in CLASSES.items() if applies(query)]
            self.assertTrue(reasons, (query, theirs, right))
            for name in reasons if len(reasons) == 1 else ():
                seen[name] = seen.get(name, 0) + 1
        print("the only reason:", seen)


class ReasonTest(TwoServers):
    """The page's examples, asked of both."""

    @classmethod
    def events(cls):
        return golden.events()

    def test_every_reason_has_an_example_that_shows_it(self):
        examples = {name: (json.loads(query), json.loads(ours), json.loads(theirs))
                    for name, query, ours, theirs in EXAMPLE.findall(DOC.read_text())}
        self.assertEqual(list(examples), list(CLASSES))
        self.assertLessEqual(len(examples), CLASSES_MAX)
        for name, (query, ours, theirs) in examples.items():
            with self.subTest(reason=name):
                self.assertTrue(CLASSES[name](query))
                self.assertEqual(self.shown(query, self.ours(query)), ours)
                self.assertEqual(self.shown(query, self.reference.load(query)), theirs)
                self.assertNotEqual(ours, theirs)
