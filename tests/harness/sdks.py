"""The SDK programs of tests/sdk/drivers: how each is brought, run, and what it sends."""

import os
import pathlib
import shutil
import subprocess

from harness import node, packaging

DRIVERS = pathlib.Path(__file__).resolve().parent.parent / "sdk" / "drivers"
BUILD_SECONDS = 1200
RUN_SECONDS = 120
KEY = "WRITEKEY"


def dependencies():
    """Where what is downloaded and built for tests is kept, outside the checkout."""
    home = os.environ.get("ICELIGHT_DEPS")
    return pathlib.Path(home) if home else pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "icelight"


def run(command, seconds, **options):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=seconds, **options)
    if done.returncode != 0:
        raise AssertionError(f"{command}: {done.stdout}{done.stderr}"[-3000:])


class Sdk:
    """One SDK's program. `events` is how many it sends; `repeats`: it sends again what failed; `makes_ids`: its events have a
    messageId, so that sending again doubles nothing."""

    def __init__(self, name, command=(), events=9, repeats=True, makes_ids=True):
        self.name, self.command, self.events, self.repeats, self.makes_ids = name, list(command), events, repeats, makes_ids

    def prepare(self):
        """Brings the SDK; a second call is free."""
        node.install()

    def drive(self, url, mark, key=KEY):
        """Sends the fixed calls to `url`; an error that the SDK reports is an AssertionError."""
        environment = {**os.environ, "SDK_URL": url, "SDK_KEY": key, "SDK_RUN": mark}
        run(self.command, RUN_SECONDS, cwd=DRIVERS, env=environment)


class PythonSdk(Sdk):
    def prepare(self):
        python = packaging.bring("python.sh", "icelight_python", DRIVERS / "python" / "requirements.txt", "sdk-python")
        self.command = [python, *self.command[-1:]]


class GoSdk(Sdk):
    def prepare(self):
        program = dependencies() / "sdk-go" / self.name
        run([packaging.bring("go.sh", "icelight_go"), "build", "-o", program, "."], BUILD_SECONDS, cwd=DRIVERS / "go")
        self.command = [program]


class JavaSdk(Sdk):
    def prepare(self):
        jars = packaging.bring("java.sh", "icelight_java_jars", DRIVERS / "java" / "pom.xml", "sdk-java")
        self.command = ["java", "-cp", f"{jars}/*", *self.command[-1:]]


class RustSdk(Sdk):
    def prepare(self):
        target = dependencies() / "sdk-rust"
        run(["cargo", "build", "--quiet", "--locked", "--target-dir", target], BUILD_SECONDS, cwd=DRIVERS / "rust")
        self.command = [target / "debug" / self.name]


def node_sdk(name):
    return Sdk(name, ["node", DRIVERS / f"{name}.mjs"])


def browser_sdk(which, mode, events, **options):
    return Sdk(f"{which}-browser-{mode}", ["node", DRIVERS / "browser" / "run.mjs", which, mode], events, **options)


QUICK = [
    browser_sdk("segment", "batch", 9),
    node_sdk("segment-node"),
    node_sdk("rudder-node"),
    PythonSdk("segment-python", [DRIVERS / "python" / "segment_python.py"], 18),
    PythonSdk("rudder-python", [DRIVERS / "python" / "rudder_python.py"]),
]

ALL = [
    *QUICK,
    node_sdk("segment-node-6"),
    node_sdk("rudder-service-worker"),
    browser_sdk("segment", "single", 9),
    browser_sdk("rudder", "single", 8),
    browser_sdk("rudder", "batch", 8),
    # A beacon is sent once and its answer never read.
    browser_sdk("rudder", "beacon", 8, repeats=False),
    GoSdk("segment-go"),
    JavaSdk("segment-java", [DRIVERS / "java" / "SegmentJava.java"]),
    JavaSdk("rudder-java", [DRIVERS / "java" / "RudderJava.java"]),
    RustSdk("segment-rust", events=11, makes_ids=False),
    RustSdk("rudder-rust", events=11, makes_ids=False),
]
