"""Sources, write keys and tokens: made by the commands, in force at once, kept across restarts, never shown again."""

import json
import subprocess
import threading
import unittest

from harness import events
from harness.client import basic
from harness.server import RELEASE, Server, StartFailed, clean_environment, wait_until


class KeysCase(unittest.TestCase):
    def setUp(self):
        self.server = Server("--target-lag", "1s", "--log-segment-bytes", "1MiB")
        self.addCleanup(self.server.close)

    def run_command(self, *arguments, status=0, **environment):
        """`icelight …` on this server's directory; what it printed on stdout."""
        done = subprocess.run([RELEASE / "icelight", *arguments, "--data", self.server.data], capture_output=True,
                              text=True, timeout=60, env=clean_environment(**environment), check=False)
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stdout.strip() if status == 0 else done.stderr

    def send(self, key=None, **headers):
        return self.server.send([events.track("k")], headers={**(basic(key) if key else {}), **headers})


class CommandTest(KeysCase):
    def test_the_first_keys_are_made_before_the_first_start_and_open_the_door(self):
        key = self.run_command("source", "add", "Web shop")
        token = self.run_command("token", "add", "ops", "--role", "admin")
        self.server.start("--listen", "0.0.0.0:0")
        self.assertEqual(self.send().status, 401)
        self.assertEqual(self.send(key).status, 200)
        self.assertEqual(self.server.request("GET", "/tables/analytics").status, 401)
        bearer = {"Authorization": f"Bearer {token}"}
        self.assertEqual(self.server.value("SELECT source_id FROM events", headers=bearer), "web-shop")
        self.assertNotIn(key, self.server.said())
        self.assertNotIn(token, self.server.said())

    def test_a_running_server_is_told_and_remembers(self):
        self.server.start()
        self.assertIn("icelight source add NAME", self.server.said())
        self.assertEqual(self.send().status, 200)
        first = self.run_command("source", "add", "web")
        self.assertEqual(self.send().status, 401)
        second = self.run_command("source", "rotate", "web", "--grace", "1h")
        self.assertEqual((self.send(first).status, self.send(second).status), (200, 200))
        self.server.kill()
        self.server.start()
        self.assertNotIn("icelight source add NAME", self.server.said())
        self.assertEqual((self.send(first).status, self.send(second).status), (200, 200))
        self.run_command("source", "rotate", "web", "--grace", "0s")
        self.assertEqual((self.send(first).status, self.send(second).status), (401, 401))
        self.run_command("source", "disable", "web")
        listed = self.run_command("source", "list")
        self.assertIn("disabled", listed)
        self.assertNotIn(second, listed)

    def test_from_the_first_token_on_the_commands_need_one(self):
        self.server.start()
        token = self.run_command("token", "add", "ops", "--role", "admin")
        self.assertIn("ICELIGHT_TOKEN", self.run_command("token", "list", status=1))
        self.assertIn("ops", self.run_command("token", "list", ICELIGHT_TOKEN=token))
        self.run_command("token", "revoke", "ops", ICELIGHT_TOKEN=token)
        self.assertEqual(self.run_command("token", "list"), "")


