"""Reads the tables with programs that are not ours: PyIceberg and DuckDB's Iceberg extension."""

import pathlib
import site
import subprocess

import duckdb
from pyiceberg.catalog import load_catalog

from harness.packaging import BRING_SECONDS, ROOT


def load_table(server, name="events", namespace="analytics"):
    """The table as PyIceberg sees it over the REST catalog."""
    return load_rest_catalog(server).load_table((namespace, name))


def load_rest_catalog(server):
    return load_catalog("icelight", type="rest", uri=server.url + "/iceberg")


def scan(server, name="events", columns=("*",), where=None):
    """An Arrow table of the named columns, read by PyIceberg."""
    table = load_table(server, name)
    filters = {"row_filter": where} if where else {}
    return table.scan(selected_fields=columns, **filters).to_arrow()


def texts_by_id(server, where=None):
    """{message_id: [properties text, ...]} of the events table, read by PyIceberg."""
    rows = scan(server, columns=("message_id", "properties"), where=where)
    found = {}
    for message_id, properties in zip(rows.column("message_id").to_pylist(), rows.column("properties").to_pylist()):
        found.setdefault(message_id, []).append(properties)
    return found


def connect_duckdb():
    """DuckDB with the Iceberg extension of the Python wheels; downloads nothing."""
    connection = duckdb.connect()
    connection.execute("SET autoinstall_known_extensions = false")
    connection.execute("SET TimeZone = 'UTC'")
    for name in ("httpfs", "avro", "iceberg"):
        connection.execute(f"LOAD '{extension_path(name)}'")
    return connection


def extension_directory():
    """What query.extensions wants, with the same extensions."""
    done = subprocess.run([ROOT / "packaging" / "duckdb_extensions.sh"], capture_output=True, text=True, timeout=BRING_SECONDS)
    if done.returncode != 0:
        raise AssertionError(f"duckdb_extensions.sh: {done.stdout}{done.stderr}"[-3000:])
    return pathlib.Path(done.stdout.strip())


def extension_path(name):
    for folder in site.getsitepackages():
        found = list(pathlib.Path(folder).glob(f"duckdb_extension_{name}/extensions/*/{name}.duckdb_extension"))
        if found:
            return found[0]
    raise FileNotFoundError(f"the DuckDB extension {name} is not installed")


def attach(connection, server, name="lake"):
    connection.execute(f"ATTACH '' AS {name} (TYPE iceberg, ENDPOINT '{server.url}/iceberg', AUTHORIZATION_TYPE 'none')")
