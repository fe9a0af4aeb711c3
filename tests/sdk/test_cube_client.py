"""Cube's own npm client, unmodified, asks what applications ask; every step must have its answer."""

import json
import unittest

from harness import golden, node
from harness.server import Server

STEPS_MIN = 40


class CubeClientTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        node.install()

    def test_every_step_is_answered(self):
        with Server() as server:
            server.send(golden.events())
            steps = [json.loads(line) for line in node.run("ask_cube.mjs", f"http://127.0.0.1:{server.port}").splitlines()]
        self.assertGreaterEqual(len(steps), STEPS_MIN)
        self.assertEqual([step for step in steps if "error" in step], [])