class OwnQueriesTest(KeysCase):
    def ask(self, token, method, path, **body):
        return self.server.request(method, path, json.dumps(body) if body else None, {"Authorization": f"Bearer {token}"})

    def test_what_a_token_may_have_holds_for_every_format_and_for_cubes(self):
        token = self.run_command("token", "add", "small", "--max-rows", "10", "--max-time-ms", "300", "--max-queries", "2")
        listed = self.run_command("token", "list")
        self.assertIn("max_rows=10", listed)
        self.server.start()
        for format in ("json", "csv", "ndjson", "parquet", "arrow"):
            self.assertEqual(self.ask(token, "POST", "/query", sql="FROM range(10)", format=format).status, 200)
            refused = self.ask(token, "POST", "/query", sql="FROM range(11)", format=format)
            self.assertEqual(refused.status, 400, format)
            self.assertIn("10 rows at most (max_rows)", refused.json()["error"])
        late = self.ask(token, "POST", "/query", sql="SELECT count(*) FROM range(1000000) a, range(1000000) b")
        self.assertEqual(late.status, 504)
        self.assertIn("300 ms (max_time_ms)", late.json()["error"])
        self.server.send([events.track(f"user-{number}") for number in range(11)])
        cube = self.ask(token, "POST", "/cubejs-api/v1/load", query={"measures": ["Events.count"], "dimensions": ["Events.messageId"]})
        self.assertIn("max_rows", cube.text(), cube)
        bad = self.run_command("token", "add", "bad", "--max-rows", "none", status=2)
        self.assertIn("--max-rows: give a whole number", bad)

    def test_a_query_has_the_memory_of_its_token_and_the_next_one_its_own(self):
        few = self.run_command("token", "add", "few", "--max-memory-bytes", "16777216")
        all_of_it = self.run_command("token", "add", "all")
        self.server.start()
        for number in range(3):
            sql = f"SELECT length(list(i + {number})) AS n FROM range(5000000) t(i)"
            refused = self.ask(few, "POST", "/query", sql=sql)
            self.assertEqual(refused.status, 400)
            self.assertIn("16777216 bytes of memory at most (max_memory_bytes)", refused.json()["error"])
            self.assertEqual(self.ask(few, "POST", "/query", sql="SELECT count(*) FROM range(1000000)").status, 200)
            self.assertEqual(self.ask(all_of_it, "POST", "/query", sql=sql).json()["data"], [{"n": 5_000_000}])
        self.assertNotIn("killed", self.server.said())

    def test_running_queries_are_the_tokens_own(self):
        ada, bob = (self.run_command("token", "add", name) for name in ("ada", "bob"))
        self.server.start()
        endless = threading.Thread(target=self.ask, args=(ada, "POST", "/query"),
                                   kwargs={"sql": "SELECT count(*) FROM range(1000000) a, range(1000000) b", "queryId": "same"})
        endless.start()

        def active(token):
            return [query["owner"] for query in self.ask(token, "GET", "/api/queries/active").json()["queries"]]

        wait_until(lambda: active(ada) == ["ada"], 20, "the query runs")
        self.assertEqual(active(bob), [])
        self.assertEqual(self.ask(bob, "GET", "/api/queries/same").status, 404)
        self.assertEqual(self.ask(bob, "DELETE", "/api/queries/same").status, 404)
        self.assertEqual(active(ada), ["ada"])
        self.assertEqual(self.ask(ada, "DELETE", "/api/queries/same").status, 200)
        endless.join(timeout=20)

    def test_a_token_made_under_a_revoked_ones_name_continues_it(self):
        ops, ada = (self.run_command("token", "add", name, "--role", role) for name, role in (("ops", "admin"), ("ada", "read")))
        self.server.start()
        self.assertEqual(self.ask(ada, "POST", "/api/queries/saved", name="mine", sql="SELECT 1").status, 200)
        self.assertIn("ada", self.run_command("token", "add", "ada", status=2, ICELIGHT_TOKEN=ops))
        self.run_command("token", "revoke", "ada", ICELIGHT_TOKEN=ops)
        self.assertEqual(self.ask(ada, "GET", "/api/queries/saved").status, 401)
        again = self.run_command("token", "add", "ada", ICELIGHT_TOKEN=ops)
        listed = self.ask(again, "GET", "/api/queries/saved").json()["queries"]
        self.assertEqual([query["name"] for query in listed], ["mine"])
        self.assertEqual(self.ask(again, "DELETE", f"/api/queries/saved/{listed[0]['id']}").status, 200)

    def test_history_and_saved_queries_are_the_tokens_own_and_survive_a_restart(self):
        tokens = {name: self.run_command("token", "add", name, "--role", role)
                  for name, role in (("ops", "admin"), ("ada", "read"), ("bob", "read"))}
        self.server.start()
        saved = {}
        for name, token in tokens.items():
            self.assertEqual(self.ask(token, "POST", "/query", sql=f"SELECT '{name}' AS who").status, 200)
            made = self.ask(token, "POST", "/api/queries/saved", name="mine", sql=f"SELECT '{name}'", shared=name == "ada")
            saved[name] = made.json()["query"]["id"]

        def seen(token):
            history = self.ask(token, "GET", "/api/queries/history").json()["queries"]
            listed = self.ask(token, "GET", "/api/queries/saved").json()["queries"]
            return sorted(query["owner"] for query in history), sorted(query["owner"] for query in listed)

        for _ in range(2):
            self.assertEqual(seen(tokens["ops"]), (["ada", "bob", "ops"], ["ada", "bob", "ops"]))
            self.assertEqual(seen(tokens["ada"]), (["ada"], ["ada"]))
            self.assertEqual(seen(tokens["bob"]), (["bob"], ["ada", "bob"]))
            self.server.restart()
        for who, of, status in (("bob", "ada", 403), ("ada", "bob", 404), ("ops", "bob", 200), ("ada", "ada", 200)):
            self.assertEqual(self.ask(tokens[who], "DELETE", f"/api/queries/saved/{saved[of]}").status, status, (who, of))
        of_ada = self.ask(tokens["ada"], "GET", "/api/queries/history").json()["queries"][0]["id"]
        self.assertEqual(self.ask(tokens["bob"], "GET", f"/api/queries/{of_ada}").status, 404)


class ProxyTest(KeysCase):
    def test_the_client_behind_a_trusted_proxy_is_stored_and_shortened(self):
        key = self.run_command("source", "add", "web", "--ip-policy", "truncate")
        token = self.run_command("token", "add", "reader")
        self.server.start("--ingest-trusted-proxies", "127.0.0.0/8")
        self.assertEqual(self.send(key, **{"X-Forwarded-For": "1.1.1.1, 203.0.113.7"}).status, 200)
        self.assertEqual(self.server.request("GET", "/tables/analytics").status, 401, "a proxy is nobody's machine")
        bearer = {"Authorization": f"Bearer {token}"}
        self.assertIn('"ip":"203.0.113.0"', self.server.value("SELECT ingest_info FROM events", headers=bearer))


class StartTest(KeysCase):
    def test_auth_without_any_key_is_refused_with_what_makes_one(self):
        with self.assertRaises(StartFailed) as refused:
            self.server.start("--auth-enabled")
        self.assertIn("icelight source add", refused.exception.text)


del KeysCase  # not a test itself

if __name__ == "__main__":
    unittest.main()
