"""Tokens with read or write scope per namespace, asked of the catalog by PyIceberg and by plain requests."""

import json
import subprocess
import unittest

from pyiceberg.catalog import load_catalog
from pyiceberg.exceptions import ForbiddenError, OAuthError, UnauthorizedError
from pyiceberg.schema import Schema
from pyiceberg.types import LongType, NestedField

from harness import table
from harness.server import Server, clean_environment

SCHEMA = Schema(NestedField(1, "id", LongType(), required=False))
JSON = {"Content-Type": "application/json"}


class ScopesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server().start()
        cls.addClassCleanup(cls.server.close)
        cls.admin = cls.make_token("admin", "--role", "admin")
        cls.tokens = {"admin": cls.admin, "reader": cls.make_token("reader", "--role", "read"),
                      "writer": cls.make_token("writer", "--role", "catalog", "--scope", "team:write"),
                      "looker": cls.make_token("looker", "--role", "catalog", "--scope", "team:read")}
        catalog = cls.catalog("admin")
        for space in ("team", "team.sub", "other"):
            catalog.create_namespace(tuple(space.split(".")))
            catalog.create_table((*space.split("."), "t"), SCHEMA)

    @classmethod
    def make_token(cls, name, *arguments):
        environment = clean_environment(**({"ICELIGHT_TOKEN": cls.admin} if hasattr(cls, "admin") else {}))
        done = subprocess.run([cls.server.binary, "token", "add", name, *arguments, "--data", cls.server.data],
                              capture_output=True, text=True, timeout=60, env=environment)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    @classmethod
    def catalog(cls, who):
        return load_catalog(who, type="rest", uri=cls.server.url + "/iceberg", token=cls.tokens[who])

    def status(self, who, method, path, body=None):
        headers = {"Authorization": f"Bearer {self.tokens[who]}", **(JSON if body is not None else {})}
        reply = self.server.request(method, "/iceberg/v1" + path, None if body is None else json.dumps(body), headers)
        if reply.status == 403:
            self.assertEqual(reply.json()["error"]["type"], "ForbiddenException")
        return reply.status

    def test_without_a_token_nothing_is_shown(self):
        self.assertEqual(self.server.request("GET", "/iceberg/v1/namespaces").status, 401)
        with self.assertRaises(UnauthorizedError):
            load_catalog("nobody", type="rest", uri=self.server.url + "/iceberg", token="wrong")

    def test_clients_with_a_credential_get_their_token(self):
        found = load_catalog("by-credential", type="rest", uri=self.server.url + "/iceberg", credential=f"any:{self.tokens['writer']}")
        found.load_table(("team", "t"))
        with self.assertRaises(ForbiddenError):
            found.load_table(("other", "t"))
        with self.assertRaises(OAuthError) as refused:
            load_catalog("wrong", type="rest", uri=self.server.url + "/iceberg", credential="any:wrong")
        self.assertIn("invalid_client", str(refused.exception))
        duck = table.connect_duckdb()
        self.addCleanup(duck.close)
        duck.execute(f"CREATE SECRET s (TYPE iceberg, CLIENT_ID 'any', CLIENT_SECRET '{self.tokens['reader']}', "
                     f"OAUTH2_SERVER_URI '{self.server.url}/iceberg/v1/oauth/tokens')")
        duck.execute(f"ATTACH '' AS lake (TYPE iceberg, ENDPOINT '{self.server.url}/iceberg', SECRET s)")
        self.assertEqual(duck.execute("SELECT count(*) FROM lake.team.t").fetchall(), [(0,)])

    def test_a_scope_holds_for_its_namespace_and_those_below_it(self):
        catalog = self.catalog("writer")
        catalog.load_table(("team", "t"))
        catalog.load_table(("team", "sub", "t"))
        catalog.create_table(("team", "mine"), SCHEMA)
        with catalog.load_table(("team", "mine")).transaction() as change:
            change.set_properties(a="b")
        catalog.rename_table(("team", "mine"), ("team", "sub", "moved"))
        catalog.drop_table(("team", "sub", "moved"))
        for refused in (lambda: catalog.load_table(("other", "t")), lambda: catalog.list_tables(("other",)),
                        lambda: catalog.create_table(("other", "x"), SCHEMA), lambda: catalog.create_namespace(("new",)),
                        lambda: catalog.rename_table(("team", "t"), ("other", "t2")),
                        lambda: catalog.rename_table(("other", "t"), ("team", "t2")),
                        lambda: catalog.load_table(("analytics", "events"))):
            with self.assertRaises(ForbiddenError):
                refused()

    def test_who_may_read_may_not_change(self):
        self.catalog("looker").load_table(("team", "t"))
        self.catalog("reader").load_table(("other", "t"))
        table = "/namespaces/team/tables/t"
        view = {"name": "v", "schema": {"type": "struct", "schema-id": 0, "fields": []}, "properties": {}, "view-version": {
            "version-id": 1, "timestamp-ms": 1, "schema-id": 0, "summary": {}, "default-namespace": [],
            "representations": [{"type": "sql", "sql": "select 1", "dialect": "duckdb"}]}}
        commit = {"identifier": {"namespace": ["team"], "name": "t"}, "requirements": [], "updates": []}
        rename = {"source": {"namespace": ["team"], "name": "t"}, "destination": {"namespace": ["team"], "name": "t9"}}
        for who in ("looker", "reader"):
            for method, path, body in (("POST", table, commit), ("DELETE", table, None), ("POST", "/tables/rename", rename),
                                       ("POST", "/transactions/commit", {"table-changes": [commit]}),
                                       ("POST", "/namespaces/team/tables", {"name": "n", "schema": view["schema"]}),
                                       ("POST", "/namespaces/team/views", view), ("POST", "/views/rename", rename),
                                       ("POST", "/namespaces/team/properties", {"updates": {"a": "b"}}),
                                       ("POST", "/namespaces", {"namespace": ["team", "new"]}), ("DELETE", "/namespaces/team", None)):
                self.assertEqual(self.status(who, method, path, body), 403, f"{who} {method} {path}")
            self.assertEqual(self.status(who, "GET", "/namespaces/team/views"), 200)
        self.assertEqual(self.status("writer", "POST", "/namespaces/team/views", view), 200)
        self.assertEqual(self.status("writer", "DELETE", "/namespaces/team/views/v"), 204)

    def test_dropping_what_the_log_is_carried_into_needs_an_administrator(self):
        events = "/namespaces/analytics/tables/events"
        self.tokens["analyst"] = self.make_token("analyst", "--role", "catalog", "--scope", "analytics:write")
        self.assertEqual(self.status("analyst", "GET", events), 200)
        self.assertEqual(self.status("analyst", "DELETE", events), 403)
        self.assertEqual(self.status("admin", "GET", events), 200)

    def test_a_transaction_needs_every_namespace_it_changes(self):
        changes = [{"identifier": {"namespace": [space], "name": "t"}, "requirements": [],
                    "updates": [{"action": "set-properties", "updates": {"x": "1"}}]} for space in ("team", "other")]
        self.assertEqual(self.status("writer", "POST", "/transactions/commit", {"table-changes": changes}), 403)
        self.assertNotIn("x", self.catalog("admin").load_table(("team", "t")).properties)
        self.assertEqual(self.status("writer", "POST", "/transactions/commit", {"table-changes": changes[:1]}), 204)


if __name__ == "__main__":
    unittest.main()
