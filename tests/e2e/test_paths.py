"""Funnels, flows and retention over HTTP: the golden answers of a small data set, laws that need no expected values,
and random logs heavy on equal timestamps against brute force."""

import itertools
import json
import os
import random

from harness import golden
from harness.case import ServerCase

USERS = 2_000 if os.environ.get("TEST_ALL") else 300
TIME = "2024-03-{:02}T00:00:{:02}Z"


def event_is(*names):
    return {"member": "Events.event", "operator": "equals", "values": list(names)}


def step(name, within=None, filters=None):
    out = {"name": name, "filter": event_is(name) if filters is None else filters}
    if within:
        out["timeToConvert"] = within
    return out


class PathCase(ServerCase):
    def post(self, name, body):
        return self.server.request("POST", "/cubejs-api/v1/" + name, json.dumps(body))

    def result(self, query, dialect="drizzle"):
        body = {"query": query, **({"queryType": "multi"} if dialect == "cube" else {})}
        reply = self.post("load", body)
        self.assertEqual(reply.status, 200, (query, reply))
        return reply.json()["results"][0]

    def funnel(self, *steps, **more):
        query = {"bindingKey": "Events.userId", "timeDimension": "Events.timestamp", "steps": list(steps), **more}
        return self.result({"funnel": query})["data"]

    def counts(self, *steps, **more):
        return [row["count"] for row in self.funnel(*steps, **more)]

    def flow(self, start, before, after, **more):
        query = {"startingStep": {"name": start, "filter": event_is(start)}, "stepsBefore": before, "stepsAfter": after}
        (row,) = self.result({"flow": {**query, **more}})["data"]
        return {node["id"]: node["value"] for node in row["nodes"]}, row["links"]

    def retention(self, **more):
        query = {"dateRange": {"start": "2024-01-01", "end": "2024-01-31"}, "granularity": "week", "periods": 4}
        return self.result({"retention": {**query, **more}})["data"]

    def check_conserving(self, nodes, links, before, after):
        flows_in, flows_out = {}, {}
        for link in links:
            flows_in[link["target"]] = flows_in.get(link["target"], 0) + link["value"]
            flows_out[link["source"]] = flows_out.get(link["source"], 0) + link["value"]
        for name, value in nodes.items():
            if not name.startswith(f"before_{before}_") and "(entry)" not in name and (before or not name.startswith("start_")):
                self.assertEqual(flows_in.get(name), value, name)
            if not name.startswith(f"after_{after}_") and "(exit)" not in name and (after or not name.startswith("start_")):
                self.assertEqual(flows_out.get(name), value, name)


