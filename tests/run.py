"""Builds, runs every test job, two at a time, and counts real test cases. Called by ./test.

A job is a gtest program, a Python suite (tests/*/test_*.py) or a check of the sources. Each has a time
limit; what it started is ended with it. The last line is `N passed, N failed`.
"""

import argparse
import concurrent.futures
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time

FAILURE_CHARACTERS = 2000
ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from runner import build, jobs  # noqa: E402


class Totals:
    """Thread safe."""

    def __init__(self):
        self.passed = self.failed = 0
        self.failures = []  # What a reader of the last lines alone has to know.
        self.lock = threading.Lock()

    def add(self, job, outcome, seconds):
        with self.lock:
            self.passed += outcome.passed
            self.failed += outcome.failed
            if outcome.failed:
                whys = outcome.failures or [outcome.output.rstrip()]
                self.failures += [f"{job.name} {why[-FAILURE_CHARACTERS:]}" for why in whys]
            state = "FAIL" if outcome.failed else "ok  "
            skipped = f", {outcome.skipped} skipped" if outcome.skipped else ""
            print(f"{state} {job.name:32} {outcome.passed} passed, {outcome.failed} failed{skipped}  {seconds:.1f} s",
                  flush=True)
            if outcome.failed or outcome.notes:
                print("\n".join("     " + line for line in (outcome.output if outcome.failed else outcome.notes)
                                .rstrip().splitlines()[-150:]), flush=True)


def run_job(job, totals, word):
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="job-", dir=ROOT / "build") as scratch:
        outcome = job.run(pathlib.Path(scratch), word)
    if outcome is not None:
        totals.add(job, outcome, time.monotonic() - start)


def main():
    arguments = argparse.ArgumentParser(prog="./test")
    arguments.add_argument("--all", action="store_true", help="with the slow campaigns")
    arguments.add_argument("--list", action="store_true", help="name the jobs and stop")
    arguments.add_argument("word", nargs="?", default="", help="only jobs or cases whose name holds it")
    options = arguments.parse_args()
    if options.all:
        os.environ["TEST_ALL"] = "1"
    start = time.monotonic()
    (ROOT / "build").mkdir(exist_ok=True)

    totals = Totals()
    candidates = jobs.list_jobs(options.all)
    chosen = [job for job in candidates if options.word in job.name]
    word = "" if chosen else options.word  # else the word is looked for among the cases
    chosen = chosen or [job for job in candidates if job.has_cases]
    if options.list:
        print("\n".join(job.name for job in chosen))
        return 0
    for preset in build.presets_of(chosen):
        outcome = preset.make()
        totals.add(preset, outcome, preset.seconds)
        if outcome.failed:
            chosen = [job for job in chosen if job.needs is not preset]
    chosen = [expanded for job in chosen for expanded in job.expand()]
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as lanes:
        for done in [lanes.submit(run_job, job, totals, word) for job in chosen]:
            done.result()
    for failure in totals.failures:
        print(f"FAIL {failure}")
    print(f"{time.monotonic() - start:.0f} s")
    print(f"{totals.passed} passed, {totals.failed} failed", flush=True)
    return 1 if totals.failed or not totals.passed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (KeyboardInterrupt, subprocess.SubprocessError) as stop:
        sys.exit(f"stopped: {stop}")
