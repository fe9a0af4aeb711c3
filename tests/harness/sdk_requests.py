"""Requests as SDKs send them: recorded ones, and written by hand for SDKs that are no package here."""

import gzip
import http.client
import json
import pathlib

from harness import wire
from harness.client import Reply, basic

RECORDINGS = pathlib.Path(__file__).resolve().parent.parent / "sdk" / "recordings"
KEY = "WRITEKEY"  # of the recordings
BASIC = basic(KEY)["Authorization"]


class SdkRequest:
    """Method, path, headers in their order, and the body before its Content-Encoding."""

    def __init__(self, method, path, headers, body=b"", is_gzip=False):
        self.method, self.path, self.headers, self.is_gzip = method, path, headers, is_gzip
        self.text = body
        self.body = gzip.compress(body) if is_gzip else body

    def header(self, name):
        return next((value for known, value in self.headers if known.lower() == name), "")

    def lower_headers(self):
        return {name.lower(): value for name, value in self.headers}

    def sent(self):
        """The events in it."""
        return wire.events_of(self.path, self.text) if self.method == "POST" else []

    def marked(self, mark):
        """The same request of another run: other messageIds, another mark."""
        text = self.text.replace(b'"run":"rec"', f'"run":"{mark}"'.encode())
        for one in self.sent():
            text = text.replace(one.message_id.encode(), f"{one.message_id}-{mark}".encode())
        return SdkRequest(self.method, self.path, self.headers, text, self.is_gzip)

    def with_key(self, key):
        """The same request with another write key, wherever it carries one."""
        headers = [(name, basic(key)["Authorization"] if value == BASIC else value) for name, value in self.headers]
        return SdkRequest(self.method, self.path.replace(KEY, key), headers, self.text.replace(KEY.encode(), key.encode()), self.is_gzip)

    def send(self, port):
        """Byte for byte as recorded, but for Host and the length of what was compressed again."""
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.putrequest(self.method, self.path, skip_host=True, skip_accept_encoding=True)
        is_chunked = "chunked" in self.header("transfer-encoding").lower()
        for name, value in self.headers:
            if name.lower() == "host":
                value = f"127.0.0.1:{port}"
            if name.lower() == "content-length":
                value = str(len(self.body))
            if name.lower() != "connection":
                connection.putheader(name, value)
        connection.endheaders(self.body if self.body else None, encode_chunked=is_chunked)
        reply = connection.getresponse()
        content = reply.read()
        connection.close()
        return Reply(reply.status, {name.lower(): value for name, value in reply.getheaders()}, content)


def recordings():
    """{name: [SdkRequest, ...]}"""
    found = {}
    for path in sorted(RECORDINGS.glob("*.jsonl")):
        found[path.stem] = [SdkRequest(one["method"], one["path"], one["headers"], one["body"].encode(), one["encoding"] == "gzip")
                            for one in map(json.loads, path.read_text(encoding="utf-8").splitlines())]
    return found


def make_post(path, headers, body, is_gzip=False, is_chunked=False):
    headers = [("Host", ""), *headers]
    headers.append(("Transfer-Encoding", "chunked") if is_chunked else ("Content-Length", ""))
    return SdkRequest("POST", path, headers, json.dumps(body).encode(), is_gzip)


def make_event(sdk, number, library, **members):
    return {"type": "track", "event": "Fixture", "messageId": f"{sdk}-{number}", "anonymousId": "a-1",
            "properties": {"sdk": sdk}, "context": {"library": {"name": library, "version": "1"}},
            "timestamp": "2026-10-01T10:00:00.000Z", **members}


def fixtures():
    """{name: [SdkRequest, ...]} of the SDKs without a package for these tests."""
    gzipped, json_type = ("Content-Encoding", "gzip"), ("Content-Type", "application/json")
    basic, sent = ("Authorization", BASIC), "2026-10-01T10:00:05.000Z"

    def segment(name, path, headers, library, tail=True, **options):
        batch = [make_event(name, number, library) for number in range(2)]
        # The mobile SDKs append sentAt and writeKey to the file they wrote the events to.
        body = {"batch": batch, "sentAt": sent, "writeKey": KEY} if tail else {"batch": batch, "sentAt": sent}
        return make_post(path, headers, body, **options)

    def rudder(name, headers, library, **options):
        batch = [make_event(name, number, library, originalTimestamp="2026-10-01T10:00:00.000Z", channel="mobile", sentAt=sent)
                 for number in range(2)]
        return make_post("/v1/batch", [basic, *headers], {"sentAt": sent, "batch": batch}, **options)

    return {
        "segment-kotlin": [segment("segment-kotlin", "/v1/b", [("Content-Type", "text/plain"), gzipped], "analytics-kotlin",
                                   is_gzip=True, is_chunked=True)],
        "segment-swift": [segment("segment-swift", "/v1/b", [("Content-Type", "application/json; charset=utf-8")], "analytics-swift")],
        "segment-react-native": [segment("segment-react-native", "/v1/b", [json_type], "@segment/analytics-react-native"),
                                 # Its `proxy` gets /b appended, whatever it was.
                                 segment("segment-react-native-proxy", "/v1/batch/b", [json_type], "@segment/analytics-react-native"),
                                 segment("segment-react-native-root", "/b", [json_type], "@segment/analytics-react-native")],
        "segment-csharp": [segment("segment-csharp", "/v1/b", [gzipped], "Analytics-CSharp", is_gzip=True)],
        "segment-ruby": [segment("segment-ruby", "/v1/import", [basic, json_type], "analytics-ruby", tail=False)],
        "segment-php": [segment("segment-php", "/v1/batch", [basic, json_type, gzipped], "analytics-php", tail=False, is_gzip=True)],
        "rudder-ruby": [rudder("rudder-ruby", [json_type, gzipped], "rudder-sdk-ruby", is_gzip=True)],
        "rudder-kotlin": [rudder("rudder-kotlin", [json_type, gzipped, ("AnonymousId", "YS0x")], "com.rudderstack.sdk.kotlin", is_gzip=True)],
        "rudder-swift": [rudder("rudder-swift", [json_type, ("AnonymousId", "YS0x")], "RudderStackAnalytics")],
        "rudder-android": [rudder("rudder-android", [json_type, ("AnonymousId", "YS0x")], "com.rudderstack.android.sdk.core")],
    }


def config_requests():
    """{name: (path, headers)} of what SDKs load before they send anything."""
    basic = {"Authorization": BASIC}
    return {
        "rudder-android": ("/sourceConfig?p=android&v=1.28.0&bv=34", basic),
        "rudder-kotlin": (f"/sourceConfig?p=android&v=1.0.0&build=1&writeKey={KEY}", basic),
        "rudder-swift": ("/sourceConfig?p=ios&v=1.3.0&bv=18", basic),
        "segment-kotlin": (f"/projects/{KEY}/settings", {}),
        "segment-swift": (f"/v1/projects/{KEY}/settings", {}),
        "segment-react-native": (f"/v1/projects/projects/{KEY}/settings", {}),
    }
