"""Runs one Python suite and writes how many cases passed: suite.py FILE REPORT [-k WORD]."""

import importlib.util
import json
import pathlib
import sys
import unittest

TESTS = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(TESTS))
sys.dont_write_bytecode = True

from harness import notes  # noqa: E402


def load(path, word):
    specification = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(specification)
    sys.modules[path.stem] = module
    specification.loader.exec_module(module)
    loader = unittest.TestLoader()
    if word:
        loader.testNamePatterns = [f"*{word}*"]
    return loader.loadTestsFromModule(module)


def main():
    path, report = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
    word = sys.argv[4] if len(sys.argv) > 4 and sys.argv[3] == "-k" else ""
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=2, buffer=False).run(load(path, word))
    failed = len(result.failures) + len(result.errors) + len(result.unexpectedSuccesses)
    skipped = len(result.skipped)
    lines = [*notes.LINES, *(f"skipped {case}: {why}" for case, why in result.skipped)]
    failures = [f"{case.id()}: {trace}" for case, trace in (*result.failures, *result.errors)]
    report.write_text(json.dumps({"passed": max(result.testsRun - failed - skipped, 0), "failed": failed, "skipped": skipped,
                                  "notes": "\n".join(lines), "failures": failures}))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
