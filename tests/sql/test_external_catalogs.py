"""Tables of another server's Iceberg REST catalog, joined with our own: fresh, through the relay alone, and refused with what to
do where they cannot be read."""

import http.server
import json
import os
import pathlib
import random
import shutil
import socket
import ssl
import subprocess
import threading
import time
import unittest

import pyarrow
import pyiceberg.catalog

from harness import events, packaging, table
from harness.server import Server, StartFailed, command_of, scratch_directory, wait_until

TOKEN = "external-token-5b1d0c"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
FORMATS = ("json", "csv", "ndjson", "parquet", "arrow")
# A server whose workers get no namespaces.
WITHOUT_NAMESPACES = ("unshare", "--user", "--map-root-user", "sh", "-c", 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"', "sh")


class TlsFront:
    """TLS for whoever asks, in front of a port of this machine."""

    def __init__(self, directory, port):
        self.port_behind = port
        key, self.certificate = directory / "key.pem", directory / "certificate.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", self.certificate, "-days", "2",
                        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"], check=True, capture_output=True, timeout=60)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(self.certificate, key)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        """One request a connection: the client ends it."""
        try:
            with self.context.wrap_socket(connection, server_side=True) as front, \
                    socket.create_connection(("127.0.0.1", self.port_behind), timeout=30) as behind:
                threading.Thread(target=self.pump, args=(behind, front), daemon=True).start()
                self.pump(front, behind)
        except OSError:
            pass

    @staticmethod
    def pump(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def write_file(path, text):
    path.write_text(text)
    return path


def catalog(name, uri, location, **keys):
    lines = "".join(f'{key.replace("_", "-")} = "{value}"\n' for key, value in keys.items())
    return f'[{name}]\nuri = "{uri}"\nlocations = ["file://{location}"]\n{lines}'


class Case(unittest.TestCase):
    def query(self, sql, **members):
        return self.server.request("POST", "/query", json.dumps({"sql": sql, **members}))

    def rows(self, sql, **members):
        reply = self.query(sql, **members)
        self.assertEqual(reply.status, 200, reply.text()[:500])
        return [tuple(row.values()) for row in reply.json()["data"]]

    def refused(self, status, sql, **members):
        reply = self.query(sql, **members)
        self.assertEqual(reply.status, status, reply.text()[:500])
        self.assertNotIn(TOKEN, reply.text())
        return reply.json()["error"]


class TwoLakesTest(Case):
    """`server` knows `other`, which wants a token, under several names."""

    @classmethod
    def setUpClass(cls):
        cls.files = scratch_directory()
        cls.addClassCleanup(shutil.rmtree, cls.files, ignore_errors=True)
        cls.other = Server("--target-lag", "1s", "--auth-api-token", TOKEN).start()
        cls.addClassCleanup(cls.other.close)
        cls.count = 0
        cls.add_rows(10)
        cls.silent = socket.create_server(("127.0.0.1", 0))
        cls.addClassCleanup(cls.silent.close)
        cls.front = TlsFront(cls.files, cls.other.port)
        cls.addClassCleanup(cls.front.socket.close)
        cls.server = Server("--query-extensions", table.extension_directory(), "--query-external-catalogs", cls.write_catalogs()).start()
        cls.addClassCleanup(cls.server.close)
        cls.server.send([events.track(f"ours-{i}", f"user-{i}") for i in range(4)])

    @classmethod
    def write_catalogs(cls):
        token = write_file(cls.files / "token", TOKEN + "\n")
        wrong = write_file(cls.files / "wrong", "another-token-771\n")
        uri, warehouse = cls.other.url + "/iceberg", cls.other.data / "warehouse"
        return write_file(cls.files / "catalogs.toml", f'ca-file = "{cls.front.certificate}"\n' + "\n".join((
            catalog("crm", uri, warehouse, token_file=token),
            catalog("signed", uri, warehouse, client_id="anyone", client_secret_file=token),
            catalog("mistaken", uri, warehouse, client_id="anyone", client_secret_file=wrong),
            catalog("secure", f"https://localhost:{cls.front.port}/iceberg", warehouse, token_file=token),
            catalog("wrong", uri, warehouse, token_file=wrong),
            catalog("gone", "http://127.0.0.1:1/iceberg", warehouse),
            catalog("gone_tls", "https://127.0.0.1:1/iceberg", warehouse),
            catalog("unknown", "http://no-such-host.invalid/iceberg", warehouse),
            catalog("silent", f"http://127.0.0.1:{cls.silent.getsockname()[1]}", warehouse))))

    @classmethod
    def add_rows(cls, count):
        """Rows of the other server's table, committed when this returns."""
        cls.other.send([events.track(f"theirs-{cls.count + i}", f"user-{(cls.count + i) % 20}") for i in range(count)])
        cls.count += count
        question = "SELECT count(*) AS n FROM events"
        wait_until(lambda: int(cls.other.value(question, headers=BEARER, freshness="committed")) >= cls.count, 60, "their rows")

    def test_their_rows_are_counted_and_the_next_query_sees_new_ones(self):
        question = "SELECT count(*) AS n FROM crm.analytics.events"
        for _ in range(2):
            self.assertEqual(self.rows(question, maxStalenessMs=60_000), [(self.count,)])
            self.add_rows(3)
        reply = self.query(question, maxStalenessMs=60_000).json()
        self.assertEqual(reply["data"], [{"n": self.count}])
        self.assertNotIn("cacheAgeMs", reply["meta"])
        self.assertIsNone(reply["meta"]["dataThrough"], "nothing is promised of others")

    def test_a_join_of_both_lakes_is_right(self):
        join = "SELECT count(*) FROM events ours JOIN {}.analytics.events theirs ON ours.user_id = theirs.user_id AND theirs.message_id LIKE 'theirs-_'"
        self.assertEqual(self.rows(join.format("crm")), [(4,)])
        self.assertEqual(self.rows(join.format('"CRM"')), [(4,)])
        self.assertEqual(self.rows("SELECT (SELECT count(*) FROM events), (SELECT min(message_id) FROM crm.analytics.events)"), [(4, "theirs-0")])

    def test_every_format_and_statement_is_answered(self):
        for format in FORMATS:
            reply = self.query("SELECT message_id FROM crm.analytics.events WHERE message_id = 'theirs-7'", format=format)
            self.assertEqual(reply.status, 200, reply.text()[:300])
            self.assertIn(b"theirs-7", reply.body)
        names = {row[0] for row in self.rows("DESCRIBE crm.analytics.events")}
        self.assertLessEqual({"message_id", "event", "_log_offset"}, names)
        self.assertEqual(self.rows("SELECT count(*) FROM crm.analytics.events__rejected"), [(0,)])
        self.assertEqual(self.rows("SELECT count(*) FROM crm.analytics.events WHERE message_id = $1", params=["theirs-3"]), [(1,)])

    def test_over_tls_the_certificate_is_checked_and_the_rows_are_the_same(self):
        self.assertEqual(self.rows("SELECT count(*) > 0 FROM secure.analytics.events WHERE user_id = 'user-1'"), [(True,)])

    def test_credentials_of_oauth2_get_a_token(self):
        self.assertEqual(self.rows("SELECT count(*) FROM signed.analytics.events WHERE message_id = 'theirs-1'"), [(1,)])
        said = self.refused(503, "SELECT * FROM mistaken.analytics.events")
        self.assertTrue(said.startswith("catalog mistaken: "), said)
        self.assertNotIn("another-token", said)

    def test_what_cannot_be_reached_is_named_and_other_queries_go_on(self):
        for name, why in (("wrong", "it does not take our token or credentials"), ("gone", "its host was not reached"),
                          ("gone_tls", "its host was not reached"), ("unknown", "its host was not reached")):
            said = self.refused(503, f"SELECT * FROM {name}.analytics.events")
            self.assertTrue(said.startswith(f"catalog {name}: {why}"), said)
            self.assertNotIn("another-token", said)
            self.assertEqual(self.rows("SELECT count(*) FROM crm.analytics.events WHERE message_id = 'theirs-1'"), [(1,)])
            self.assertEqual(self.rows("SELECT count(*) FROM events"), [(4,)])

    def test_a_silent_catalog_ends_at_the_querys_deadline(self):
        begin = time.monotonic()
        self.refused(504, "SELECT * FROM silent.a.b", timeoutMs=1_000)
        self.assertLess(time.monotonic() - begin, 5)
        self.assertEqual(self.rows("SELECT count(*) FROM crm.analytics.events WHERE message_id = 'theirs-1'"), [(1,)])

    def test_names_are_refused_with_what_there_is(self):
        for sql, why in (("SELECT * FROM cmr.analytics.events", 'there is no catalog "cmr"; there are icelight and, of others, crm, gone, gone_tls'),
                         ("SELECT * FROM memory.main.x", "there is no catalog"),
                         ('SELECT * FROM crm."a.b".t', "only namespaces of one level are read"),
                         ("SELECT * FROM crm.a.b.t", "three parts at most"),
                         ("SELECT * FROM crm.events", "there is no table crm.events"),
                         ("SELECT * FROM crm.analytics.nothing", "Table with name nothing does not exist"),
                         ("SELECT * FROM crm.analytics.events AT (VERSION => 1)", "AT is not offered"),
                         ("INSERT INTO crm.analytics.events (message_id) VALUES ('x')", "SQL validation failed"),
                         ("DROP TABLE crm.analytics.events", "SQL validation failed"),
                         ("DETACH crm", "SQL validation failed")):
            self.assertIn(why, self.refused(400, sql), sql)
        self.assertIn("asOf goes with tables of this server only", self.refused(400, "SELECT * FROM crm.analytics.events", asOf="2026-01-01T00:00:00Z"))

    def test_a_query_over_them_is_listed_and_can_be_cancelled(self):
        slow = "SELECT count(*) FROM crm.analytics.events a, range(100000000) b, range(100000) c"
        replies = []
        thread = threading.Thread(target=lambda: replies.append(self.query(slow, queryId="slow-one")))
        thread.start()
        found = []
        wait_until(lambda: found.extend(one for one in self.server.request("GET", "/api/queries/active").json()["queries"] if one["sql"] == slow)
                   or found, 20, "the query among the active ones")
        cancelled = self.server.request("DELETE", "/api/queries/slow-one")
        self.assertEqual(cancelled.status, 200, cancelled.text())
        thread.join(timeout=30)
        self.assertEqual(replies[0].status, 503, replies)
        self.assertEqual(self.rows("SELECT count(*) FROM crm.analytics.events WHERE message_id = 'theirs-1'"), [(1,)])

    def test_the_secrets_are_nowhere_but_in_memory(self):
        self.rows("SELECT count(*) FROM crm.analytics.events")
        self.query("SELECT * FROM wrong.analytics.events")
        for pid in [self.server.pid(), *self.server.children()]:
            try:
                environment = pathlib.Path(f"/proc/{pid}/environ").read_text(errors="replace")
            except OSError:
                continue  # a worker that was replaced in between
            self.assertNotIn("-token-", command_of(pid) + environment)
        for path in ("/api/queries/active", "/api/queries/history", "/health", "/metrics"):
            self.assertNotIn("-token-", self.server.request("GET", path).text(), path)
        self.assertNotIn("-token-", self.server.said())

    def test_its_workers_are_in_a_network_of_their_own_with_the_relay_alone(self):
        self.rows("SELECT count(*) FROM crm.analytics.events")
        networks = {pid: os.readlink(f"/proc/{pid}/ns/net") for pid in self.server.workers("sql")}
        self.assertNotIn(os.readlink("/proc/self/ns/net"), networks.values())
        # From inside: interfaces, and routes beyond them.
        for pid in networks:
            interfaces = [line.split(":")[0].strip() for line in pathlib.Path(f"/proc/{pid}/net/dev").read_text().splitlines()[2:]]
            self.assertEqual(interfaces, ["lo"])
            self.assertEqual(pathlib.Path(f"/proc/{pid}/net/route").read_text().splitlines()[1:], [])
        self.assertNotIn('relay_refused_total{why="host"}', self.server.request("GET", "/metrics").text())


class ComingAndGoingTest(Case):
    """A catalog whose files lie where none may be read, which stops and comes back."""

    def test_a_catalog_that_was_down_is_read_when_it_is_back(self):
        with Server("--target-lag", "1s") as other:
            other.send([events.track("one")])
            other.wait_committed(1)
            url, other.listen = f"{other.url}/iceberg", ["--listen", f"127.0.0.1:{other.port}"]
            file = write_file(other.directory / "catalogs.toml", catalog("crm", url, other.data / "warehouse"))
            with Server("--query-extensions", table.extension_directory(), "--query-external-catalogs", file) as self.server:
                for _ in range(2):
                    other.stop()
                    # Attached already, the second time.
                    self.assertTrue(self.refused(503, "SELECT * FROM crm.analytics.events").startswith("catalog crm: "))
                    other.start()
                    self.assertEqual(self.rows("SELECT message_id FROM crm.analytics.events"), [("one",)])

    def test_a_location_that_is_not_listed_is_not_read(self):
        with Server("--target-lag", "1s") as other:
            other.send([events.track("one")])
            other.wait_committed(1)
            nothing = other.directory / "nothing"
            nothing.mkdir()
            file = write_file(other.directory / "catalogs.toml", catalog("crm", f"{other.url}/iceberg", nothing))
            with Server("--query-extensions", table.extension_directory(), "--query-external-catalogs", file) as self.server:
                said = self.refused(400, "SELECT * FROM crm.analytics.events")
                self.assertIn("of catalog crm only what its locations name is read", said)


@unittest.skipUnless(os.environ.get("TEST_ALL"), "brings an S3 server: TEST_ALL=1")
class ObjectStoreTest(Case):
    """A table in S3, with a key of ours and with one that the catalog hands out."""

    def test_a_bucket_is_read_with_either_key_and_no_other_bucket_is(self):
        directory = scratch_directory()
        self.addCleanup(shutil.rmtree, directory, ignore_errors=True)
        python = packaging.bring("python.sh", "icelight_python", packaging.ROOT / "packaging" / "requirements-s3.txt", "s3")
        lake = subprocess.Popen([python, pathlib.Path(__file__).parent / "s3_lake.py", directory, "KEYID", TOKEN], stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, text=True)
        try:
            ports = json.loads(lake.stdout.readline())
            secret = write_file(directory / "secret", TOKEN)
            uri, text = f"http://127.0.0.1:{ports['catalog']}", ""
            for name, path, bucket, keys in (("own", "", "lake", f'key-id = "KEYID"\nsecret-file = "{secret}"\n'), ("vended", "/vending", "lake", ""),
                                             ("other", "", "another", f'key-id = "KEYID"\nsecret-file = "{secret}"\n')):
                text = (f'[{name}]\nuri = "{uri}{path}"\nlocations = ["s3://{bucket}/warehouse/"]\n[{name}.s3]\nregion = "us-east-1"\n'
                        f'endpoint = "127.0.0.1:{ports["store"]}"\npath-style = true\nuse-ssl = false\n{keys}')
                file = write_file(directory / f"{name}.toml", text)
                with Server("--query-extensions", table.extension_directory(), "--query-external-catalogs", file) as self.server:
                    question = f"SELECT count(*), sum(id)::BIGINT FROM {name}.sales.orders WHERE user_id <> 'user-0'"
                    if name == "other":
                        self.assertIn("only what its locations name is read", self.refused(400, question))
                    else:
                        self.assertEqual(self.rows(question), [(90, 4500)])
                    self.assertNotIn(TOKEN, self.server.said())
        finally:
            lake.communicate(timeout=60)


@unittest.skipUnless(os.environ.get("TEST_ALL"), "starts a Java server: TEST_ALL=1")
class ReferenceServerTest(Case):
    """The REST catalog of Iceberg's own compatibility kit, written by PyIceberg."""

    def start_catalog(self, directory):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        kit = packaging.ROOT / "tests" / "conformance" / "rck" / "pom.xml"
        jars = packaging.bring("java.sh", "icelight_java_jars", kit, "rck")
        settings = {"CATALOG_WAREHOUSE": str(directory), "CATALOG_REST_PORT": str(port), "CATALOG_URI": "jdbc:sqlite::memory:",
                    "CATALOG_CATALOG__IMPL": "org.apache.iceberg.jdbc.JdbcCatalog", "CATALOG_JDBC_SCHEMA__VERSION": "V1"}
        java = subprocess.Popen(["java", "-Xmx512m", "-cp", f"{jars}/*", "org.apache.iceberg.rest.RESTCatalogServer"],
                                env={**os.environ, **settings}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(java.wait, timeout=60)
        self.addCleanup(java.terminate)

        def answers():
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
            except OSError:
                return False
            return True

        wait_until(answers, 60, "the Java server")
        return f"http://127.0.0.1:{port}"

    def test_its_tables_are_read_and_joined_as_they_change(self):
        directory = scratch_directory()
        self.addCleanup(shutil.rmtree, directory, ignore_errors=True)
        uri = self.start_catalog(directory / "warehouse")
        writer = pyiceberg.catalog.load_catalog("writer", type="rest", uri=uri)
        writer.create_namespace("sales")

        def orders(begin, end):
            return pyarrow.table({"id": list(range(begin, end)), "user_id": [f"user-{i % 10}" for i in range(begin, end)]})

        theirs = writer.create_table("sales.orders", schema=orders(0, 1).schema)
        theirs.append(orders(0, 50))
        file = write_file(directory / "catalogs.toml", catalog("crm", uri, directory / "warehouse"))
        with Server("--query-extensions", table.extension_directory(), "--query-external-catalogs", file) as self.server:
            self.server.send([events.track(f"ours-{i}", f"user-{i}") for i in range(4)])
            count = "SELECT count(*), sum(id)::BIGINT FROM crm.sales.orders"
            self.assertEqual(self.rows(count), [(50, 1225)])
            theirs.append(orders(50, 80))
            self.assertEqual(self.rows(count), [(80, 3160)])
            self.assertEqual(self.rows("SELECT count(*) FROM events JOIN crm.sales.orders USING (user_id)"), [(32,)])
            theirs.delete("id < 10")
            self.assertEqual(self.rows(count), [(70, 3115)])


class EqualityDeletesTest(Case):
    """Tables for which DuckDB's extension would leave out too many rows."""

    @staticmethod
    def claim(other, name, summary):
        """A new snapshot of the same files, with another summary."""
        path = f"/iceberg/v1/namespaces/analytics/tables/{name}"
        metadata = other.request("GET", path).json()["metadata"]
        last = next(one for one in metadata["snapshots"] if one["snapshot-id"] == metadata["current-snapshot-id"])
        snapshot = {**last, "snapshot-id": last["snapshot-id"] ^ 1, "parent-snapshot-id": last["snapshot-id"],
                    "sequence-number": metadata["last-sequence-number"] + 1, "summary": {"operation": "overwrite", **summary}}
        changes = [{"action": "add-snapshot", "snapshot": snapshot},
                   {"action": "set-snapshot-ref", "ref-name": "main", "type": "branch", "snapshot-id": snapshot["snapshot-id"]}]
        reply = other.request("POST", path, json.dumps({"requirements": [], "updates": changes}))
        if reply.status != 200:
            raise AssertionError(reply.text())

    def test_they_are_refused_where_partitions_make_them_wrong(self):
        with Server() as other:
            writer = table.connect_duckdb()
            table.attach(writer, other)
            for name, partitions in (("whole", ""), ("parted", "PARTITIONED BY (n)"), ("silent", "PARTITIONED BY (n)")):
                writer.execute(f"CREATE TABLE lake.analytics.{name} (n BIGINT) {partitions}")
                writer.execute(f"INSERT INTO lake.analytics.{name} VALUES (1), (2)")
            file = write_file(other.directory / "catalogs.toml", catalog("crm", f"{other.url}/iceberg", other.data / "warehouse"))
            with Server("--query-extensions", table.extension_directory(), "--query-external-catalogs", file) as self.server:
                count = "SELECT count(*) FROM crm.analytics.{}"
                for name in ("whole", "parted", "silent"):
                    self.assertEqual(self.rows(count.format(name)), [(2,)])
                for name in ("whole", "parted"):
                    self.claim(other, name, {"total-equality-deletes": "1"})
                self.claim(other, "silent", {})
                # Without a word in the summary the manifests say it: there are none.
                for name in ("whole", "silent"):
                    self.assertEqual(self.rows(count.format(name)), [(2,)])
                said = self.refused(400, count.format("parted"))
                self.assertIn("table crm.analytics.parted has equality deletes and partitions", said)


def fake_table(directory):
    """The reply that describes an empty table."""
    metadata = {"format-version": 2, "table-uuid": "6b5f3b7e-1111-4222-8333-444455556666", "location": f"file://{directory}", "last-sequence-number": 0,
                "last-updated-ms": 1, "last-column-id": 1, "current-schema-id": 0, "default-spec-id": 0, "last-partition-id": 999,
                "schemas": [{"type": "struct", "schema-id": 0, "fields": [{"id": 1, "name": "n", "required": False, "type": "long"}]}],
                "partition-specs": [{"spec-id": 0, "fields": []}], "default-sort-order-id": 0, "sort-orders": [{"order-id": 0, "fields": []}],
                "current-snapshot-id": -1, "snapshots": [], "refs": {}, "snapshot-log": [], "metadata-log": [], "properties": {}}
    return {"metadata-location": f"file://{directory}/v1.metadata.json", "metadata": metadata, "config": {}}


class FakeCatalog:
    """A REST catalog of empty tables that keeps the tokens it was shown. `plan` says, by part of the protocol, what else it does:
    a status, "close", "cut" within the body, "redirect" to `elsewhere`."""

    PARTS = ("config", "oauth", "namespaces", "tables")

    def __init__(self, name, directory):
        self.name, self.plan, self.elsewhere, self.tokens = name, {}, None, set()
        self.replies = {"config": {"defaults": {}, "overrides": {}}, "tables": fake_table(directory), "namespaces": {"namespace": ["a"], "properties": {}},
                        "oauth": {"access_token": f"issued-by-{name}", "token_type": "bearer", "expires_in": 3600}}
        fake = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):  # noqa: N802
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                fake.tokens.add(self.headers.get("Authorization"))
                fake.answer(self)

            do_HEAD = do_POST = do_GET

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, handler):
        part = next(part for part in ("config", "oauth", "tables", "namespaces") if f"/{part}" in handler.path)
        what = self.plan.get(part, 200)
        body = json.dumps(self.replies[part] if what == 200 else {"error": {"message": "none", "type": "Fake", "code": what}}).encode()
        if what == "close":
            handler.close_connection = True
            return
        handler.send_response({"cut": 200, "redirect": 307}.get(what, what))
        if what == "redirect":
            handler.send_header("Location", self.elsewhere.url + handler.path)
        handler.send_header("Content-Length", str(len(body) + (what == "cut")))
        handler.end_headers()
        if handler.command != "HEAD":
            handler.wfile.write(body)
        handler.close_connection = what == "cut"

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class TokensTest(Case):
    """A token is shown to its own catalog only. What the extension (1.5.5) remembers of a host it finds by an attachment's address in memory:
    where one was detached, or failed, the next is asked for at the host of the one before."""

    def setUp(self):
        self.directory = scratch_directory()
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        self.fakes = [FakeCatalog(name, self.directory) for name in ("one", "two", "three")]
        for fake in self.fakes:
            self.addCleanup(fake.close)

    def strangers(self):
        """Tokens that a catalog saw and that are another's."""
        return [(fake.name, token) for fake in self.fakes for token in fake.tokens
                for other in self.fakes if other is not fake and token in (f"Bearer token-of-{other.name}", f"Bearer issued-by-{other.name}")]

    def start_server(self):
        text = ""
        for fake in self.fakes:
            token = write_file(self.directory / fake.name, f"token-of-{fake.name}")
            keys = {"client_id": "us", "client_secret_file": token} if fake.name == "three" else {"token_file": token}
            text += catalog(fake.name, fake.url, self.directory, **keys)
        file = write_file(self.directory / "catalogs.toml", text)
        server = Server("--query-extensions", table.extension_directory(), "--query-external-catalogs", file)
        self.addCleanup(server.close)
        return server.start()

    def test_a_token_is_shown_to_its_own_catalog_only_whatever_fails(self):
        self.server = self.start_server()
        everything = "SELECT count(*) FROM one.a.t, two.a.t, three.a.t"
        self.assertEqual(self.rows(everything), [(0,)])
        dice = random.Random(7)
        for _ in range(300 if os.environ.get("TEST_ALL") else 20):
            for fake in self.fakes:
                part = dice.choice(fake.PARTS)
                # Whoever a request for a token is led to answers it: nothing to redirect.
                faults = (404, 404, 401, 403, 500, 503, "close", "cut") + ("redirect",) * (part != "oauth")
                fake.plan = {part: dice.choice(faults)} if dice.random() < 0.5 else {}
                fake.elsewhere = dice.choice([other for other in self.fakes if other is not fake])
            names = dice.sample([fake.name for fake in self.fakes], dice.randint(1, 3))
            reply = self.query("SELECT count(*) FROM " + ", ".join(f"{name}.a.t{dice.randint(0, 2)}" for name in names), timeoutMs=8_000)
            self.assertIn(reply.status, (200, 400, 503, 504), reply)
            self.assertEqual(self.strangers(), [], [fake.plan for fake in self.fakes])
        for fake in self.fakes:
            fake.plan = {}
        self.assertEqual(self.rows(everything), [(0,)])
        for fake in self.fakes:
            self.assertIn(f"Bearer {'issued-by' if fake.name == 'three' else 'token-of'}-{fake.name}", fake.tokens)

    def test_one_connection_that_detaches_shows_them_to_others(self):
        """The control: why nothing is ever detached."""
        connection = table.connect_duckdb()
        for fake in self.fakes[:2]:
            connection.execute(f"CREATE SECRET {fake.name} (TYPE iceberg, TOKEN 'token-of-{fake.name}')")
        for _ in range(20):
            for fake in self.fakes[:2]:
                connection.execute(f"ATTACH '' AS {fake.name} (TYPE iceberg, ENDPOINT '{fake.url}', SECRET {fake.name}, ACCESS_DELEGATION_MODE 'none')")
                connection.execute(f"SELECT count(*) FROM {fake.name}.a.t").fetchall()
                connection.execute(f"DETACH {fake.name}")
        self.assertNotEqual(self.strangers(), [])


