"""The semantic layer over HTTP: the golden answers of a small data set in both dialects, and laws that need no
expected values. The set holds a NULL user, equal timestamps, a microsecond edge and midnight edges."""

import json
import urllib.parse

from harness import golden
from harness.case import ServerCase

COUNTRY = "Events.currency"  # the default cube has no country; any text property will do
COUNT = ["Events.count"]


class CubeCase(ServerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server.send(golden.events())

    def post(self, name, body, headers=None):
        return self.server.request("POST", "/cubejs-api/v1/" + name, json.dumps(body), headers)

    def load(self, query, dialect="drizzle"):
        body = {"query": query}
        if dialect == "cube":
            body["queryType"] = "multi"
        reply = self.post("load", body)
        self.assertEqual(reply.status, 200, (query, reply))
        return reply.json()["results"][0]

    def rows(self, query, dialect="drizzle"):
        return self.load(query, dialect)["data"]

    def count(self, *filters):
        return self.rows({"measures": COUNT, "filters": list(filters)})[0]["Events.count"]

    def by_time(self, granularity, **more):
        time = {"dimension": "Events.timestamp", "granularity": granularity, **more}
        return [row["Events.count"] for row in self.rows({"measures": COUNT, "timeDimensions": [time]})]


class GoldenTest(CubeCase):
    def test_aggregates_are_exact(self):
        measures = ["count", "uniqueUsers", "totalRevenue", "avgRevenue"]
        row = self.rows({"measures": ["Events." + name for name in measures]})[0]
        self.assertEqual([row["Events." + name] for name in measures], [16, 5, 65.5, 16.375])

    def test_buckets_hold_their_last_microsecond_and_gaps_are_filled(self):
        january = ["2024-01-01", "2024-01-31"]
        self.assertEqual(self.by_time("week"), [7, 3, 3, 3])
        self.assertEqual(self.by_time("week", dateRange=january), [7, 3, 3, 0, 1])
        self.assertEqual(self.by_time("month", dateRange=["2024-01-15", "2024-03-10"]), [4, 2, 0])

    def test_filters_answer_what_they_say(self):
        time, country = "Events.timestamp", COUNTRY
        table = [
            (time, "inDateRange", ["2024-01-01", "2024-01-31"], 14),
            (time, "inDateRange", ["2024-01-31"], 1),
            (time, "notInDateRange", ["2024-01-01", "2024-01-31"], 2),
            (time, "beforeDate", ["2024-01-03"], 4),
            (time, "afterDate", ["2024-01-31"], 2),
            (time, "onTheDate", ["2024-02-01"], 2),
            (country, "notEquals", ["US"], 10),
            (country, "notEquals", ["US", "DE"], 7),
            (country, "notContains", ["u"], 9),
            (country, "contains", ["u"], 7),
            (country, "contains", ["u", "d"], 10),
            (country, "startsWith", ["u"], 7),
            (country, "contains", ["%"], 0),
            (country, "notStartsWith", ["u"], 9),
            (country, "notEndsWith", ["s"], 9),
            (country, "set", [], 10),
            (country, "notSet", [], 6),
            (country, "equals", [None], 6),
            (country, "equals", ["US", None], 12),
            (country, "notEquals", ["US", None], 4),
            (country, "in", ["US", "us"], 7),
            (country, "notIn", ["US", "us"], 9),
            ("Events.revenue", "gt", ["10"], 3),
            ("Events.revenue", "between", [5, 20], 3),
            ("Events.revenue", "notBetween", [5, 20], 1),
        ]
        for member, operator, values, expected in table:
            with self.subTest(member=member, operator=operator, values=values):
                self.assertEqual(self.count({"member": member, "operator": operator, "values": values}), expected)
        self.assertEqual(self.count({"member": time, "operator": "inDateRange", "values": ["last 6 months"]}), 0)  # all are older
        day = {"measures": COUNT, "timeDimensions": [{"dimension": time, "granularity": "day", "dateRange": "2024-01-31"}]}
        self.assertEqual(self.rows(day), [{"Events.count": 1, "Events.timestamp": "2024-01-31T00:00:00.000Z"}])
        self.assertEqual(self.count({"dimension": country, "operator": "equals", "values": ["DE"]}), 3)

    def test_what_is_not_understood_is_400_in_both_dialects(self):
        bad = [
            {"filters": [{"member": COUNTRY, "operator": "foo", "values": ["a"]}]},
            {"filters": [{"or": [{"member": COUNTRY, "operator": "set"}, {"member": "Events.count", "operator": "gt", "values": [1]}]}]},
            {"timeDimensions": [{"dimension": "Events.timestamp", "dateRange": "whenever"}]},
        ]
        for query in bad:
            for more in ({}, {"queryType": "multi"}):
                reply = self.post("load", {"query": {"measures": COUNT, **query}, **more})
                self.assertEqual(reply.status, 400, query)
                self.assertTrue(reply.json()["position"])
        empty = {"measures": COUNT, "filters": [{"member": COUNTRY, "operator": "equals", "values": []}]}
        self.assertEqual(self.post("load", {"query": empty, "queryType": "multi"}).status, 400)
        self.assertEqual(self.load(empty)["warnings"][0]["code"], "INCOMPLETE_FILTER")


class LawTest(CubeCase):
    def test_groups_add_up_to_the_whole(self):
        for dimension in ("Events.event", "Events.type", COUNTRY, "Events.userId"):
            rows = self.rows({"measures": COUNT, "dimensions": [dimension]})
            self.assertEqual(sum(row["Events.count"] for row in rows), 16, dimension)
        self.assertEqual(sum(self.by_time("hour")), sum(self.by_time("day")))

    def test_a_filter_and_its_opposite_are_everything(self):
        pairs = [("equals", "notEquals", ["US"]), ("contains", "notContains", ["u"]), ("set", "notSet", []),
                 ("startsWith", "notStartsWith", ["u"]), ("endsWith", "notEndsWith", ["s"])]
        for yes, no, values in pairs:
            both = [self.count({"member": COUNTRY, "operator": name, "values": values}) for name in (yes, no)]
            self.assertEqual(sum(both), 16, (yes, both))

    def test_pages_are_the_whole_in_pieces(self):
        query = {"measures": COUNT, "dimensions": ["Events.messageId"], "order": {"Events.count": "desc"}}
        whole = self.rows(query)
        pages = [row for offset in range(0, 20, 5) for row in self.rows({**query, "limit": 5, "offset": offset})]
        self.assertEqual(pages, whole)
        total = self.load({**query, "limit": 5, "total": True}, "cube")
        self.assertEqual((total["total"], len(total["data"])), (16, 5))

    def test_both_dialects_have_the_same_numbers(self):
        time = {"dimension": "Events.timestamp", "granularity": "day", "dateRange": ["2024-01-01", "2024-01-31"]}
        query = {"measures": COUNT, "dimensions": ["Events.event"], "timeDimensions": [time], "fillMissingDates": False}
        drizzle, cube = self.rows(query), self.rows(query, "cube")
        self.assertEqual([(row["Events.event"], row["Events.timestamp"][:-1], row["Events.count"]) for row in drizzle],
                         [(row["Events.event"], row["Events.timestamp.day"], row["Events.count"]) for row in cube])
        self.assertTrue(all(row["Events.timestamp"].endswith("Z") for row in drizzle))

    def test_a_compared_period_is_that_range_alone(self):
        ranges = [["2024-01-01", "2024-01-14"], ["2024-01-15", "2024-01-28"]]
        time = {"dimension": "Events.timestamp", "granularity": "day", "compareDateRange": ranges}
        rows = self.rows({"measures": COUNT, "timeDimensions": [time]})
        for index, one in enumerate(ranges):
            alone = self.by_time("day", dateRange=one)
            self.assertEqual([row["Events.count"] for row in rows if row["__periodIndex"] == index], alone)
        reply = self.post("load", {"query": {"measures": COUNT, "timeDimensions": [time]}, "queryType": "multi"}).json()
        self.assertEqual((reply["queryType"], len(reply["results"])), ("compareDateRangeQuery", 2))

    def test_utc_is_what_no_zone_is(self):
        time = {"dimension": "Events.timestamp", "granularity": "hour", "dateRange": ["2024-01-01", "2024-01-31"]}
        for dialect in ("drizzle", "cube"):
            query = {"measures": COUNT, "timeDimensions": [time]}
            self.assertEqual(self.rows({**query, "timezone": "UTC"}, dialect), self.rows(query, dialect))

    def test_a_shorter_granularity_adds_up_to_a_longer_one(self):
        for short, longer in (("hour", "day"), ("day", "week"), ("day", "month"), ("month", "quarter"), ("quarter", "year")):
            for zone in ("UTC", "Europe/Berlin"):
                def sums(granularity, length=7 if longer == "month" else 4 if longer == "year" else 10):
                    time = {"dimension": "Events.timestamp", "granularity": granularity}
                    found = {}
                    for row in self.rows({"measures": ["Events.count", "Events.totalRevenue"], "timeDimensions": [time], "timezone": zone}):
                        key = row["Events.timestamp"][:length]
                        if longer in ("week", "quarter"):
                            key = ""
                        old = found.get(key, (0, 0))
                        found[key] = (old[0] + row["Events.count"], old[1] + (row["Events.totalRevenue"] or 0))
                    return found
                self.assertEqual(sums(short), sums(longer), (short, longer, zone))

    def test_a_zone_moves_the_days_and_keeps_the_sum(self):
        time = {"dimension": "Events.timestamp", "granularity": "day"}
        for zone in ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"):
            rows = self.rows({"measures": COUNT, "timeDimensions": [time], "timezone": zone})
            self.assertEqual(sum(row["Events.count"] for row in rows), 16, zone)
        berlin = {row["Events.timestamp"]: row["Events.count"]
                  for row in self.rows({"measures": COUNT, "timeDimensions": [time], "timezone": "Europe/Berlin"})}
        self.assertEqual(berlin["2024-02-01T00:00:00.000Z"], 3)  # 23:59:59.9995Z is the next day there

    def test_a_range_that_begins_within_an_hour_has_its_last_hour(self):
        for zone in ("UTC", "Europe/Berlin", "Asia/Kolkata"):
            time = {"dimension": "Events.timestamp", "granularity": "hour", "dateRange": ["2024-01-01T10:17:00", "2024-01-01T12:05:00"]}
            rows = self.rows({"measures": COUNT, "timeDimensions": [time], "timezone": zone})
            self.assertEqual([row["Events.timestamp"][11:16] for row in rows], ["10:00", "11:00", "12:00"], zone)

    def test_every_granularity_fills_its_gaps_and_keeps_the_sum(self):
        for granularity in ("minute", "hour", "day", "week", "month", "quarter", "year"):
            time = {"dimension": "Events.timestamp", "granularity": granularity, "dateRange": ["2024-01-01", "2024-01-05"]}
            for zone in ("UTC", "America/New_York"):
                rows = self.rows({"measures": COUNT, "timeDimensions": [time], "timezone": zone})
                self.assertEqual(sum(row["Events.count"] for row in rows), 7, (granularity, zone))
                times = [row["Events.timestamp"] for row in rows]
                self.assertEqual(times, sorted(set(times)))

    def test_an_hour_that_comes_twice_is_one_bucket(self):
        time = {"dimension": "Events.timestamp", "granularity": "hour", "dateRange": ["2024-10-27", "2024-10-27"]}
        rows = self.rows({"measures": COUNT, "timeDimensions": [time], "timezone": "Europe/Berlin"})
        self.assertEqual(len(rows), 24)

    def test_hours_that_the_clocks_skip_are_no_buckets(self):
        time = {"dimension": "Events.timestamp", "granularity": "hour", "dateRange": ["2024-03-31", "2024-03-31"]}
        rows = self.rows({"measures": COUNT, "timeDimensions": [time], "timezone": "Europe/Berlin"})
        self.assertEqual(len(rows), 23)


class PeopleTest(ServerCase):
    """Users, their anonymous ids, and their visits."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        rows = [  # type, userId, anonymousId, previousId, minute
            ("page", None, "a1", None, 0),
            ("identify", "u1", "a1", None, 1),
            ("track", "u1", None, None, 31),  # 30 minutes later: the same visit
            ("track", "u1", None, None, 62),  # 31 minutes later: the next
            ("identify", "u2", "a1", None, 100),  # a1 stays u1's
            ("page", None, "a1", None, 101),
            ("page", None, "a2", None, 0),
            ("alias", "u2", None, "a2", 5),
            ("page", None, "a3", None, 0),  # nobody's
        ]
        batch = []
        for index, (kind, user, anonymous, previous, minute) in enumerate(rows):
            event = {"type": kind, "messageId": f"p{index}", "timestamp": f"2024-01-01T{minute // 60:02}:{minute % 60:02}:00Z"}
            event.update({key: value for key, value in
                          (("userId", user), ("anonymousId", anonymous), ("previousId", previous)) if value})
            if kind == "track":
                event["event"] = "Thing"
            if kind == "identify":
                event["traits"] = {"plan": "free" if user == "u1" else "pro"}
            batch.append(event)
        cls.server.send(batch)

    def rows(self, query):
        reply = self.server.request("POST", "/cubejs-api/v1/load", json.dumps({"query": query}))
        self.assertEqual(reply.status, 200, (query, reply))
        return reply.json()["results"][0]["data"]

    def test_an_anonymous_id_belongs_to_the_first_user_it_was_tied_to(self):
        rows = self.rows({"measures": COUNT, "dimensions": ["Users.id"]})
        self.assertEqual({row["Users.id"]: row["Events.count"] for row in rows}, {"u1": 5, "u2": 3, "a3": 1})
        raw = self.rows({"measures": COUNT, "filters": [{"member": "Events.userId", "operator": "equals", "values": ["u1"]}]})
        self.assertEqual(raw[0]["Events.count"], 3)

    def test_people_are_counted_once_however_many_events_they_have(self):
        self.assertEqual(self.rows({"measures": ["Users.count"]}), [{"Users.count": 3}])
        rows = self.rows({"measures": ["Users.count"], "dimensions": ["Events.type"]})
        self.assertEqual({row["Events.type"]: row["Users.count"] for row in rows},
                         {"page": 3, "identify": 2, "track": 1, "alias": 1})
        both = self.rows({"measures": ["Users.count", "Events.count"], "dimensions": ["Users.plan"]})
        self.assertEqual({row["Users.plan"]: (row["Users.count"], row["Events.count"]) for row in both},
                         {"free": (1, 5), "pro": (1, 3), None: (1, 1)})

    def test_a_visit_ends_when_more_than_thirty_minutes_pass(self):
        rows = self.rows({"measures": ["Sessions.count"], "dimensions": ["Sessions.userId"]})
        self.assertEqual({row["Sessions.userId"]: row["Sessions.count"] for row in rows}, {"u1": 3, "u2": 2, "a3": 1})
        longest = self.rows({"dimensions": ["Sessions.id", "Sessions.durationSeconds"], "order": {"Sessions.durationSeconds": "desc"}, "limit": 1})
        self.assertEqual(longest, [{"Sessions.id": "u1-1", "Sessions.durationSeconds": 1860}])


    def test_a_funnel_of_people_follows_them_over_their_ids(self):
        steps = [{"name": "page", "filter": {"member": "Events.type", "operator": "equals", "values": ["page"]}},
                 {"name": "known", "filter": {"member": "Events.userId", "operator": "set"}}]
        def funnel(**more):
            return [row["count"] for row in self.rows({"funnel": {"steps": steps, **more}})]
        self.assertEqual(funnel(), [0, 0])  # no page has a user id
        self.assertEqual(funnel(bindingKey="Users.id"), [3, 2])
        self.assertEqual(funnel(bindingKey="Events.anonymousId"), [3, 1])
        rows = self.rows({"funnel": {"bindingKey": "Users.id", "steps": steps, "breakdownDimensions": ["Users.plan"]}})
        self.assertEqual({(row["breakdownValues"]["Users.plan"], row["stepIndex"]): row["count"] for row in rows},
                         {("free", 0): 1, ("free", 1): 1, ("pro", 0): 1, ("pro", 1): 1, (None, 0): 1, (None, 1): 0})
        (flow,) = self.rows({"flow": {"bindingKey": "Users.id", "eventDimension": "Events.type", "stepsAfter": 1,
                                      "startingStep": {"filter": {"member": "Events.type", "operator": "equals", "values": ["page"]}}}})
        self.assertEqual({node["id"]: node["value"] for node in flow["nodes"]},
                         {"start_page": 3, "after_1_identify": 1, "after_1_alias": 1, "after_1_(exit)": 1})
        kept = self.rows({"retention": {"bindingKey": "Users.id", "dateRange": "2024-01-01", "granularity": "day", "periods": 1,
                                        "cohortFilters": {"member": "Users.identified", "operator": "equals", "values": ["true"]}}})
        self.assertEqual([row["cohortSize"] for row in kept], [2, 2])


class HostileTest(CubeCase):
    """What nobody should send: refused with its place, never a failure of ours."""

    NAMES = ['Events.count" FROM events; --', "Events.count'", "count(*)", "Events.count)", '"Events"."user_id"', "../../etc/passwd",
             "Events.timestamp.day'); DROP TABLE events; --", "${7*7}", "\u0000", "Events", "Events.", ".", "x" * 5000, "Events.count\n", "é"]
    SHAPES = ['{"measures":[%]}', '{"dimensions":[%]}', '{"timeDimensions":[{"dimension":%}]}', '{"measures":["Events.count"],"timezone":%}',
              '{"measures":["Events.count"],"segments":[%]}', '{"measures":["Events.count"],"order":[[%,"asc"]]}',
              '{"measures":["Events.count"],"order":[["Events.count",%]]}', '{"timeDimensions":[{"dimension":"Events.timestamp","granularity":%}]}',
              '{"measures":["Events.count"],"timeDimensions":[{"dimension":"Events.timestamp","dateRange":%}]}',
              '{"measures":["Events.count"],"filters":[{"member":%,"operator":"set"}]}',
              '{"measures":["Events.count"],"filters":[{"member":"Events.event","operator":%}]}',
              '{"measures":["Events.count"],"filters":[{"member":"Events.timestamp","operator":"inDateRange","values":[%]}]}',
              '{"measures":["Events.count"],"responseFormat":%}', '{"funnel":{"bindingKey":%,"steps":[{},{}]}}',
              '{"funnel":{"timeDimension":%,"steps":[{},{}]}}', '{"funnel":{"steps":[{},{"timeToConvert":%}]}}',
              '{"funnel":{"steps":[{},{}],"globalTimeWindow":%}}', '{"funnel":{"steps":[{},{}],"breakdownDimensions":[%]}}',
              '{"funnel":{"steps":[{},{}],"users":{"step":0,"state":%}}}', '{"flow":{"startingStep":{},"eventDimension":%}}',
              '{"flow":{"startingStep":{},"outputMode":%}}', '{"retention":{"dateRange":%,"periods":2}}',
              '{"retention":{"dateRange":"today","periods":2,"granularity":%}}', '{"retention":{"dateRange":"today","periods":2,"cohortBy":%}}']

    def test_names_zones_orders_and_durations_of_strangers_are_400(self):
        for shape in self.SHAPES:
            for name in self.NAMES:
                query = json.loads(shape.replace("%", json.dumps(name)))
                reply = self.post("load", {"query": query})
                self.assertEqual(reply.status, 400, (query, reply))
                body = reply.json()
                self.assertTrue(body["position"].startswith("/") and body["error"] and body["type"] == "UserError", (query, body))

    def test_a_pattern_that_is_none_is_400(self):
        for operator in ("regex", "notRegex"):
            query = {"measures": COUNT, "filters": [{"member": "Events.event", "operator": operator, "values": ["("]}]}
            reply = self.post("load", {"query": query})
            self.assertEqual((reply.status, reply.json()["position"]), (400, "/filters/0/values/0"), reply)

    def test_values_of_strangers_are_only_values(self):
        for value in ("' OR 1=1 --", '"; DROP TABLE events', "%", "_", "\\", "$1", "{}", "\u0001", "🙂"):
            for operator in ("equals", "contains", "startsWith", "like"):
                expected = 10 if (operator, value) == ("like", "%") else 0
                self.assertEqual(self.count({"member": COUNTRY, "operator": operator, "values": [value]}), expected, (operator, value))


class EndpointTest(CubeCase):
    def test_a_long_get_is_answered_and_then_known_by_its_tag(self):
        query = {"measures": COUNT, "filters": [{"member": "Events.event", "operator": "notEquals", "values": ["x" * 100_000]}]}
        path = "/cubejs-api/v1/load?query=" + urllib.parse.quote(json.dumps(query))
        first = self.server.request("GET", path)
        self.assertEqual((first.status, first.json()["results"][0]["data"]), (200, [{"Events.count": 16}]))
        again = self.server.request("GET", path, headers={"If-None-Match": first.headers["etag"]})
        self.assertEqual((again.status, again.body), (304, b""))

    def test_a_batch_answers_each_by_itself(self):
        reply = self.post("batch", {"queries": [{"measures": COUNT}, {"measures": ["Events.nope"]}]})
        good, bad = reply.json()["results"]
        self.assertEqual((good["success"], good["results"][0]["data"]), (True, [{"Events.count": 16}]))
        self.assertEqual((bad["success"], "Events.nope" in bad["error"]), (False, True))

    def test_a_batch_of_many_keeps_their_order_and_asks_equal_ones_once(self):
        queries = [{"measures": COUNT, "filters": [{"member": "Events.userId", "operator": "equals", "values": [f"u{index % 7}"]}]} for index in range(60)]
        results = self.post("batch", {"queries": queries}).json()["results"]
        self.assertEqual([result["results"][0]["data"][0]["Events.count"] for result in results], [[0, 3, 3, 3, 4, 2, 0][index % 7] for index in range(60)])

    def test_an_answer_may_be_as_old_as_the_client_says(self):
        query = {"measures": COUNT, "filters": [{"member": "Events.event", "operator": "notEquals", "values": ["not asked before"]}]}
        asked = {"query": query, "maxStalenessMs": 60_000}
        first = self.post("load", asked).json()["results"][0]
        self.assertNotIn("cache", first)
        cube = {**asked, "queryType": "multi"}  # has a limit, so it is another question
        self.assertNotIn("cache", self.post("load", cube).json()["results"][0])
        for body, headers in ((asked, None), ({"query": query}, {"Cache-Control": "max-age=60"}), (cube, None)):
            kept = self.post("load", body, headers).json()["results"][0]
            self.assertEqual((kept["data"], kept["cache"]["hit"], kept["cache"]["ttlMs"]), (first["data"], True, 60_000))
            self.assertLessEqual(0, kept["cache"]["ageMs"])
        for body, headers in (({"query": query}, None), (asked, {"X-Cache-Control": "no-cache"}), ({**asked, "cache": "no-cache"}, None),
                              ({"query": {**query, "renewQuery": True}, "maxStalenessMs": 60_000}, None)):
            self.assertNotIn("cache", self.post("load", body, headers).json()["results"][0])

    def test_what_stands_beside_a_query_is_read_or_named(self):
        result = self.post("load", {"query": {"measures": COUNT}, "limit": 5}).json()["results"][0]
        self.assertEqual(result["warnings"][0]["code"], "UNKNOWN_KEY")
        for more in ({"queryType": "mutli"}, {"cache": "sometimes"}, {"maxStalenessMs": "5s"}, {"maxStalenessMs": -1}):
            self.assertEqual(self.post("load", {"query": {"measures": COUNT}, **more}).status, 400, more)
        self.assertEqual(self.post("explain", {"query": {"measures": COUNT}, "options": {"analyze": "yes"}}).status, 400)

    def test_a_key_that_comes_twice_is_refused_with_its_place(self):
        twice = '{"query":{"measures":["Events.count"],"filters":[{"and":[]}],"limit":1,"limit":2}}'
        reply = self.server.request("POST", "/cubejs-api/v1/load", twice)
        self.assertEqual((reply.status, reply.json()["position"]), (400, "/query/limit"))
        asked = urllib.parse.quote('{"measures":["Events.count"],"measures":[]}')
        self.assertEqual(self.server.request("GET", f"/cubejs-api/v1/load?query={asked}").status, 400)

    def test_explain_shows_the_engines_plan(self):
        for analyze in (False, True):
            reply = self.post("explain", {"query": {"measures": COUNT}, "options": {"analyze": analyze}})
            self.assertEqual(reply.status, 200, reply)
            body = reply.json()
            self.assertTrue(body["operations"] and body["operations"][0]["type"], body)
            self.assertIn("count(*)", body["sql"]["sql"])

    def test_subscribe_is_load_and_a_flat_answer_needs_the_dialect_alone(self):
        self.assertEqual(self.post("subscribe", {"query": {"measures": COUNT}}).json()["results"][0]["data"], [{"Events.count": 16}])
        flat = self.post("load?dialect=cube", {"query": {"measures": COUNT}}).json()
        self.assertEqual(flat["data"], [{"Events.count": 16}])

    def test_raw_events_are_listed_ungrouped(self):
        rows = self.rows({"dimensions": ["Events.messageId", "Events.event"], "ungrouped": True, "limit": 50})
        self.assertEqual(len(rows), 16)

    def test_a_blending_query_has_one_time_for_all(self):
        time = {"dimension": "Events.timestamp", "granularity": "month"}
        query = [{"measures": ["Events.count"], "timeDimensions": [time]}, {"measures": ["Events.uniqueUsers"], "timeDimensions": [time]}]
        body = self.post("load", {"query": query, "queryType": "multi"}).json()
        self.assertEqual((body["queryType"], len(body["results"])), ("blendingQuery", 2))
        self.assertEqual(body["results"][0]["data"][0]["time.month"], "2024-01-01T00:00:00.000")


class FilesTest(ServerCase):
    """Four days, each in a file of its own."""

    DAYS = 4

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for day in range(1, cls.DAYS + 1):
            cls.server.send([{"type": "track", "event": "View", "userId": f"u{at}", "messageId": f"f{day}-{at}", "timestamp": f"2024-01-{day:02}T{at:02}:00:00Z"}
                             for at in range(24)])
            cls.server.wait_committed(24 * day)

    def files(self, query):
        """(those of the table, those that were read) of what the query compiles to."""
        reply = self.server.request("POST", "/cubejs-api/v1/sql", json.dumps({"query": query}))
        self.assertEqual(reply.status, 200, reply)
        text, params = reply.json()["sql"]["sql"]
        answer = self.server.request("POST", "/query", json.dumps({"sql": text, "params": params, "freshness": "committed"}))
        self.assertEqual(answer.status, 200, (text, answer))
        meta = answer.json()["meta"]
        return meta["files"], meta["files"] - meta["filesSkipped"]

    def test_a_range_of_one_day_reads_that_days_file(self):
        day = {"dimension": "Events.timestamp", "dateRange": ["2024-01-03", "2024-01-03"]}
        view = {"name": "View", "filter": {"member": "Events.event", "operator": "equals", "values": ["View"]}}
        in_berlin = {"measures": COUNT, "timeDimensions": [{**day, "granularity": "hour"}], "timezone": "Europe/Berlin"}
        paths = [{"funnel": {"steps": [view, view]}, "timeDimensions": [day]},
                 {"flow": {"startingStep": view, "stepsAfter": 1}, "timeDimensions": [day]},
                 {"retention": {"dateRange": ["2024-01-03", "2024-01-03"], "granularity": "day", "periods": 1}, "timeDimensions": [day]}]
        one_file = [{"measures": COUNT, "timeDimensions": [day]}, {"measures": COUNT, "timeDimensions": [{**day, "granularity": "hour"}]},
                    {"measures": COUNT, "filters": [{"member": "Events.timestamp", "operator": "onTheDate", "values": ["2024-01-03"]}]}, *paths]
        for query in one_file:
            self.assertEqual(self.files(query), (self.DAYS, 1), query)
        self.assertEqual(self.files(in_berlin), (self.DAYS, 2))  # that day begins at 23:00 of the one before
        self.assertEqual(self.files({"measures": COUNT}), (self.DAYS, self.DAYS))
        self.assertEqual(self.files({"measures": COUNT, "timeDimensions": [{**day, "dateRange": ["2023-01-01", "2023-01-01"]}]}), (self.DAYS, 0))
