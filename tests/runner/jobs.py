"""The jobs of ./test: gtest programs, Python suites, checks of the sources."""

import json
import os
import pathlib
import subprocess
import sys

from runner import build, lint, outcome, process

ROOT = build.ROOT
JOB_SECONDS = 900
SLOW_JOB_SECONDS = 3 * 3600


def time_limit():
    return SLOW_JOB_SECONDS if os.environ.get("TEST_ALL") else JOB_SECONDS


class Job:
    """Runs after its build was made; gives an Outcome, or None when the word matches none of its cases."""

    needs = None
    has_cases = False

    def __init__(self, name):
        self.name = name

    def all_needs(self):
        return [self.needs] if self.needs else []

    def expand(self):
        return [self]


class Gtests(Job):
    """All gtest programs of a build; which ones is known once it is made."""

    has_cases = True

    def __init__(self, name, preset, only=None):
        super().__init__(name)
        self.needs, self.only = preset, only

    def expand(self):
        command = ["ctest", "--test-dir", str(self.needs.folder), "--show-only=json-v1"]
        listed = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)["tests"]
        environment = {}
        presets = json.loads((ROOT / "CMakePresets.json").read_text())["testPresets"]
        for preset in presets:
            if preset["name"] == self.needs.folder.name:
                environment = {name: value.replace("${sourceDir}", str(ROOT))
                               for name, value in preset.get("environment", {}).items()}
        return [Gtest(f"{self.name}/{test['name']}", self.needs, test["command"], environment) for test in listed
                if "command" in test and (self.only is None or test["name"] in self.only)]


class Gtest(Job):
    has_cases = True

    def __init__(self, name, preset, command, environment):
        super().__init__(name)
        self.needs, self.command, self.environment = preset, command, environment

    def run(self, scratch, word):
        command = list(self.command)
        if os.environ.get("TEST_ALL"):
            command += ["--gtest_also_run_disabled_tests", "--gtest_filter=-Export.*"]
        if word:
            command.append(f"--gtest_filter=*{word}*")
            listed = subprocess.run([*command, "--gtest_list_tests"], capture_output=True, text=True).stdout
            if "  " not in listed:
                return None
        report = scratch / "report.xml"
        status, output = process.run([*command, f"--gtest_output=xml:{report}", "--gtest_brief=1"], time_limit(),
                                     cwd=scratch, env={**os.environ, **self.environment})
        return outcome.of_gtest(report, status, output)


class Suite(Job):
    """One tests/<folder>/test_<name>.py, run by tests/suite.py in a process of its own."""

    has_cases = True
    needs = build.RELEASE

    def __init__(self, path):
        super().__init__(f"{path.parent.name}/{path.stem.removeprefix('test_')}")
        self.path = path

    def all_needs(self):
        beside = {"audit": [build.CONTROL], "sql": [build.DEV]}
        return [build.RELEASE, *beside.get(self.path.parent.name, [])]

    def run(self, scratch, word):
        report = scratch / "report.json"
        words = ["-k", word] if word else []
        status, output = process.run([sys.executable, ROOT / "tests" / "suite.py", self.path, report, *words],
                                     time_limit(), cwd=ROOT)
        result = outcome.of_suite(report, status, output)
        return None if word and not (result.passed or result.failed) else result


class Control(Job):
    """Test cases that must fail, because their build leaves out what they look for.

    Only those cases run: others may wait for the very call that is left out.
    """

    def __init__(self, name, preset, program, cases):
        super().__init__(name)
        self.needs, self.program, self.cases = preset, program, cases

    def run(self, scratch, word):
        program = next(self.needs.folder.glob(f"src/*/{self.program}"))
        report = scratch / "report.xml"
        status, output = process.run([program, f"--gtest_filter={self.cases}", f"--gtest_output=xml:{report}"],
                                     time_limit(), cwd=scratch)
        found = outcome.of_gtest(report, status, output)
        if status is not None and found.failed and not found.passed:
            return outcome.Outcome(passed=1)
        return outcome.Outcome(failed=1, output=f"{self.cases} passed, or broke, without the sync\n{output}")


class Fuzz(Job):
    """A libFuzzer program of fuzz/, from its seeds. What it finds becomes a unit test."""

    needs = build.FUZZ

    def __init__(self, target):
        super().__init__(f"fuzz/{target}")
        self.target = target

    def run(self, scratch, word):
        seconds = 600 if os.environ.get("TEST_ALL") else 10
        (scratch / "corpus").mkdir()
        command = [build.FUZZ.folder / "fuzz" / f"{self.target}_fuzz", f"-max_total_time={seconds}", "-timeout=60",
                   "-rss_limit_mb=2048", "-max_len=65536", "-print_final_stats=1", f"-artifact_prefix={scratch}/found-",
                   scratch / "corpus", ROOT / "fuzz" / "seeds" / self.target]
        status, output = process.run(command, seconds + 120, cwd=scratch)
        for found in sorted(scratch.glob("found-*")):
            output += f"\n{found.name}: {found.read_bytes()[:4096].hex()}"
        return outcome.of_status(status, output)


class Check(Job):
    """A check of the sources: a function that gives (exit status, output)."""

    def __init__(self, name, check, preset=None):
        super().__init__(name)
        self.check, self.needs = check, preset

    def run(self, scratch, word):
        return outcome.of_status(*self.check())


def list_jobs(is_all):
    """Longest first, so that the two lanes end together."""
    order = ("crash", "sdk", "audit", "sql", "conformance", "e2e")
    suites = sorted(ROOT.glob("tests/*/test_*.py"), key=lambda path: (order.index(path.parent.name), path.name))
    found = [Suite(path) for path in suites]
    found.append(Gtests("unit", build.DEV))
    found.append(Control("control/log_tests_without_sync", build.CONTROL, "wal_test",
                         "WalCrash.KeepsWhatWasAcknowledgedOnceAndNothingElse"))
    found += [Fuzz(target) for target in ("event_json", "http_request", "inflate")]
    if not is_all:
        found.append(Gtests("asan", build.ASAN_PURE, build.PURE))
    if is_all:
        found.append(Gtests("asan", build.ASAN, build.ASAN_SANITIZED))
        found.append(Gtests("tsan", build.TSAN, build.SANITIZED))
    found.append(Check("sources/format", lint.check_format))
    found.append(Check("sources/lint", lambda: lint.check_lint(is_all), build.DEV))
    return found