class StartTest(unittest.TestCase):
    def refusal(self, *arguments, **options):
        server = Server(*arguments, **options)
        self.addCleanup(server.close)
        with self.assertRaises(StartFailed) as failure:
            server.start()
        return failure.exception.text

    def file(self, text):
        directory = scratch_directory()
        self.addCleanup(shutil.rmtree, directory, ignore_errors=True)
        return write_file(directory / "catalogs.toml", text or catalog("crm", "http://127.0.0.1:1", directory))

    def test_without_extensions_the_start_is_refused_with_what_to_do(self):
        said = self.refusal("--query-external-catalogs", self.file(""))
        self.assertIn("query.external-catalogs needs query.extensions", said)
        self.assertIn("packaging/duckdb_extensions.sh", said)

    def test_a_wrong_file_is_refused_with_its_place(self):
        said = self.refusal("--query-extensions", table.extension_directory(), "--query-external-catalogs", self.file("[crm]\nurl = 'http://x'"))
        self.assertIn("catalogs.toml: crm.url: is not known here; did you mean `uri`?", said)

    def test_workers_without_a_network_of_their_own_need_the_operators_word(self):
        arguments = ("--query-extensions", table.extension_directory(), "--query-external-catalogs", self.file(""))
        said = self.refusal(*arguments, wrapper=WITHOUT_NAMESPACES)
        self.assertIn("query.external-catalogs: this system gives a worker no network of its own", said)
        self.assertIn("--insecure-sql", said)
        with Server(*arguments, "--insecure-sql", wrapper=WITHOUT_NAMESPACES) as server:
            reply = server.request("POST", "/query", json.dumps({"sql": "SELECT * FROM crm.a.b"}))
            self.assertEqual(reply.status, 503, reply.text())
            self.assertIn("its host was not reached", reply.json()["error"])


if __name__ == "__main__":
    unittest.main()
