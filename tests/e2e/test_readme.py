"""The examples of README.md run as they stand: shell, JavaScript and Python, against a fresh server."""

import pathlib
import re
import subprocess
import sys
import unittest

from harness import node
from harness.case import ServerCase
from harness.server import ROOT

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
PORT = re.compile(r"127\.0\.0\.1:8787")


class ReadmeTest(ServerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        node.install()
        text = (ROOT / "README.md").read_text()
        # The only change: the port, since a test never takes the default one.
        cls.blocks = [(language, PORT.sub(f"127.0.0.1:{cls.server.port}", code)) for language, code in BLOCK.findall(text)]

    def of(self, language):
        found = [code for name, code in self.blocks if name == language]
        self.assertTrue(found, f"README.md has no {language} example")
        return found

    def run_shell(self, code):
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", code], capture_output=True, text=True, timeout=60,
                              cwd=self.server.directory)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

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
        for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"):
            for target in re.findall(r"\]\(([^)#:]+)\)", (ROOT / name).read_text()):
                self.assertTrue((ROOT / pathlib.Path(target)).exists(), f"{name} links to {target}")


del ServerCase  # not a test itself

if __name__ == "__main__":
    unittest.main()
