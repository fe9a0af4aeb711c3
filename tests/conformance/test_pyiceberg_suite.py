"""PyIceberg's own catalog tests, from its source archive, with this catalog. Fetches packages: ./test --all."""

import os
import pathlib
import re
import subprocess
import sys
import unittest

from harness import packaging
from harness.notes import note
from harness.server import Server

RUN_SECONDS = 600
STUBS = pathlib.Path(__file__).resolve().parent / "pyiceberg_stubs"
# What the suite leaves out by itself for a REST catalog: names with a slash, which would be folders here.
EXCLUDED = {"RestCatalog does not support slash in namespace", "RestCatalog does not support slash in table name"}
PASSED_LEAST = 37


@unittest.skipUnless(os.environ.get("TEST_ALL"), "part of ./test --all")
class PyicebergSuiteTest(unittest.TestCase):
    def test_its_catalog_tests_pass(self):
        suite = pathlib.Path(packaging.bring("pyiceberg_suite.sh", "icelight_pyiceberg_suite", sys.executable))
        with Server() as server:
            environment = {**os.environ, "PYTHONPATH": f"{STUBS}:{suite / 'site'}", "PYICEBERG_TEST_CATALOG": "ours",
                           "PYICEBERG_CATALOG__OURS__TYPE": "rest", "PYICEBERG_CATALOG__OURS__URI": server.url + "/iceberg"}
            done = subprocess.run(
                [sys.executable, "-m", "pytest", "tests/integration/test_catalog.py", "-m", "integration",
                 "-k", "rest_test_catalog", "-q", "-rs", "--no-header", "-p", "no:cacheprovider", "--tb=short"],
                cwd=suite / "source", env=environment, capture_output=True, text=True, timeout=RUN_SECONDS)
        said = done.stdout + done.stderr
        self.assertEqual(done.returncode, 0, said[-6000:])
        skipped = re.findall(r"^SKIPPED .*?: (.*)$", done.stdout, re.MULTILINE)
        self.assertLessEqual(set(skipped), EXCLUDED, said[-3000:])
        marks = "".join(re.findall(r"^([.sFE]+) +\[", done.stdout, re.MULTILINE))
        note(f"PyIceberg's catalog tests: {marks.count('.')} passed, {marks.count('s')} left out")
        self.assertGreaterEqual(marks.count("."), PASSED_LEAST, said[-3000:])


if __name__ == "__main__":
    unittest.main()
