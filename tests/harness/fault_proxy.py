"""A proxy between an SDK and the server that misbehaves on purpose, and notes every event that came by."""

import gzip
import http.client
import http.server
import json
import socket
import struct
import threading
import time

from harness import wire

MODES = ("well", "throttled", "unavailable", "reset", "slow")
SLOW_SECONDS = 2
SERVER_SECONDS = 60
REFUSALS = {"throttled": (429, {"Retry-After": "1"}, "too_many_requests"), "unavailable": (503, {}, "unavailable")}
HOP_HEADERS = {"content-length", "transfer-encoding", "connection", "expect"}
OWN_HEADERS = {"content-length", "transfer-encoding", "connection", "date", "server"}


class FaultProxy:
    """Forwards to `port`; the first request that brings events meets the fault. A context manager.

    well: no fault. throttled: 429 with Retry-After, unavailable: 503, both without the server. reset: the server has the
    whole request and answers, the client gets a reset connection. slow: the answer comes late. `sent` holds every event of
    every request. `change`, for controls, gets (number of the request with events, headers, inflated body) and returns the
    headers and the body to forward instead.
    """

    def __init__(self, port, mode, change=None):
        if mode not in MODES:
            raise ValueError(mode)
        self.port, self.mode, self.change, self.lock = port, mode, change, threading.Lock()
        self.sent, self.requests, self.faults = [], 0, 0
        handler = type("BoundHandler", (Handler,), {"proxy": self})
        self.server = QuietServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def note(self, sent):
        """The number of this request with events, and the fault it meets, if any."""
        with self.lock:
            self.sent += sent
            self.requests += 1
            if self.mode == "well" or self.faults:
                return self.requests, None
            self.faults += 1
            return self.requests, self.mode

    def forward(self, method, path, headers, body):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SERVER_SECONDS)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in headers:
                if name.lower() not in HOP_HEADERS:
                    connection.putheader(name, value)
            connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            reply = connection.getresponse()
            return reply.status, [(name, value) for name, value in reply.getheaders() if name.lower() not in OWN_HEADERS], reply.read()
        finally:
            connection.close()

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


class QuietServer(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass  # a client that went away


class Handler(http.server.BaseHTTPRequestHandler):
    proxy = None
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def relay(self):
        body, headers, fault = self.read_body(), list(self.headers.items()), None
        text = gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
        sent = wire.events_of(self.path, text) if self.command == "POST" else []
        if sent:
            number, fault = self.proxy.note(sent)
            if self.proxy.change:
                headers = [(name, value) for name, value in headers if name.lower() != "content-encoding"]
                headers, body = self.proxy.change(number, headers, text)
        if fault in REFUSALS:
            return self.refuse(*REFUSALS[fault])
        status, answer_headers, answer = self.proxy.forward(self.command, self.path, headers, body)
        if fault == "reset":
            return self.reset()
        if fault == "slow":
            time.sleep(SLOW_SECONDS)
        return self.answer(status, answer_headers, answer)

    do_GET = do_POST = do_OPTIONS = do_PUT = relay

    def read_body(self):
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def refuse(self, status, headers, code):
        """As the server refuses, with what lets a page read the answer."""
        headers = [("Content-Type", "application/json"), *headers.items()]
        if "Origin" in self.headers:
            headers += [("Access-Control-Allow-Origin", self.headers["Origin"]), ("Access-Control-Allow-Credentials", "true"),
                        ("Access-Control-Expose-Headers", "Retry-After")]
        body = {"success": False, "error": code, "code": code, "message": "not now"}
        self.answer(status, headers, json.dumps(body).encode())

    def reset(self):
        """No FIN but RST: what a client sees when a machine dies with the answer in hand."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def answer(self, status, headers, body):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass
