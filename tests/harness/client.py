"""One keep-alive HTTP connection to the server under test."""

import base64
import http.client
import json
import socket


class Reply:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers  # names in lower case
        self.body = body

    def text(self):
        return self.body.decode(errors="replace")

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.text()[:300]}"


class Client:
    """Not thread safe: one a thread. Opens again after the server closed the connection."""

    def __init__(self, port, timeout=60):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)

    def request(self, method, path, body=None, headers=None):
        headers = dict(headers or {})
        if isinstance(body, str):
            body = body.encode()
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
        self.connection.request(method, path, body, headers)
        reply = self.connection.getresponse()
        content = reply.read()
        return Reply(reply.status, {name.lower(): value for name, value in reply.getheaders()}, content)

    def send(self, events, path="/v1/batch"):
        return self.request("POST", path, json.dumps({"batch": events}))

    def sql(self, text, headers=None, **members):
        reply = self.request("POST", "/query", json.dumps({"sql": text, **members}), headers)
        if reply.status != 200:
            raise AssertionError(f"{reply.status} {reply.text()[:500]} for {text}")
        return reply.json()["data"]

    def local_port(self):
        """Of the open connection; the same after a reply when the connection was kept."""
        return self.connection.sock.getsockname()[1] if self.connection.sock else None

    def close(self):
        self.connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def basic(user):
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:".encode()).decode()}


def raw_exchange(port, data, timeout=10):
    """Sends bytes as they are and returns all that comes back until the server closes or is quiet."""
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as connection:
        connection.sendall(data)
        received = b""
        try:
            while chunk := connection.recv(65536):
                received += chunk
        except TimeoutError:
            pass
        return received