class GoldenPathTest(PathCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server.send(golden.events())

    def test_funnels_are_exact(self):
        view, cart, buy = step("View"), step("Cart"), step("Buy")
        self.assertEqual(self.counts(view, cart, buy), [5, 3, 3])
        self.assertEqual(self.counts(view, step("Cart", "P7D"), buy), [5, 2, 2])
        self.assertEqual(self.counts(view, step("Cart", "P1W"), buy), [5, 2, 2])
        self.assertEqual(self.counts(view, cart, buy, globalTimeWindow="PT1H"), [5, 2, 0])
        self.assertEqual(self.counts(view, cart, buy, globalTimeWindow="PT2H"), [5, 2, 1])
        self.assertEqual(self.counts(view, cart, buy, globalTimeWindow="P7D"), [5, 2, 2])
        self.assertEqual(self.counts(view, step("Buy", "P1D")), [5, 2])
        self.assertEqual(self.counts({"name": "any"}, buy), [5, 4])
        self.assertEqual(self.counts(view, view), [5, 1])
        self.assertEqual(self.counts(cart, view), [4, 1])
        self.assertEqual(self.counts(step("Nope"), buy), [0, 0])
        nobody = self.funnel(step("Nope"), buy, includeTimeMetrics=True)[1]
        self.assertEqual([nobody[name] for name in ("conversionRate", "cumulativeConversionRate", "avgSecondsToConvert")], [0, 0, None])
        self.assertEqual(self.counts(view, step("Cart", "P7D"), buy, mode="first"), [5, 1, 1])
        week = {"member": "Events.timestamp", "operator": "inDateRange", "values": ["2024-01-01", "2024-01-07"]}
        early = step("View", filters={"type": "and", "filters": [event_is("View"), week]})
        self.assertEqual(self.counts(early, buy), [3, 3])
        self.assertEqual(self.counts(step("View", filters=[event_is("View")]), buy), self.counts(view, buy))
        self.assertEqual(self.counts(view, buy, exclusions=[{"filter": event_is("Cart")}]), [5, 1])

    def test_a_funnels_rates_and_times_are_of_its_shortest_chains(self):
        rows = self.funnel(step("View"), step("Cart"), step("Buy"), includeTimeMetrics=True)
        self.assertEqual([row["conversionRate"] for row in rows], [None, 0.6, 1])
        self.assertEqual([row["cumulativeConversionRate"] for row in rows], [1, 0.6, 0.6])
        times = [[row[name + "SecondsToConvert"] for name in ("avg", "min", "max")] for row in rows]
        self.assertEqual(times, [[None] * 3, [261_600, 3_600, 777_600], [30_000, 0, 86_400]])

    def test_a_breakdown_is_by_the_first_event_and_adds_up(self):
        steps = step("View"), step("Buy")
        rows = self.funnel(*steps, breakdownDimensions=["Events.currency"])
        found = {row["breakdownValues"]["Events.currency"]: [] for row in rows}
        for row in rows:
            found[row["breakdownValues"]["Events.currency"]].append(row["count"])
        self.assertEqual(found, {"US": [2, 2], "DE": [1, 1], "us": [1, 0], None: [1, 1]})
        rows = self.funnel(*steps, breakdownDimensions=["Events.currency"], breakdownLimit=1)
        self.assertEqual([(row["breakdownValues"]["Events.currency"], row["count"]) for row in rows],
                         [("US", 2), ("US", 2), ("(other)", 3), ("(other)", 2)])

    def test_the_users_of_a_step_are_listed(self):
        steps = step("View"), step("Cart"), step("Buy")
        rows = self.funnel(*steps, users={"step": 2})
        self.assertEqual([(row["Events.userId"], row["stepsReached"]) for row in rows], [("u1", 3), ("u2", 3), ("u4", 3)])
        self.assertEqual(rows[0]["firstStepAt"], "2024-01-01T09:00:00.000Z")
        dropped = self.funnel(*steps, users={"step": 0, "state": "dropped"})
        self.assertEqual([row["Events.userId"] for row in dropped], ["u3", "u5"])
        page = self.funnel(*steps, users={"step": 0, "limit": 2, "offset": 1})
        self.assertEqual([row["Events.userId"] for row in page], ["u2", "u3"])

    def test_flows_are_conserving(self):
        nodes, links = self.flow("Cart", 1, 1)
        self.assertEqual(nodes, {"before_1_View": 3, "before_1_(entry)": 1, "start_Cart": 4, "after_1_Buy": 3, "after_1_View": 1})
        self.assertEqual([link["value"] for link in links], [3, 1, 3, 1])
        nodes, links = self.flow("Cart", 2, 2)
        self.assertEqual((nodes["before_2_View"], nodes["after_2_Buy"], nodes["after_2_(exit)"]), (1, 1, 3))
        self.check_conserving(nodes, links, 2, 2)
        nodes, _ = self.flow("Cart", 0, 2, outputMode="sunburst")
        self.assertEqual(nodes, {"start_Cart": 4, "after_1_Cart→Buy": 3, "after_1_Cart→View": 1, "after_2_Cart→View→Buy": 1})
        nodes, _ = self.flow("Cart", 1, 1, includeExits=False)
        self.assertEqual(nodes, {"before_1_View": 3, "start_Cart": 4, "after_1_Buy": 3, "after_1_View": 1})

    def test_retention_has_every_period(self):
        def kept(**more):
            rows = self.retention(**more)
            return [row["retainedUsers"] for row in rows], {row["cohortSize"] for row in rows}
        self.assertEqual(kept(), ([4, 2, 0, 0, 0], {4}))
        self.assertEqual(kept(retentionType="rolling"), ([4, 2, 0, 0, 0], {4}))
        self.assertEqual(kept(granularity="day", periods=3), ([4, 2, 1, 0], {4}))
        self.assertEqual(kept(granularity="month", periods=1), ([4, 0], {4}))
        late = {"dateRange": {"start": "2024-01-03", "end": "2024-01-31"}}
        self.assertEqual(kept(**late)[1], {3})
        self.assertEqual(kept(cohortBy="firstEver", **late)[1], {2})
        self.assertEqual(kept(cohortFilters=event_is("View"), activityFilters=[event_is("Buy")], periods=1), ([2, 2], {4}))
        rows = self.retention(breakdownDimensions=["Events.currency"], periods=1)
        self.assertEqual([(row["breakdownValues"]["Events.currency"], row["period"], row["cohortSize"], row["retainedUsers"]) for row in rows],
                         [("US", 0, 2, 2), ("US", 1, 2, 0), ("DE", 0, 1, 1), ("DE", 1, 1, 1), (None, 0, 1, 1), (None, 1, 1, 1)])

    def test_a_triangle_adds_up_and_what_has_not_ended_is_marked(self):
        cells = self.retention(byCohort=True)
        self.assertEqual(len(cells), 5 * 5)
        for row in self.retention():
            column = [cell for cell in cells if cell["period"] == row["period"]]
            self.assertEqual(sum(cell["retainedUsers"] for cell in column), row["retainedUsers"])
        year = self.retention(dateRange="this year", granularity="month", byCohort=True, periods=2)
        now = max(cell["cohort"] for cell in year)
        states = [(cell["incomplete"], cell["retainedUsers"]) for cell in year if cell["cohort"] == now]
        self.assertEqual(states, [(True, 0), (True, None), (True, None)])

    def test_both_dialects_have_the_same_rows(self):
        queries = [{"funnel": {"steps": [step("View"), step("Buy")], "includeTimeMetrics": True}},
                   {"flow": {"startingStep": {"filter": event_is("Cart")}, "stepsAfter": 2}},
                   {"retention": {"dateRange": ["2024-01-01", "2024-01-31"], "granularity": "week", "periods": 2}}]
        for query in queries:
            drizzle, cube = self.result(query), self.result(query, "cube")
            self.assertEqual(drizzle["data"], cube["data"])
            (mode,) = query
            self.assertEqual(drizzle["annotation"][mode]["config"], query[mode])
            self.assertEqual(drizzle["cache"], {"hit": False})

    def test_plans_are_shown(self):
        query = {"funnel": {"steps": [step("View"), step("Buy")]}}
        plan = self.post("dry-run", {"query": query}).json()
        self.assertEqual((plan["mode"], plan["queryType"], plan["joinType"], plan["valid"]), ("funnel", "funnelQuery", "funnel_cte", True))
        self.assertEqual(plan["modeMetadata"]["stepCount"], 2)
        self.assertIn("sequence_counts", plan["sql"]["sql"][0])
        self.assertIn("sequence_counts", self.post("sql", query).json()["sql"]["sql"][0])
        for analyze in (False, True):
            reply = self.post("explain", {"query": query, "options": {"analyze": analyze}})
            self.assertEqual(reply.status, 200, reply)
            self.assertTrue(reply.json()["operations"])

    def test_what_is_wrong_is_refused_with_its_place(self):
        for query, place in [({"funnel": {"steps": [step("View")]}}, "/funnel/steps"),
                             ({"funnel": {"bindingKey": "Events.userid", "steps": [{}, {}]}}, "/funnel/bindingKey"),
                             ({"flow": {}, "retention": {}}, "/retention"),
                             ({"retention": {"periods": 53, "dateRange": "today"}}, "/retention/periods")]:
            for name in ("load", "dry-run", "sql", "explain"):
                reply = self.post(name, {"query": query})
                self.assertEqual((reply.status, reply.json()["position"]), (400, place), (name, query))


class RandomPathTest(PathCase):
    """Three event names, ten seconds, twelve events a user: most share their time with others."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        seed = random.randrange(1 << 32)
        print("seed", seed)
        chance = random.Random(seed)
        rows = [(f"u{chance.randrange(USERS)}", chance.choice("ABCD"), chance.randrange(10)) for _ in range(USERS * 8)]
        cls.logs = {}
        for at in range(0, len(rows), 500):
            batch = []
            for offset, (user, name, second) in enumerate(rows[at:at + 500]):
                batch.append({"type": "track", "event": name, "userId": user, "messageId": f"r{at + offset}", "timestamp": TIME.format(1, second)})
                cls.logs.setdefault(user, []).append((second, at + offset, name))
            cls.server.send(batch)
        for log in cls.logs.values():
            log.sort()

    def depth(self, log, names, within, total):
        """Of the deepest chain, by trying all."""
        best = 0
        starts = [(event, event) for event in log if event[2] == names[0]]
        while starts and best < len(names):
            best += 1
            if best == len(names):
                break
            starts = {(first, event) for first, last in starts for event in log
                      if event > last and event[2] == names[best] and event[0] - last[0] <= within and event[0] - first[0] <= total}
        return best

    def test_funnels_are_those_of_brute_force(self):
        for names, within, total in itertools.product(("AB", "ABC", "AAB", "ABAC"), (1, 3, 99), (2, 5, 99)):
            depths = [self.depth(log, names, within, total) for log in self.logs.values()]
            expected = [sum(depth > k for depth in depths) for k in range(len(names))]
            steps = [step(name, f"PT{within}S" if k else None) for k, name in enumerate(names)]
            self.assertEqual(self.counts(*steps, globalTimeWindow=f"PT{total}S"), expected, (names, within, total))

    def test_wider_windows_find_more(self):
        steps = [step("A"), step("B"), step("C")]
        counts = [self.counts(*steps, globalTimeWindow=f"PT{total}S") for total in range(0, 10)]
        for narrow, wide in zip(counts, counts[1:]):
            self.assertTrue(all(a <= b for a, b in zip(narrow, wide)), counts)
        for row in counts:
            self.assertEqual(row, sorted(row, reverse=True))

    def test_flows_are_those_of_brute_force(self):
        paths = {}
        for log in self.logs.values():
            names = [name for _, _, name in log]
            if "B" not in names:
                continue
            at = names.index("B")
            path = (["(entry)"] * 2 + names[:at])[-2:] + ["B"] + (names[at + 1:] + ["(exit)"] * 2)[:2]
            for index, layer in enumerate(("before_2_", "before_1_", "start_", "after_1_", "after_2_")):
                is_second_end = path[index] in ("(entry)", "(exit)") and index in (0, 4) and path[index] == path[1 if index == 0 else 3]
                if not is_second_end:
                    paths[layer + path[index]] = paths.get(layer + path[index], 0) + 1
        nodes, links = self.flow("B", 2, 2)
        self.assertEqual(nodes, paths)
        self.check_conserving(nodes, links, 2, 2)
        nodes, links = self.flow("B", 3, 3, eventsPerLayer=2)
        self.check_conserving(nodes, links, 3, 3)
        self.assertIn("after_1_(other)", nodes)

    def test_rolling_retention_is_never_below_classic(self):
        more = {"dateRange": ["2024-03-01", "2024-03-01"], "granularity": "day", "periods": 2}
        classic, rolling = self.retention(**more), self.retention(retentionType="rolling", **more)
        self.assertEqual(classic[0]["retainedUsers"], len(self.logs))
        self.assertTrue(all(a["retainedUsers"] <= b["retainedUsers"] for a, b in zip(classic, rolling)))
