"""Cubes of the operator's: asked like ours, and held against the tables at start."""

import json
import unittest

from harness import golden
from harness.case import ServerCase
from harness.server import Server, StartFailed, scratch_directory

CUBES = """
events:
  properties: [{name: country, path: $.currency, title: Country}]
cubes:
  - name: Events
    dimensions:
      - name: timestamp
        type: time
        granularities: [{name: six_hours, interval: 6 hours}, {name: fiscal_year, interval: 1 year, offset: 3 months}]
    measures:
      - {name: minRevenue, type: min, sql: "{revenue}"}
      - {name: medianRevenue, type: median, sql: "{revenue}"}
      - {name: approxUsers, type: countDistinctApprox, sql: "{CUBE}.user_id"}
      - {name: buys, type: count, filters: [{sql: "{CUBE}.event = 'Buy'"}]}
      - {name: revenuePerUser, type: calculated, sql: "{totalRevenue} / {uniqueUsers}"}
      - {name: p90, type: percentile, percentile: 0.9, sql: "{revenue}"}
      - {name: running, type: runningTotal, window: {measure: count}}
      - {name: moving, type: movingSum, window: {measure: count, preceding: 1}}
      - {name: change, type: lag, window: {measure: count}}
      - {name: place, type: rank, window: {measure: count}}
    joins: [{name: Days, relationship: many_to_one, sql: "date_trunc('day', {CUBE.timestamp}) = {Days.day}"}]
  - name: Days
    sql: SELECT date_trunc('day', timestamp) AS day, count(*) AS events FROM analytics.events GROUP BY 1
    dimensions: [{name: day, type: time, primary_key: true}, {name: size, type: number, sql: "{CUBE}.events"}]
    measures: [{name: count, type: count}, {name: largest, type: max, sql: "{size}"}]
    segments: [{name: busy, sql: "{size} > 2"}]
"""


def write(text):
    directory = scratch_directory()
    (directory / "cubes.yaml").write_text(text)
    return directory


class OwnCubeTest(ServerCase):
    @classmethod
    def setUpClass(cls):
        cls.arguments = (*ServerCase.arguments, "--cubes-path", write(CUBES) / "cubes.yaml")
        super().setUpClass()
        cls.server.send(golden.events())

    def rows(self, query):
        reply = self.server.request("POST", "/cubejs-api/v1/load", json.dumps({"query": query}))
        self.assertEqual(reply.status, 200, (query, reply))
        return reply.json()["results"][0]["data"]

    def test_measures_of_every_kind_are_exact(self):
        names = ["minRevenue", "medianRevenue", "revenuePerUser", "buys", "approxUsers", "p90"]
        row = self.rows({"measures": ["Events." + name for name in names]})[0]
        self.assertEqual([round(row["Events." + name], 9) for name in names], [5, 15.25, 13.1, 4, 5, 27])

    def test_windows_go_along_the_time(self):
        names = ["count", "running", "moving", "change", "place"]
        time = {"dimension": "Events.timestamp", "granularity": "week", "dateRange": ["2024-01-01", "2024-01-31"]}
        rows = self.rows({"measures": ["Events." + name for name in names], "timeDimensions": [time]})
        self.assertEqual([[row["Events." + name] for name in names] for row in rows],
                         [[7, 7, 7, None, 1], [3, 10, 10, -4, 1], [3, 13, 6, 0, 1], [0, 13, 3, -3, 1], [1, 14, 1, 1, 1]])
        rows = self.rows({"measures": ["Events.count", "Events.place"], "dimensions": ["Events.event"]})
        self.assertEqual({row["Events.event"]: row["Events.place"] for row in rows}, {"View": 1, "Cart": 2, "Buy": 2, None: 4})
        kept = self.rows({"measures": ["Events.running"], "timeDimensions": [time], "filters": [{"member": "Events.running", "operator": "gt", "values": [10]}]})
        self.assertEqual([row["Events.running"] for row in kept], [13, 13, 14])

    def test_granularities_of_ones_own_are_buckets(self):
        time = {"dimension": "Events.timestamp", "granularity": "six_hours", "dateRange": ["2024-01-01", "2024-01-02"]}
        rows = self.rows({"measures": ["Events.count"], "timeDimensions": [time]})
        self.assertEqual([row["Events.count"] for row in rows], [0, 3, 0, 0, 0, 1, 0, 0])
        for zone in ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe"):
            time["dateRange"] = ["2024-03-01", "2024-04-30"]
            rows = self.rows({"measures": ["Events.count"], "timeDimensions": [time], "timezone": zone})
            self.assertEqual(len(rows), 61 * 4, zone)
        rows = self.rows({"measures": ["Events.count"], "dimensions": ["Events.timestamp.fiscal_year"]})
        self.assertEqual(rows, [{"Events.count": 16, "Events.timestamp": "2023-04-01T00:00:00.000Z"}])

    def test_joins_count_every_row_once(self):
        self.assertEqual(self.rows({"measures": ["Days.count"]}), [{"Days.count": 10}])
        rows = self.rows({"measures": ["Days.count", "Events.count"], "dimensions": ["Days.size"]})
        self.assertEqual({row["Days.size"]: (row["Days.count"], row["Events.count"]) for row in rows}, {1: (6, 6), 2: (2, 4), 3: (2, 6)})
        rows = self.rows({"measures": ["Days.count", "Days.largest"], "dimensions": ["Events.event"]})
        self.assertEqual({row["Events.event"]: row["Days.count"] for row in rows}, {"View": 5, "Cart": 4, "Buy": 4, None: 2})
        self.assertEqual(self.rows({"measures": ["Events.count"], "segments": ["Days.busy"]}), [{"Events.count": 6}])

    def test_fields_are_dimensions(self):
        rows = self.rows({"measures": ["Events.count"], "dimensions": ["Events.country"], "filters": [{"member": "Events.country", "operator": "set"}]})
        self.assertEqual({row["Events.country"]: row["Events.count"] for row in rows}, {"US": 6, "DE": 3, "us": 1})


