"""The examples of README.md and docs/sql.md run as they stand: shell, JavaScript and Python, against a fresh server."""

import json
import os
import pathlib
import re
import subprocess
import sys
import unittest

from harness import node
from harness.case import ServerCase
from harness.server import RELEASE, ROOT

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
PORT = re.compile(r"127\.0\.0\.1:8787")


class PageCase(ServerCase):
    def of(self, language, page="README.md"):
        # The only change: the port, since a test never takes the default one.
        found = [PORT.sub(f"127.0.0.1:{self.server.port}", code)
                 for name, code in BLOCK.findall((ROOT / page).read_text()) if name == language]
        self.assertTrue(found, f"{page} has no {language} example")
        return found

    def run_shell(self, code):
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", code], capture_output=True, text=True, timeout=60,
                              cwd=self.server.directory, env={**os.environ, "PATH": f"{RELEASE}:{os.environ['PATH']}"})
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout


class ReadmeTest(PageCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        node.install()

    def test_examples_work_as_they_stand(self):
        shell = self.of("bash")
        sending = [code for code in shell if "/v1/" in code]
        asking = [code for code in shell if "/query" in code]
        for code in sending:
            self.assertIn('"success":true', self.run_shell(code))
        self.assertEqual(self.count(), 2)
        for number, code in enumerate(self.of("js")):
            program = node.SDK / f"readme-{number}.generated.mjs"
            program.write_text(code)
            try:
                node.run(program.name)
            finally:
                program.unlink()
        self.assertEqual(self.count(), 2 + len(self.of("js")))
        for code in asking:
            self.assertIn('"success":true', self.run_shell(code))
        self.server.wait_committed(2 + len(self.of("js")))
        for code in self.of("python"):
            done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(done.stdout.split()[-1], str(2 + len(self.of("js"))))

    def test_paths_it_links_to_are_there(self):
        for page in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")):
            for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
                self.assertTrue((page.parent / pathlib.Path(target)).exists(), f"{page} links to {target}")


class SqlPageTest(PageCase):
    def test_examples_work_as_they_stand(self):
        by_event, read_own_write, terminal = self.of("bash", "docs/sql.md")
        self.assertEqual(json.loads(self.run_shell(by_event))["data"], [])
        answer = self.run_shell(read_own_write)
        self.assertEqual(json.loads(answer)["data"], [{"revenue": 25.0}])
        table, csv = self.run_shell(terminal).split("event,timestamp\n")
        self.assertEqual([line.split() for line in table.splitlines()][-1], ["u1", "1"])
        self.assertTrue(csv.startswith("Order Completed,"), csv)


del ServerCase, PageCase  # not a test itself

if __name__ == "__main__":
    unittest.main()
