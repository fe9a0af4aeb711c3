"""When an SDK takes an answer for success, as its source has it: (status, headers, body) -> why not, or ''."""

import json


def object_of(body):
    try:
        found = json.loads(body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def statuses(is_good):
    return lambda reply: "" if is_good(reply.status) else f"status {reply.status}"


def with_object(rule):
    """The SDK also reads the body, and counts anything but a JSON object as a failure."""
    return lambda reply: rule(reply) or ("" if object_of(reply.body) is not None else "the body is no JSON object")


only_200 = statuses(lambda status: status == 200)
any_2xx = statuses(lambda status: 200 <= status < 300)
below_400 = statuses(lambda status: 200 <= status < 400)


def ours(reply):
    """What every answer to events looks like, so that all rules hold."""
    answer = object_of(reply.body)
    if answer is None or answer.get("success") is not True:
        return "no success:true in the body"
    return "" if reply.headers.get("content-type", "").startswith("application/json") else "not application/json"


# By the name of the recording or fixture.
EVENTS = {
    "rudder-browser": below_400, "rudder-node": any_2xx, "rudder-service-worker": any_2xx, "rudder-python": only_200,
    "rudder-go": statuses(lambda status: status < 300), "rudder-java": any_2xx, "rudder-ruby": any_2xx,
    "rudder-rust": any_2xx, "rudder-kotlin": any_2xx, "rudder-swift": any_2xx, "rudder-android": only_200,
    "segment-browser": below_400, "segment-node": below_400, "segment-node-6": any_2xx, "segment-python": any_2xx,
    "segment-go": statuses(lambda status: status < 300), "segment-java": with_object(any_2xx),
    "segment-ruby": with_object(below_400), "segment-php": only_200, "segment-rust": any_2xx,
    "segment-kotlin": statuses(lambda status: status < 300), "segment-swift": any_2xx,
    "segment-react-native": any_2xx, "segment-csharp": below_400,
}


def refused_for_good(reply):
    """What SDKs look for in an answer that no repetition will change: members that some read without looking, and words."""
    answer = object_of(reply.body)
    if answer is None or answer.get("success") is not False:
        return "no success:false in the body"
    missing = [name for name in ("error", "code", "message") if not isinstance(answer.get(name), str)]
    if missing:
        return f"{missing} are missing: some SDKs would send it again for ever"
    if not 400 <= reply.status < 500 or reply.status in (408, 410, 429, 460):
        return f"{reply.status} is one that SDKs send again"
    return "404 switches some SDKs off" if reply.status == 404 else ""


def refused_for_now(reply):
    """What makes every SDK come again, and those that can wait do so."""
    if reply.status not in (429, 503):
        return f"status {reply.status}"
    if not 1 <= int(reply.headers.get("retry-after", "0")) <= 300:
        return "no Retry-After that SDKs obey"
    exposed = reply.headers.get("access-control-expose-headers", "").lower()
    return "" if "access-control-allow-origin" not in reply.headers or "retry-after" in exposed else "pages cannot see Retry-After"


def rule_of(name):
    return next(rule for prefix, rule in sorted(EVENTS.items(), reverse=True) if name.startswith(prefix))


def preflight(request_headers, reply):
    """Fetch standard, "CORS-preflight fetch", for a request with credentials: no wildcard will do."""
    if not 200 <= reply.status < 300:
        return f"status {reply.status}"
    if reply.headers.get("access-control-allow-origin") != request_headers["origin"]:
        return "the origin is not allowed"
    allowed = {name.strip().lower() for name in reply.headers.get("access-control-allow-headers", "").split(",")}
    wanted = {name.strip().lower() for name in request_headers.get("access-control-request-headers", "").split(",")} - {""}
    if not wanted <= allowed:
        return f"headers {sorted(wanted - allowed)} are not allowed"
    method = request_headers["access-control-request-method"]
    methods = [name.strip() for name in reply.headers.get("access-control-allow-methods", "").split(",")]
    return "" if method in methods or method in ("GET", "POST", "HEAD") else f"{method} is not allowed"


def source_config(reply):
    """Rudder's browser SDK wants an array of destinations, Android's the two flags, Kotlin's the names."""
    answer = object_of(reply.body)
    source = (answer or {}).get("source") or {}
    if reply.status != 200 or source.get("enabled") is not True or not source.get("id"):
        return f"{reply.status}: no enabled source"
    statistics = source["config"]["statsCollection"]
    is_whole = all(source.get(name) for name in ("name", "writeKey", "workspaceId", "updatedAt")) \
        and isinstance(source["destinations"], list) \
        and all(statistics[name]["enabled"] is False for name in ("errors", "metrics"))
    return "" if is_whole else "a member is missing"


def settings(reply):
    """What Segment's browser and mobile SDKs load first."""
    answer = object_of(reply.body)
    integration = (answer or {}).get("integrations", {}).get("Segment.io", {})
    return "" if reply.status == 200 and integration.get("apiKey") else f"{reply.status}: no Segment.io integration"
