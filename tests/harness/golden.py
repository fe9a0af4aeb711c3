"""The small data set of the semantic layer's golden answers: a NULL user, equal timestamps, a microsecond edge,
midnight edges, a repeated first step, one user in reverse order, letters of both cases."""

ROWS = """
e01 u1 View 2024-01-01T09:00:00Z US
e02 u1 Cart 2024-01-01T10:00:00Z US
e03 u1 Buy 2024-01-02T10:00:00Z US 10.5
e04 u2 View 2024-01-01T09:00:00Z DE
e05 u2 Cart 2024-01-10T09:00:00Z DE
e06 u2 Buy 2024-01-10T09:00:00Z DE 20
e07 u3 Cart 2024-01-03T00:00:00Z US
e08 u3 View 2024-01-04T00:00:00Z US
e09 u3 Buy 2024-01-05T00:00:00Z US 5
e10 u4 View 2024-01-08T12:00:00Z -
e11 u4 View 2024-01-20T12:00:00Z -
e12 u4 Cart 2024-01-20T13:00:00Z -
e13 u4 Buy 2024-01-20T14:00:00Z - 30
e14 - - 2024-01-31T23:59:59.999500Z -
e15 u5 - 2024-02-01T00:00:00Z -
e16 u5 View 2024-02-01T00:00:01Z us
"""

def events():
    """As they are sent to /v1/batch."""
    return list(make_events())


def make_events():
    for line in ROWS.split("\n"):
        if not line:
            continue
        message, user, event, time, country, *revenue = line.split()
        properties = {}
        if country != "-":
            properties["currency"] = country
        if revenue:
            properties["revenue"] = float(revenue[0])
        row = {"messageId": message, "timestamp": time, "properties": properties}
        row["type"] = "track" if event != "-" else "identify" if user == "u5" else "page"
        row.update({"userId": user} if user != "-" else {"anonymousId": "nobody"})
        if event != "-":
            row["event"] = event
        yield row
