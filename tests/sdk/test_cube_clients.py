"""The two npm clients, unmodified, ask what applications ask; every step must have its answer."""

import json
import unittest

from harness import golden, node
from harness.server import Server

STEPS_MIN = 40


class ClientTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        node.install()
        cls.server = Server().start()
        cls.addClassCleanup(cls.server.close)
        cls.server.send(golden.events())

    def check(self, script):
        steps = [json.loads(line) for line in node.run(script, f"http://127.0.0.1:{self.server.port}").splitlines()]
        self.assertGreaterEqual(len(steps), STEPS_MIN)
        self.assertEqual([step for step in steps if "error" in step], [])

    def test_every_step_of_cubes_client_is_answered(self):
        self.check("ask_cube.mjs")

    def test_every_step_of_drizzle_cubes_client_is_answered(self):
        self.check("ask_drizzle.mjs")
