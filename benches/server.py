"""Starts the release build on a directory of its own for the benches, and reads what it costs."""

import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "release"
TICKS = os.sysconf("SC_CLK_TCK")


def scratch_directory():
    """A new directory beside the build: on a real disk, never tmpfs."""
    (ROOT / "build").mkdir(exist_ok=True)
    return pathlib.Path(tempfile.mkdtemp(prefix="bench-", dir=ROOT / "build"))


class Server:
    """`icelight serve` on port 0; a context manager that stops it and removes its directory."""

    def __init__(self, *arguments):
        self.directory = scratch_directory()
        self.log = open(self.directory / "server.log", "w")
        self.start(*arguments)

    def start(self, *arguments):
        self.connection = None
        self.process = subprocess.Popen(
            [BUILD / "icelight", "serve", "--data", self.directory / "data", "--listen", "127.0.0.1:0", *arguments],
            stdout=subprocess.PIPE, stderr=self.log, text=True)
        line = self.process.stdout.readline()
        if not line.startswith("ready http://"):
            raise RuntimeError(f"the server did not start, see {self.log.name}: {line!r}")
        self.url = line.split()[1]
        self.port = int(self.url.rsplit(":", 1)[1])

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def restart(self, *arguments):
        self.stop()
        self.start(*arguments)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        self.log.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def sql(self, text):
        """The rows of a statement, over a connection that is kept open, as clients keep theirs."""
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
            self.connection.connect()
            self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.connection.request("POST", "/duckdb", json.dumps({"sql": text}),
                                {"Content-Type": "application/json", "Cache-Control": "no-cache"})
        reply = self.connection.getresponse()
        body = json.loads(reply.read())
        if reply.status != 200:
            raise RuntimeError(f"{text}: {reply.status} {body}")
        return body["data"]

    def committed(self):
        """Events in the table itself, not only in the log."""
        request = urllib.request.Request(self.url + "/duckdb", json.dumps(
            {"sql": "SELECT count(*) AS n FROM events", "freshness": "committed"}).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=120) as reply:
            return int(json.load(reply)["data"][0]["n"])

    def wait_flushed(self, rows, seconds=120):
        """Waits until `rows` events are in the table itself."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.committed() >= rows:
                return
            time.sleep(0.1)
        raise RuntimeError("the flush did not finish in time")

    def cpu_by_thread(self):
        """CPU seconds (user + system) by thread name."""
        seconds = {}
        for task in pathlib.Path(f"/proc/{self.process.pid}/task").iterdir():
            text = (task / "stat").read_text()
            name = text[text.index("(") + 1:text.rindex(")")]
            fields = text[text.rindex(")") + 2:].split()
            seconds[name] = seconds.get(name, 0) + (int(fields[11]) + int(fields[12])) / TICKS
        return seconds

    def ingest_cpu(self):
        """net + ingest pool + wal threads."""
        return sum(value for name, value in self.cpu_by_thread().items()
                   if name.startswith("net") or name in ("ingest", "wal"))

    def children(self):
        out = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True).stdout
        return [int(pid) for pid in out.split()]

    def resident_mb(self):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
        return 0.0


def process_cpu(pid):
    """CPU seconds of a process, all threads."""
    text = pathlib.Path(f"/proc/{pid}/stat").read_text()
    fields = text[text.rindex(")") + 2:].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def load(port, **options):
    """Runs bench_load and returns what it printed."""
    command = [BUILD / "benches" / "bench_load", "--port", str(port)]
    for name, value in options.items():
        command += ["--" + name.replace("_", "-"), str(value)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True, timeout=300).stdout)


def median(values):
    ordered = sorted(values)
    return ordered[len(ordered) // 2]


def spread(values, form="{:.2f}"):
    return f"{form.format(median(values))} [{form.format(min(values))}-{form.format(max(values))}]"
