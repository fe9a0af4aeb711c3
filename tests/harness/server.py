"""Runs the real binary on a directory of its own."""

import json
import os
import pathlib
import queue
import shutil
import signal
import subprocess
import tempfile
import threading
import time

from harness.client import Client

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
RELEASE = ROOT / "build" / "release"
START_SECONDS = 60
STOP_SECONDS = 60


def scratch_directory():
    """A new directory beside the build: on a real disk, never tmpfs."""
    (ROOT / "build").mkdir(exist_ok=True)
    return pathlib.Path(tempfile.mkdtemp(prefix="test-", dir=ROOT / "build"))


def clean_environment(**extra):
    """The environment without settings meant for another server."""
    aliases = {"AUTH_ENABLED", "AUTH_TOKEN", "ALLOWED_ORIGINS", "API_TOKEN", "NAMESPACE", "TABLE_NAME", "COMPRESSION",
               "ROLL_INTERVAL", "WAREHOUSE_NAME", "BUCKET_NAME", "CF_ACCOUNT_ID", "CF_API_TOKEN"}
    kept = {name: value for name, value in os.environ.items()
            if name not in aliases and not name.startswith("ICELIGHT_")}
    return kept | extra


class StartFailed(Exception):
    """The server did not come up; `status` is its exit status, `lines` what it said on stderr."""

    def __init__(self, status, text):
        super().__init__(f"exit status {status}: {text[-2000:]}")
        self.status = status
        self.text = text
        self.lines = [line for line in text.splitlines() if line]


class Server:
    """`icelight serve` on port 0, or where `listen` (None: the options) says. A context manager that stops it and removes its directory."""

    def __init__(self, *arguments, binary=RELEASE / "icelight", wrapper=(), environment=None, directory=None,
                 listen="127.0.0.1:0"):
        self.arguments = [str(argument) for argument in arguments]
        self.binary = pathlib.Path(binary)
        self.wrapper = [str(part) for part in wrapper]
        self.environment = environment or {}
        self.listen = ["--listen", listen] if listen else []
        self.directory = pathlib.Path(directory) if directory else scratch_directory()
        self.data = self.directory / "data"
        self.process = None
        self.log_path = self.directory / "server.log"

    # -- life

    def spawn(self, *arguments):
        """Starts the process without waiting for it to serve."""
        self.log_start = self.log_path.stat().st_size if self.log_path.exists() else 0
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [*self.wrapper, self.binary, "serve", "--data", self.data, *self.listen,
                 *self.arguments, *arguments],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True,
                cwd=self.directory, env=clean_environment(**self.environment))
        return self

    def start(self, *arguments, seconds=START_SECONDS):
        self.spawn(*arguments)
        lines = queue.Queue()
        threading.Thread(target=lambda: lines.put(self.process.stdout.readline()), daemon=True).start()
        try:
            line = lines.get(timeout=seconds)
        except queue.Empty:
            self.kill()
            raise StartFailed(None, f"no 'ready' line within {seconds} s\n{self.said()}") from None
        if not line.startswith("ready http://"):
            raise StartFailed(self.process.wait(timeout=STOP_SECONDS), self.said())
        self.url = line.split()[1]
        self.port = int(self.url.rsplit(":", 1)[1])
        return self

    def stop(self):
        """Ends the server in order and returns its exit status."""
        if self.process is None or self.process.poll() is not None:
            return self.process.returncode if self.process else None
        os.kill(self.pid(), signal.SIGTERM)
        try:
            return self.process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def kill(self):
        """kill -9, at once; its children must be gone soon after."""
        children = self.children()
        os.kill(self.pid(), signal.SIGKILL)
        self.process.wait(timeout=STOP_SECONDS)
        end = time.monotonic() + 10
        while any(is_alive(child) for child in children):
            if time.monotonic() > end:
                raise AssertionError(f"worker processes outlive their server: {children}")
            time.sleep(0.01)

    def restart(self, *arguments):
        self.stop()
        return self.start(*arguments)

    def restart_on(self, data):
        """Goes on with another data directory."""
        self.stop()
        self.data = pathlib.Path(data)
        return self.start()

    def __enter__(self):
        return self if self.process else self.start()

    def __exit__(self, kind, *_):
        if kind is not None:
            print(f"--- end of the server's log ({self.log_path})\n{self.said()[-4000:]}", flush=True)
        self.close()

    def close(self):
        """Stops the server and removes its directory; KEEP_TEST_DATA=1 in the environment keeps it."""
        try:
            self.stop()
        finally:
            if not os.environ.get("KEEP_TEST_DATA"):
                shutil.rmtree(self.directory, ignore_errors=True)

    def command(self, *arguments):
        """`icelight …` on this server's data; what it printed on stdout."""
        done = subprocess.run([self.binary, *arguments, "--data", self.data], capture_output=True, text=True, timeout=START_SECONDS,
                              env=clean_environment(), check=False)
        if done.returncode != 0:
            raise AssertionError(f"{arguments}: exit status {done.returncode}\n{done.stderr}")
        return done.stdout.strip()

    # -- looking at it

    def pid(self):
        """Of icelight itself, also below a wrapper such as strace."""
        if not self.wrapper:
            return self.process.pid
        return next((child for child in children_of(self.process.pid)
                     if " serve " in command_of(child)), self.process.pid)

    def children(self):
        return descendants_of(self.pid())

    def workers(self, kind):
        """Process ids of the running workers of that kind: lake or sql."""
        return [pid for pid in self.children() if command_of(pid).rstrip().endswith(f"worker {kind}")]

    def said(self):
        """What this start wrote to stderr."""
        with open(self.log_path, "rb") as log:
            log.seek(self.log_start)
            return log.read().decode(errors="replace")

    # -- talking to it

    def client(self, **options):
        return Client(self.port, **options)

    def request(self, method, path, body=None, headers=None):
        with self.client() as client:
            return client.request(method, path, body, headers)

    def send(self, events, path="/v1/batch", headers=None):
        """POSTs one batch and returns the reply."""
        return self.request("POST", path, json.dumps({"batch": events}), headers)

    def sql(self, text, headers=None, **members):
        """The rows of a query, as dictionaries; an error reply is an AssertionError."""
        reply = self.request("POST", "/query", json.dumps({"sql": text, **members}),
                             {"Content-Type": "application/json", **(headers or {})})
        if reply.status != 200:
            raise AssertionError(f"{reply.status} {reply.text()[:500]} for {text}")
        return reply.json()["data"]

    def value(self, text, **options):
        """The only value of a query of one row and one column."""
        return next(iter(self.sql(text, **options)[0].values()))

    def wait_committed(self, rows, table="events", seconds=60):
        """Waits until the table itself, not only the log, holds that many rows."""
        wait_until(lambda: int(self.value(f"SELECT count(*) AS n FROM {table}", freshness="committed")) >= rows,
                   seconds, f"{rows} rows in the committed {table}")


def wait_until(is_true, seconds, what):
    end = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.05)


def command_of(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def stat_of(pid):
    """(state, parent) of a process, None when it is gone."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return fields[0], int(fields[1])
    except (OSError, IndexError):
        return None


def cpu_ticks_of(pid):
    """What a process has used so far, of the user's and the system's time."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def is_alive(pid):
    state = stat_of(pid)
    return state is not None and state[0] != "Z"


def children_of(pid):
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            state = stat_of(int(entry.name))
            if state and state[1] == pid:
                found.append(int(entry.name))
    return found


def descendants_of(pid):
    found = children_of(pid)
    for child in list(found):
        found += descendants_of(child)
    return found
