"""The builds the jobs need, each made at most once."""

import pathlib
import time

from runner import outcome, process

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD_SECONDS = 3600
SANITIZED = ("base", "io", "event", "iceberg", "wal", "catalog", "http")
ASAN_SANITIZED = (*SANITIZED, "engine", "semantic", "lake", "query", "server")
PURE = ("event", "iceberg")


class Preset:
    """A build directory and the targets that are made in it."""

    def __init__(self, name, preset, folder, targets=(), options=()):
        self.name = f"build/{name}"
        self.folder = ROOT / "build" / folder
        self.preset, self.targets, self.options = preset, targets, options
        self.seconds = 0.0

    def make(self):
        start = time.monotonic()
        status, output = 0, ""
        if not (self.folder / "build.ninja").exists() or self.options:
            status, output = process.run(
                ["cmake", "--preset", self.preset, "-B", self.folder, *self.options], BUILD_SECONDS, cwd=ROOT)
        if status == 0:
            targets = [part for target in self.targets for part in ("--target", target)]
            status, output = process.run(["cmake", "--build", self.folder, *targets], BUILD_SECONDS, cwd=ROOT)
        self.seconds = time.monotonic() - start
        return outcome.of_status(status, output)


class Launch:
    """The release binary, brought by ./launch as a user would."""

    name = "build/release"
    folder = ROOT / "build" / "release"
    seconds = 0.0

    def make(self):
        start = time.monotonic()
        status, output = process.run([ROOT / "launch", "--build-only"], BUILD_SECONDS, cwd=ROOT)
        self.seconds = time.monotonic() - start
        return outcome.of_status(status, output)


def tests_of(modules):
    return [f"{module}_test" for module in modules if (ROOT / "src" / module / "CMakeLists.txt").exists()]


DEV = Preset("dev", "dev", "dev")
RELEASE = Launch()
# One sync left out: the tests that look for it must fail on this build.
CONTROL = Preset("no-log-sync", "release", "no-log-sync", ["icelight", "wal_test"],
                 ["-DICELIGHT_FAULT_BUILD=no-log-sync", "-DBUILD_TESTING=ON"])
# Quick runs sanitize the parsers of foreign bytes; ./test --all sanitizes every module above.
ASAN_PURE = Preset("asan", "asan", "asan", tests_of(PURE))
ASAN = Preset("asan", "asan", "asan", tests_of(ASAN_SANITIZED))
TSAN = Preset("tsan", "tsan", "tsan", tests_of(SANITIZED))
FUZZ = Preset("fuzz", "fuzz", "fuzz", ["fuzz"])


def presets_of(jobs):
    """The builds of these jobs, each once, in an order that fails early."""
    wanted = [need for job in jobs for need in job.all_needs()]
    return [preset for preset in (DEV, RELEASE, CONTROL, ASAN_PURE, FUZZ, ASAN, TSAN) if preset in wanted]
