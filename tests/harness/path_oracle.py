"""What funnels, flows and retention over the cube Events mean, event by event in Python, and random ones to ask."""

import datetime
import itertools

from harness import cube_oracle

DAY = datetime.timedelta(days=1)
NAMES = ["View", "Cart", "Buy"]
STREAM = {"bindingKey": "Events.userId", "timeDimension": cube_oracle.TIME}


def event_is(name):
    return {"member": "Events.event", "operator": "equals", "values": [name]}


def logs_of(rows):
    """The events of each user, in total order: of time, then of arrival."""
    logs = {}
    for offset, row in enumerate(rows):
        if row["Events.userId"]:
            logs.setdefault(row["Events.userId"], []).append((row[cube_oracle.TIME], offset, row))
    return [sorted(log, key=lambda event: event[:2]) for log in logs.values()]


# --- funnels

def funnel_depth(events, steps, total):
    """How many steps the deepest chain has. events: (time, offset, name) in order; steps: [(name, within)]."""
    reached = {(event, event) for event in events if event[2] == steps[0][0]}
    depth = 0
    for name, within in [*steps[1:], (None, None)]:
        if not reached:
            return depth
        depth += 1
        reached = {(first, event) for (first, last), event in itertools.product(reached, events)
                   if event > last and event[2] == name and (within is None or event[0] - last[0] <= within)
                   and (total is None or event[0] - first[0] <= total)}
    return depth


def first_depth(events, steps, total):
    """The same of the only chain of the first events."""
    chain = []
    for time, _, name in events:
        if len(chain) < len(steps) and name == steps[len(chain)][0]:
            within = steps[len(chain)][1]
            if chain and ((within is not None and time - chain[-1] > within) or (total is not None and time - chain[0] > total)):
                break
            chain.append(time)
    return len(chain)


def funnel(query, rows):
    hours = lambda text: text and datetime.timedelta(hours=int(text[2:-1]))
    steps = [(step["filter"]["values"][0], hours(step.get("timeToConvert"))) for step in query["steps"]]
    depth_of = first_depth if query.get("mode") == "first" else funnel_depth
    depths = [depth_of([(time, offset, row["Events.event"]) for time, offset, row in log], steps, hours(query.get("globalTimeWindow")))
              for log in logs_of(rows)]
    return [{"count": sum(depth > step for depth in depths)} for step in range(len(steps))]


def random_funnel(chance):
    steps = [{"name": name, "filter": event_is(name)} for name in chance.choices(NAMES, k=chance.choice([2, 3]))]
    for step in steps[1:]:
        if chance.random() < 0.5:
            step["timeToConvert"] = f"PT{chance.choice([6, 24, 120])}H"
    query = {**STREAM, "steps": steps, **({"mode": "first"} if chance.random() < 0.4 else {})}
    if chance.random() < 0.4:
        query["globalTimeWindow"] = f"PT{chance.choice([24, 240])}H"
    return query


# --- flows

def path_around(log, query):
    """The names around the earliest start, by layer; None without a start."""
    names = [row["Events.event"] or row["Events.type"] for _, _, row in log]
    start = next((at for at, (_, _, row) in enumerate(log) if row["Events.event"] in query["startingStep"]["filter"]["values"]), None)
    if start is None:
        return None
    return {at - start: name for at, name in enumerate(names) if -query["stepsBefore"] <= at - start <= query["stepsAfter"]}


def flow(query, rows):
    """{"nodes": {id: value}, "links": {"source target": value}}"""
    nodes, links = {}, {}
    is_sunburst = query["outputMode"] == "sunburst"
    has_ends = query.get("includeExits", not is_sunburst)
    for path in filter(None, (path_around(log, query) for log in logs_of(rows))):
        if has_ends:
            first, last = min(path), max(path)
            path |= {first - 1: "(entry)"} if first > -query["stepsBefore"] else {}
            path |= {last + 1: "(exit)"} if last < query["stepsAfter"] else {}
        way, before = [], None
        for layer, name in sorted(path.items()):
            way.append(name)
            prefix = f"before_{-layer}_" if layer < 0 else f"after_{layer}_" if layer > 0 else "start_"
            node = prefix + ("→".join(way) if is_sunburst else name)
            nodes[node] = nodes.get(node, 0) + 1
            if before:
                links[f"{before} {node}"] = links.get(f"{before} {node}", 0) + 1
            before = node
    return [{"nodes": nodes, "links": links}]


