"""What a job or a build came to."""

import dataclasses
import json
import pathlib
import xml.etree.ElementTree


@dataclasses.dataclass
class Outcome:
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    output: str = ""
    notes: str = ""  # shown also when all is well
    failures: list[str] = dataclasses.field(default_factory=list)  # "case: why", said again at the very end


def of_status(status, output):
    """One case: the command itself."""
    return Outcome(passed=int(status == 0), failed=int(status != 0), output=output)


def of_gtest(path: pathlib.Path, status, output):
    """Counts the cases of a gtest report; a crash, which leaves none or a partial one, is a failure."""
    if not path.exists():
        return Outcome(failed=1, output=output)
    outcome = Outcome(output=output)
    for case in xml.etree.ElementTree.parse(path).getroot().iter("testcase"):
        failure = case.find("failure")
        if failure is not None:
            outcome.failed += 1
            outcome.failures.append(f"{case.get('classname')}.{case.get('name')}: {failure.get('message')}")
        elif case.get("result") == "skipped" or case.get("status") == "notrun":
            outcome.skipped += 1
        else:
            outcome.passed += 1
    if status != 0 and not outcome.failed:
        outcome.failed += 1
    return outcome


def of_suite(path: pathlib.Path, status, output):
    """Counts the cases of a Python suite (tests/suite.py)."""
    if not path.exists():
        return Outcome(failed=1, output=output)
    outcome = Outcome(**json.loads(path.read_text()), output=output)
    if status != 0 and not outcome.failed:
        outcome.failed += 1
    return outcome