class CheckedAtStartTest(unittest.TestCase):
    def refusal(self, text):
        with self.assertRaises(StartFailed) as failed:
            Server("--cubes-path", write(text)).start().close()
        return str(failed.exception)

    def test_what_does_not_fit_the_tables_stops_the_start_with_its_line(self):
        cube = "cubes:\n  - name: A\n    sql_table: analytics.events\n    "
        for text, place, why in [
            ("cubes:\n  - {name: A, sql_table: analytics.nothing}", "cubes.yaml:2: the rows of A", "there is no table analytics.nothing"),
            ("cubes:\n  - {name: A, sql_table: analytics.evnts}", "cubes.yaml:2: the rows of A", "did you mean `analytics.events`"),
            ("cubes:\n  - {name: A, sql: SELECT evnt FROM analytics.events}", "cubes.yaml:2: the rows of A", "did you mean `event`"),
            (cube + "dimensions:\n      - {name: mesage_id}", "cubes.yaml:5: the dimension A.mesage_id", "does not have a column named \"mesage_id\"; did you mean `message_id`?"),
            (cube + "dimensions:\n      - {name: timestamp}", "cubes.yaml:5: the dimension A.timestamp is of type string", "TIMESTAMP WITH TIME ZONE"),
            (cube + "measures:\n      - {name: m, type: sum, sql: '{CUBE}.user_id'}", "cubes.yaml:5: the measure A.m", "sum"),
            (cube + "segments:\n      - {name: s, sql: '{CUBE}.user_id = '}", "cubes.yaml:5: the segment A.s", "syntax"),
            (cube + "segments:\n      - {name: s, sql: '{CUBE}.usr_id = 1'}", "cubes.yaml:5: the segment A.s", "did you mean `user_id`"),
            (cube + "dimensions: [{name: message_id, primary_key: true}]\n    joins:\n      - {name: Events, relationship: many_to_one, sql: '{CUBE}.user_id = {Events}.anonymus_id'}", "cubes.yaml:6: the join of A", "did you mean `anonymous_id`"),
            ("cubes:\n  - {name: A, sql: 'SELECT * FROM read_csv(1)'}", "cubes.yaml:2: the rows of A", "read_csv"),
            ("cubes:\n  - {name: Events, dimensions: [{name: a, sql: '{b}'}]}", "cubes.yaml:2: there is no `b`", ""),
        ]:
            said = self.refusal(text)
            self.assertIn(place, said)
            self.assertIn(why, said)
