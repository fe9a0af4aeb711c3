"""A proxy that notes the events on the wire: what a client really sent, as against what it was told to send."""

import gzip
import http.server
import json
import threading

from harness.client import Client

HOP_HEADERS = {"host", "connection", "content-length", "transfer-encoding", "keep-alive"}


class Recorder:
    """Forwards to `port` and keeps every event of every batch that was answered 200. A context manager."""

    def __init__(self, port):
        self.events = []
        recorder = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"] or 0))
                headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP_HEADERS}
                with Client(port) as client:
                    reply = client.request("POST", self.path, body, headers)
                recorder.note(body, reply)
                self.send_response(reply.status)
                for name in ("content-type", "retry-after"):
                    if name in reply.headers:
                        self.send_header(name, reply.headers[name])
                self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                self.wfile.write(reply.body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def note(self, body, reply):
        if body[:2] == b"\x1f\x8b":
            body = gzip.decompress(body)
        if reply.status == 200:
            self.events += json.loads(body)["batch"]

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
