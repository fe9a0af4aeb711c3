"""What a query over the cube Events means, row by row in Python, and random queries to ask. drizzle-cube's dialect, UTC."""

import datetime

DIMENSIONS = ["Events.event", "Events.type", "Events.currency", "Events.userId"]
MEASURES = ["Events.count", "Events.uniqueUsers", "Events.totalRevenue", "Events.avgRevenue"]
TIME = "Events.timestamp"
UTC = datetime.timezone.utc
DAY = datetime.timedelta(days=1)


def random_rows(chance, count):
    """Members as the cube names them; many equal times, NULLs, midnights, a last microsecond of a day."""
    rows = []
    for index in range(count):
        time = datetime.datetime(2024, 1, 1, tzinfo=UTC) + datetime.timedelta(hours=6 * chance.randrange(4 * 75))
        time += chance.choice([datetime.timedelta(), datetime.timedelta(), datetime.timedelta(microseconds=-500), datetime.timedelta(minutes=7)])
        kind = chance.choice(["track", "track", "track", "page", "identify"])
        rows.append({
            "Events.messageId": f"d{index:04}", "Events.type": kind,
            "Events.event": chance.choice(["View", "Cart", "Buy", "view all", "50%"]) if kind == "track" else None,
            "Events.userId": chance.choice([None, "u1", "u2", "u3", "u4", "u5", "u6"]),
            "Events.currency": chance.choice([None, None, "US", "us", "DE", "D_E", ""]),
            "Events.revenue": chance.choice([None, None, 0.0, 5.0, 10.5, 20.0, 30.0]), TIME: time})
    return rows


def plain_rows(chance, count):
    """Without NULLs, empty texts, equal times and times at the end of a day."""
    times = [datetime.datetime(2024, 1, 1, tzinfo=UTC) + datetime.timedelta(minutes=7 * at) for at in sorted(chance.sample(range(75 * 200), count))]
    return [{"Events.messageId": f"p{index:04}", "Events.type": "track", "Events.event": chance.choice(["View", "Cart", "Buy", "view all"]),
             "Events.userId": f"u{chance.randrange(1, count // 10)}", "Events.currency": chance.choice(["US", "us", "DE"]),
             "Events.revenue": chance.choice([0.0, 5.0, 10.5, 20.0, 30.0]), TIME: time} for index, time in enumerate(times)]


def as_event(row):
    """As it is sent to /v1/batch."""
    properties = {name: row["Events." + name] for name in ("currency", "revenue") if row["Events." + name] is not None}
    event = {"messageId": row["Events.messageId"], "type": row["Events.type"], "timestamp": row[TIME].isoformat(timespec="microseconds").replace("+00:00", "Z"),
             "properties": properties}
    event.update({"userId": row["Events.userId"]} if row["Events.userId"] else {"anonymousId": "nobody"})
    if row["Events.event"] is not None:
        event["event"] = row["Events.event"]
    return event


# --- filters

def day_bounds(values):
    start = datetime.datetime.fromisoformat(values[0]).replace(tzinfo=UTC)
    return start, datetime.datetime.fromisoformat(values[-1]).replace(tzinfo=UTC) + DAY


def found(value, wanted, test):
    return value is not None and any(test(value.lower(), text.lower()) for text in wanted)


TEXT = {"contains": lambda value, text: text in value, "startsWith": str.startswith, "endsWith": str.endswith}


def passes(leaf, row):
    value, operator, values = row[leaf["member"]], leaf["operator"], leaf.get("values", [])
    if operator in ("equals", "in"):
        return value in values
    if operator in ("notEquals", "notIn"):
        return value not in values
    if operator in TEXT:
        return found(value, values, TEXT[operator])
    for name, test in TEXT.items():
        if operator == "not" + name[0].upper() + name[1:]:
            return not found(value, values, test)
    if operator in ("set", "notSet"):
        return (value is not None) == (operator == "set")
    if operator in ("isEmpty", "isNotEmpty"):
        return (value is None or value == "") == (operator == "isEmpty")
    if value is None:
        return operator == "notInDateRange"
    if operator in ("inDateRange", "notInDateRange", "onTheDate"):
        start, end = day_bounds(values)
        return (start <= value < end) == (operator != "notInDateRange")
    if leaf["member"] == TIME:
        start, end = day_bounds(values)
        return {"beforeDate": value < start, "afterDate": value >= end, "beforeOrOnDate": value < end, "afterOrOnDate": value >= start}[operator]
    low, high = values[0], values[-1]
    return {"gt": value > low, "gte": value >= low, "lt": value < low, "lte": value <= low, "between": low <= value <= high,
            "notBetween": not low <= value <= high}[operator]


