"""A lake in an object store, for tests/sql/test_external_catalogs.py: s3_lake.py DIRECTORY KEY SECRET.

Starts an S3 server, writes the table sales.orders (id 0 to 99) into its bucket "lake", and serves a REST catalog that knows it:
below /vending it hands out the key, elsewhere it does not. Prints both ports as one line of JSON and ends with its stdin."""

import http.server
import json
import subprocess
import sys
import threading
import time
import urllib.request

import pyarrow
from pyiceberg.catalog.sql import SqlCatalog

STORE_SECONDS = 60


def free_port():
    with http.server.HTTPServer(("127.0.0.1", 0), None) as server:
        return server.server_port


def start_store(port):
    store = subprocess.Popen([sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)], stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
    end = time.monotonic() + STORE_SECONDS
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/moto-api/", timeout=5).close()
            break
        except OSError:
            time.sleep(0.1)
    signed = {"Authorization": "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=x"}
    urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{port}/lake", method="PUT", headers=signed)).close()
    return store


def write_table(directory, access):
    catalog = SqlCatalog("writer", uri=f"sqlite:///{directory}/writer.db", warehouse="s3://lake/warehouse", **access)
    catalog.create_namespace("sales")
    rows = pyarrow.table({"id": list(range(100)), "user_id": [f"user-{i % 10}" for i in range(100)]})
    table = catalog.create_table("sales.orders", schema=rows.schema)
    table.append(rows)
    return table


def make_handler(table, access):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):  # noqa: N802
            if "/v1/config" in self.path:
                self.answer(200, {"defaults": {}, "overrides": {}})
            elif self.path.endswith("/namespaces/sales/tables/orders"):
                config = {**access, "s3.path-style-access": "true"} if self.path.startswith("/vending") else {}
                self.answer(200, {"metadata-location": table.metadata_location, "metadata": json.loads(table.metadata.model_dump_json(by_alias=True)),
                                  "config": config})
            else:
                self.answer(404, {"error": {"message": "none", "type": "NoSuchTableException", "code": 404}})

        do_HEAD = do_GET

        def answer(self, status, value):
            body = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    return Handler


def main():
    directory, key, secret = sys.argv[1:]
    port = free_port()
    store = start_store(port)
    try:
        access = {"s3.endpoint": f"http://127.0.0.1:{port}", "s3.region": "us-east-1", "s3.access-key-id": key, "s3.secret-access-key": secret}
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), make_handler(write_table(directory, access), access))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(json.dumps({"store": port, "catalog": server.server_port}), flush=True)
        sys.stdin.read()
    finally:
        store.terminate()
        store.wait()


if __name__ == "__main__":
    main()
