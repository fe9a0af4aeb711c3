"""A test class with one server for all its tests."""

import unittest

from harness.server import Server


class ServerCase(unittest.TestCase):
    """Starts the server before the first test of the class; `arguments` go to `icelight serve`."""

    arguments = ("--target-lag", "1s")
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.server = Server(*cls.arguments).start()
        cls.addClassCleanup(cls.server.close)

    def count(self, where="true", table="events"):
        return int(self.server.value(f"SELECT count(*) AS n FROM {table} WHERE {where}"))