def holds(condition, row):
    for kind, every in (("and", all), ("or", any)):
        if kind in condition:
            return every(holds(one, row) for one in condition[kind])
    return passes(condition, row)


# --- measures, groups, buckets

def measure(name, rows):
    numbers = [row["Events.revenue"] for row in rows if row["Events.revenue"] is not None]
    return {"Events.count": lambda: len(rows),
            "Events.uniqueUsers": lambda: len({row["Events.userId"] for row in rows} - {None}),
            "Events.totalRevenue": lambda: sum(numbers) if numbers else None,
            "Events.avgRevenue": lambda: sum(numbers) / len(numbers) if numbers else 0}[name]()


def bucket(time, granularity):
    day = time.replace(hour=0, minute=0, second=0, microsecond=0)
    return {"hour": lambda: time.replace(minute=0, second=0, microsecond=0), "day": lambda: day,
            "week": lambda: day - day.weekday() * DAY, "month": lambda: day.replace(day=1),
            "quarter": lambda: day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1), "year": lambda: day.replace(month=1, day=1)}[granularity]()


def buckets(start, end, granularity):
    """Of all times in [start, end)."""
    return sorted({bucket(start + datetime.timedelta(hours=hour), granularity) for hour in range(int((end - start).total_seconds() // 3600))})


def iso(time):
    return time.strftime("%Y-%m-%dT%H:%M:%S.") + f"{time.microsecond // 1000:03}Z"


def series_range(query):
    """The days of a series; None when there is none, or it is of all time."""
    times = query.get("timeDimensions", [])
    if not times:
        return None
    return times[0].get("dateRange") or next(
        (one["values"] for one in query.get("filters", []) if one.get("member") == TIME and one["operator"] == "inDateRange"), None)


def answer(query, rows):
    """The rows of a query, each a dictionary; in the order of page()."""
    times = query.get("timeDimensions", [])
    kept = [row for row in rows if all(holds(one, row) for one in query.get("filters", []) if not is_about_measure(one))]
    for time in times:
        if "dateRange" in time:
            start, end = day_bounds(time["dateRange"])
            kept = [row for row in kept if start <= row[TIME] < end]
    names = query.get("dimensions", [])
    groups = {}
    for row in kept:
        key = tuple(row[name] for name in names) + tuple(bucket(row[TIME], time["granularity"]) for time in times)
        groups.setdefault(key, []).append(row)
    if not names and not times:
        groups = {(): kept}
    asked = {*query["measures"], *(name for name, _ in order_items(query) if name in MEASURES)}
    having = [one for one in query.get("filters", []) if is_about_measure(one)]
    found_rows = {}
    for key, members in groups.items():
        values = {name: measure(name, members) for name in MEASURES}
        if all(holds(one, values) for one in having):
            found_rows[key] = {name: values[name] for name in asked}
    filled = series_range(query)
    if filled and query.get("fillMissingDates", True):
        start, end = day_bounds(filled)
        for left in {key[:-1] for key in found_rows} if names else {()}:
            for time in buckets(start, end, times[0]["granularity"]):
                found_rows.setdefault((*left, time), {name: 0 for name in asked})
    keys = [*names, *(TIME for _ in times)]
    return page(query, [{**dict(zip(keys, (iso(part) if isinstance(part, datetime.datetime) else part for part in key))), **values}
                        for key, values in found_rows.items()])


def is_about_measure(condition):
    return condition.get("member") in MEASURES


# --- order and page

def is_paged(query):
    return "order" in query or "limit" in query or "offset" in query


def order_items(query):
    """[(member, is descending)] in either spelling."""
    order = query.get("order", {})
    return [(member, word == "desc") for member, word in (order.items() if isinstance(order, dict) else order)]


def sort_value(value, is_descending):
    """NULL comes last either way."""
    if value is None:
        return (1, 0)
    if isinstance(value, str):
        return (0, [-byte for byte in value.encode()] + [1]) if is_descending else (0, [*value.encode()])
    return (0, -value if is_descending else value)


def page(query, rows):
    """The rows in order - what is not said: times, then dimensions - and of them the page. Of columns those that are selected."""
    times = [TIME for _ in query.get("timeDimensions", [])]
    items = [*order_items(query), *((name, False) for name in [*times, *query.get("dimensions", [])])]
    ordered = sorted(rows, key=lambda row: [sort_value(row[name], is_descending) for name, is_descending in items])
    offset = query.get("offset", 0)
    kept = ordered[offset:offset + query["limit"]] if "limit" in query else ordered[offset:]
    shown = [*query.get("dimensions", []), *query["measures"], *times]
    return [{name: row[name] for name in shown} for row in kept]


# --- random queries

def random_leaf(chance):
    member = chance.choice([*DIMENSIONS, "Events.revenue", TIME])
    if member == TIME:
        operator = chance.choice(["inDateRange", "beforeDate", "afterDate"])
        count = chance.choice([1, 2, 2]) if operator == "inDateRange" else 1
        return {"member": member, "operator": operator, "values": random_range(chance)[:count]}
    if member == "Events.revenue":
        operator = chance.choice(["gt", "gte", "lt", "lte", "between", "notBetween", "equals", "notEquals"])
        count = 2 if "etween" in operator else 1
        return {"member": member, "operator": operator, "values": sorted(chance.choice([0, 5, 10.5, 20]) for _ in range(count))}
    operator = chance.choice(["equals", "notEquals", "in", "notIn", "contains", "notContains", "startsWith", "notStartsWith", "endsWith",
                              "notEndsWith", "set", "notSet", "isEmpty", "isNotEmpty", "equals", "contains"])
    values = [] if operator.lower().endswith(("set", "empty")) else chance.sample(
        ["View", "Buy", "track", "page", "US", "us", "DE", "u1", "u2", "e", "w", "%", "_", ""], chance.choice([1, 1, 1, 2]))
    return {"member": member, "operator": operator, "values": values}


def random_range(chance):
    start = datetime.date(2024, 1, 1) + datetime.timedelta(days=chance.randrange(70))
    return [start.isoformat(), (start + datetime.timedelta(days=chance.choice([0, 1, 6, 20, 45]))).isoformat()]


def random_query(chance):
    query = {"measures": chance.sample(MEASURES, chance.choice([1, 1, 2, 3])), "dimensions": chance.sample(DIMENSIONS, chance.choice([0, 0, 1, 1, 2]))}
    if chance.random() < 0.6:
        time = {"dimension": TIME, "granularity": chance.choice(["hour", "day", "week", "month", "quarter", "year"])}
        if chance.random() < 0.7:
            time["dateRange"] = random_range(chance)
        if chance.random() < 0.3:
            query["fillMissingDates"] = False
        query["timeDimensions"] = [time]
    filters = [random_leaf(chance) for _ in range(chance.choice([0, 0, 1, 1, 2]))]
    if chance.random() < 0.2:
        filters.append({chance.choice(["and", "or"]): [random_leaf(chance), random_leaf(chance)]})
    if chance.random() < 0.15:
        filters.append({"member": "Events.count", "operator": chance.choice(["gt", "lte"]), "values": [chance.randrange(1, 8)]})
    if filters:
        query["filters"] = filters
    return {**query, **random_page(chance, query)}


def random_page(chance, query):
    page_of = {}
    names = [*query["measures"], *query["dimensions"], *(TIME for _ in query.get("timeDimensions", []))]
    if chance.random() < 0.1:
        names.append("Events.count")
    if chance.random() < 0.5:
        order = {name: chance.choice(["asc", "desc"]) for name in chance.sample(names, min(len(names), chance.choice([1, 1, 2])))}
        page_of["order"] = order if chance.random() < 0.9 else [list(item) for item in order.items()]
    if chance.random() < 0.4:
        page_of["limit"] = chance.choice([0, 1, 3, 10, 100])
    if chance.random() < 0.2:
        page_of["offset"] = chance.choice([1, 4])
    return page_of