def random_flow(chance):
    query = {**STREAM, "eventDimension": "Events.event",
             "startingStep": {"name": "start", "filter": {**event_is(""), "values": chance.sample(NAMES, chance.choice([1, 1, 1, 2]))}},
             "stepsBefore": chance.choice([0, 1, 2, 3]), "stepsAfter": chance.choice([0, 1, 2, 3]), "outputMode": chance.choice(["sankey", "sankey", "sunburst"])}
    if query["outputMode"] == "sunburst":
        query["stepsBefore"] = 0
    elif chance.random() < 0.6:
        query["includeExits"] = False
    return query


# --- retention

def bucket_number(time, unit):
    if unit == "month":
        return time.year * 12 + time.month
    return (time.date() - datetime.date(2024, 1, 1)).days // (7 if unit == "week" else 1)


def bucket_start(day, unit):
    return day.replace(day=1) if unit == "month" else day - day.weekday() * DAY if unit == "week" else day


def retention(query, rows):
    start, end = cube_oracle.day_bounds([query["dateRange"]["start"], query["dateRange"]["end"]])
    unit, periods = query["granularity"], query["periods"]
    passes = lambda name, row: name not in query or cube_oracle.holds(query[name], row)
    breakdown = query.get("breakdownDimensions", [])
    members = {}
    for log in logs_of(rows):
        first = next(((time, row) for time, _, row in log if start <= time < end and passes("cohortFilters", row)), None)
        if first is None:
            continue
        begin = bucket_number(first[0], unit)
        active = {bucket_number(time, unit) - begin for time, _, row in log if passes("activityFilters", row)}
        members.setdefault(tuple(first[1][name] for name in breakdown), []).append(active)
    if not breakdown:
        members.setdefault((), [])
    found = []
    for key, users in members.items():
        for period in range(periods + 1):
            kept = sum(any(at >= period for at in active) if query["retentionType"] == "rolling" else period in active for active in users)
            found.append({"period": period, "cohortSize": len(users), "retainedUsers": kept,
                          **({"breakdownValues": dict(zip(breakdown, key))} if breakdown else {})})
    return found


def random_retention(chance):
    unit = chance.choice(["day", "week", "month"])
    start, end = cube_oracle.random_range(chance)
    if chance.random() < 0.7:
        start = bucket_start(datetime.date.fromisoformat(start), unit).isoformat()
    query = {**STREAM, "dateRange": {"start": start, "end": end}, "granularity": unit,
             "periods": chance.randrange(1, 5), "retentionType": chance.choice(["classic", "rolling"])}
    for name in ("cohortFilters", "activityFilters"):
        if chance.random() < 0.3:
            query[name] = event_is(chance.choice(NAMES))
    if chance.random() < 0.3:
        query["breakdownDimensions"] = [chance.choice(["Events.type", "Events.currency"])]
    return query


# --- what tests ask for

MODES = {"funnel": (funnel, random_funnel), "flow": (flow, random_flow), "retention": (retention, random_retention)}


def mode_of(query):
    return next((mode for mode in MODES if mode in query), None)


def answer(query, rows):
    mode = mode_of(query)
    return MODES[mode][0](query[mode], rows)


def random_query(chance):
    mode = chance.choice(sorted(MODES))
    return {mode: MODES[mode][1](chance)}


def shown(query, rows):
    """What of a server's rows is compared."""
    mode = mode_of(query)
    if mode == "funnel":
        return [{"count": row["count"]} for row in rows]
    if mode == "flow":
        return [{"nodes": {node["id"]: node["value"] for node in row["nodes"]},
                 "links": {f"{link['source']} {link['target']}": link["value"] for link in row["links"]}} for row in rows]
    return [{name: row[name] for name in ("period", "cohortSize", "retainedUsers", "breakdownValues") if name in row} for row in rows]
