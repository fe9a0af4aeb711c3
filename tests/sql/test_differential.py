"""Random statements through us and through plain DuckDB over tables in memory that hold the same rows: equal answers.

What we read was written in several files, partitions, schemas and delete files, and is partly in the log's tail alone. The other side knows
no files, bounds or filters on files. TEST_SEED in the environment takes another seed, TEST_STATEMENTS another number of statements."""

import collections
import datetime
import decimal
import io
import json
import math
import os
import random
import time
import unittest
import uuid

import duckdb
import pyarrow
import pyarrow.ipc
import pyarrow.parquet
from pyiceberg.manifest import DataFileContent
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.transforms import IdentityTransform
from pyiceberg.types import (BinaryType, BooleanType, DateType, DecimalType, DoubleType, FixedType, FloatType, IntegerType, ListType, LongType, MapType,
                             NestedField, StringType, StructType, TimestampType, TimestamptzType, TimeType, UUIDType)

from harness import notes, table
from harness.server import Server
from sql.foreign_tables import MICROSECONDS, TEXTS, ForeignTable, ids_of, moment, position_table, to_arrow
from sql.random_sql import Column, Source, Writer

SEED = int(os.environ.get("TEST_SEED", "20260213"))
STATEMENTS = int(os.environ.get("TEST_STATEMENTS", "4000" if os.environ.get("TEST_ALL") else "72"))
TABLES = 6 if os.environ.get("TEST_ALL") else 2
FIRST_LOOK_SECONDS = 1  # What comes before the flusher's first look at the log is flushed at once.
FAILURES_MAX = 8
KINDS = {BooleanType: "BOOLEAN", IntegerType: "INTEGER", LongType: "BIGINT", FloatType: "FLOAT", DoubleType: "DOUBLE", DateType: "DATE", TimeType: "TIME",
         TimestampType: "TIMESTAMP", TimestamptzType: "TIMESTAMPTZ", StringType: "VARCHAR", BinaryType: "BLOB", FixedType: "BLOB", UUIDType: "UUID",
         DecimalType: "DECIMAL", StructType: "STRUCT", ListType: "LIST", MapType: "MAP"}


# -- comparing

def plain(value):
    """A value as both sides give it: equal ones look equal."""
    if isinstance(value, float):
        return "nan" if math.isnan(value) else repr(value + 0.0)  # -0.0 is 0.0
    if isinstance(value, decimal.Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, (list, tuple)):
        return tuple(plain(item) for item in value)
    if isinstance(value, dict):
        return tuple((name, plain(item)) for name, item in value.items())
    if isinstance(value, uuid.UUID):
        return str(value)
    return value if value is None or isinstance(value, (bool, int, str, bytes)) else repr(value)


def rows_of(arrow):
    return list(zip(*([plain(value) for value in column.to_pylist()] for column in arrow.columns))) if arrow.num_columns else []


def differences(ours, expected, is_ordered):
    """What is wrong with the rows, in words; empty: nothing."""
    if is_ordered and ours != expected:
        first = next((place for place, pair in enumerate(zip(ours, expected)) if pair[0] != pair[1]), min(len(ours), len(expected)))
        return f"row {first}: {ours[first:first + 1]}, expected {expected[first:first + 1]} ({len(ours)} rows, expected {len(expected)})"
    ours, expected = collections.Counter(ours), collections.Counter(expected)
    missing, more = expected - ours, ours - expected
    if not missing and not more:
        return ""
    return f"missing {missing.total()}: {list(missing.elements())[:3]}; too many {more.total()}: {list(more.elements())[:3]}"


# -- the other side

class Oracle:
    """DuckDB in memory; `tables`: {name: (arrow, {column: SQL type})}."""

    def __init__(self, tables):
        self.connection = duckdb.connect(config={"threads": 1})
        self.connection.execute("SET TimeZone = 'UTC'")
        for name, (arrow, types) in tables.items():
            columns = ", ".join(f'CAST("{column}" AS {types[column]}) AS "{column}"' for column in types)
            self.connection.register("given", arrow)
            self.connection.execute(f"CREATE TABLE {name} AS SELECT {columns} FROM given")
            self.connection.unregister("given")

    def ask(self, sql, params):
        """(rows, None) or (None, error)."""
        try:
            return rows_of(self.connection.execute(sql, params).to_arrow_table()), None
        except duckdb.Error as error:
            return None, str(error)


class World:
    """Sources, the members that make a request read them, and the other side."""

    def __init__(self, server, title, sources, oracle, **members):
        self.server, self.title, self.sources, self.oracle, self.members = server, title, sources, oracle, members

    def ours(self, client, sql, params):
        reply = client.request("POST", "/query", json.dumps({"sql": sql, "format": "arrow", "params": params, "maxRows": 100_000, **self.members}))
        if reply.status != 200:
            return None, f"{reply.status} {reply.text()}"
        return rows_of(pyarrow.ipc.open_stream(io.BytesIO(reply.body)).read_all()), None


class Tally:
    def __init__(self):
        self.asked = self.answered = self.rows = 0
        self.refused = collections.Counter()
        self.wrong = []


def run(world, seed, count, tally=None, failures_max=FAILURES_MAX):
    """Asks both sides; what differs is in the tally."""
    tally = tally or Tally()
    with world.server.client() as client:
        for number in range(count):
            chance = random.Random(f"{seed} {world.title} {number}")
            sql, params, is_ordered = Writer(chance, world.sources).statement()
            tally.asked += 1
            expected, refusal = world.oracle.ask(sql, params)
            ours, error = world.ours(client, sql, params)
            if refusal and error and "500" not in error[:3]:
                tally.refused[refusal.split(":")[0]] += 1
                continue
            if refusal or error:
                said = f"ours: {(error or 'rows')[:600]}; expected: {(refusal or 'rows')[:300]}"
            else:
                tally.answered += 1
                tally.rows += len(expected)
                said = differences(ours, expected, is_ordered)
            if said:
                tally.wrong.append(f"TEST_SEED={seed}, {world.title} {world.members} number {number}:\n{sql}\n{params or ''}\n{said}")
                if len(tally.wrong) >= failures_max:
                    break
    return tally


# -- tables of the REST catalog

def sql_type(type_):
    if isinstance(type_, DecimalType):
        return f"DECIMAL({type_.precision},{type_.scale})"
    if isinstance(type_, StructType):
        return "STRUCT(" + ", ".join(f'"{field.name}" {sql_type(field.field_type)}' for field in type_.fields) + ")"
    if isinstance(type_, ListType):
        return sql_type(type_.element_type) + "[]"
    if isinstance(type_, MapType):
        return f"MAP({sql_type(type_.key_type)}, {sql_type(type_.value_type)})"
    return KINDS[type(type_)]


def column_of(field, values, chance):
    kind = KINDS[type(field.field_type)]
    held = [value for value in values if value is not None]
    if isinstance(field.field_type, UUIDType):
        held = [str(uuid.UUID(bytes=value)) for value in held]
    chance.shuffle(held)
    held = held[:20] + nearby(kind)
    members = []
    if kind == "STRUCT":
        members = [column_of(member, [value.get(member.name) for value in values if value is not None], chance) for member in field.field_type.fields]
    return Column(field.name, kind, held, members)


def nearby(kind):
    """Values that no row need hold."""
    return {"VARCHAR": ["", "m", "a" * 16, "zzzz", "\U0010ffff"], "INTEGER": [3, -7, 2**31 - 1], "BIGINT": [3, 2**53 + 2, -2**63, 2**63 - 1],
            "DECIMAL": [decimal.Decimal("0.01"), decimal.Decimal("-12.34")], "DATE": [datetime.date(1969, 12, 31), datetime.date(2020, 1, 15)],
            "TIME": [datetime.time(12, 30)], "BOOLEAN": [True, False], "BLOB": [b"", b"\xff\xff"], "UUID": [str(uuid.UUID(int=5))],
            "FLOAT": [0.0, 3.5, math.nan], "DOUBLE": [0.0, 3.5, math.nan], "TIMESTAMP": [moment(-1).replace(tzinfo=None), moment(86_399_999_999).replace(tzinfo=None)],
            "TIMESTAMPTZ": [moment(-1), moment(86_399_999_999)]}.get(kind, [])


def foreign_source(name, schema, arrow, chance):
    return Source(name, '"id"', [column_of(field, arrow.column(field.name).to_pylist(), chance) for field in schema.fields])


def oracle_table(schema, arrow):
    """UUIDs become text, of which DuckDB makes UUIDs."""
    columns = [pyarrow.array([value and str(uuid.UUID(bytes=value)) for value in column.to_pylist()], pyarrow.string())
               if isinstance(field.field_type, UUIDType) else column for field, column in zip(schema.fields, arrow.columns)]
    return pyarrow.table(columns, names=arrow.column_names), {field.name: sql_type(field.field_type) for field in schema.fields}


SHARED = []  # The server of tables that others write.


def setUpModule():
    SHARED.append(Server("--target-lag", "1h").start())
    unittest.addModuleCleanup(SHARED[0].close)


class ForeignTablesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = SHARED[0]
        catalog = table.load_rest_catalog(cls.server)
        chance = random.Random(SEED)
        cls.tables = [ForeignTable(cls.server, catalog, f"t{number}", chance).live(chance.randrange(4, 19) if number else 18) for number in range(TABLES)]

    def check(self, tally, answered=0.9):
        notes.note(f"{self.id().split('.')[-1]}: seed {SEED}, {tally.asked} statements, {tally.answered} answered by both with {tally.rows} rows, "
                   f"{tally.refused.total()} refused by both")
        self.assertFalse(tally.wrong, "\n\n" + "\n\n".join(tally.wrong))
        self.assertGreaterEqual(tally.answered, answered * tally.asked, tally.refused)

    def now(self):
        sources = [foreign_source(one.name, one.table.schema(), one.expected(), random.Random(SEED)) for one in self.tables]
        oracle = Oracle({one.name: oracle_table(one.table.schema(), one.expected()) for one in self.tables})
        return World(self.server, "now", sources, oracle)

    def test_all_rows_are_there(self):
        world = self.now()
        with self.server.client() as client:
            for one in self.tables:
                sql = f"SELECT * FROM {one.name}"
                self.assertEqual(differences(world.ours(client, sql, [])[0], world.oracle.ask(sql, [])[0], False), "", one.name)

    def test_random_statements_over_them_are_answered_rightly(self):
        self.check(run(self.now(), SEED, STATEMENTS // 2))

    def test_so_are_statements_about_them_as_they_were(self):
        tally = Tally()
        states = [(one, state) for one in self.tables for state in one.states]
        random.Random(SEED).shuffle(states)
        states = states[:6] if not os.environ.get("TEST_ALL") else states
        for one, (snapshot_id, schema, arrow) in states:
            world = World(self.server, f"{one.name} as of {snapshot_id}", [foreign_source(one.name, schema, arrow, random.Random(SEED))],
                          Oracle({one.name: oracle_table(schema, arrow)}), asOf=str(snapshot_id))
            run(world, SEED, STATEMENTS // 4 // len(states) + 1, tally)
        self.check(tally)

    # What shows that a lost row would be found.
    def test_statements_that_lose_a_row_are_noticed(self):
        one = self.tables[0]
        arrow = one.expected()
        sources = [foreign_source(one.name, one.table.schema(), arrow, random.Random(SEED))]
        whole, types = oracle_table(one.table.schema(), arrow)
        for rows in (whole.slice(1), pyarrow.concat_tables([whole, whole.slice(0, 1)])):
            self.assertTrue(run(World(self.server, "control", sources, Oracle({one.name: (rows, types)})), SEED, 40, failures_max=1).wrong)


class OddTablesTest(unittest.TestCase):
    """What random tables have too seldom."""

    @classmethod
    def setUpClass(cls):
        cls.server = SHARED[0]
        cls.catalog = table.load_rest_catalog(cls.server)

    def create(self, name, *fields):
        return self.catalog.create_table(("analytics", name), Schema(*(NestedField(number, *field, required=False) for number, field in enumerate(fields, 1))))

    def append(self, target, **columns):
        schema = target.schema()
        ids = [field.field_id for field in schema.fields]
        target.append(to_arrow(schema, [dict(zip(ids, row)) for row in zip(*columns.values())]))

    def rows(self, sql):
        return [tuple(row.values()) for row in self.server.sql(sql)]

    def test_columns_may_have_any_name_also_beside_deletes(self):
        with table.connect_duckdb() as writer:
            table.attach(writer, self.server)
            for number, name in enumerate(("file_row_number", "filename", "data", "pos", "__icelight_file", "order", "a.b", 'qu"ote', "é")):
                target = self.create(f"odd{number}", ("id", LongType()), (name, LongType()))
                self.append(target, id=[0, 1, 2, 3], other=[5, 6, 7, 8])
                quoted = '"' + name.replace('"', '""') + '"'
                self.assertEqual(self.rows(f"SELECT * FROM odd{number} ORDER BY {quoted}"), [(0, 5), (1, 6), (2, 7), (3, 8)], name)
                writer.execute(f"DELETE FROM lake.analytics.odd{number} WHERE id = 1")
                self.assertEqual(self.rows(f"SELECT id, {quoted} FROM odd{number} WHERE {quoted} > 5 ORDER BY id"), [(2, 7), (3, 8)], name)

    def test_columns_that_differ_by_case_alone_are_two(self):
        target = self.create("cased", ("id", LongType()), ("a", LongType()), ("A", LongType()))
        self.append(target, id=[1, 2], a=[1, 2], A=[10, 20])
        self.append(target, id=[3], a=[100], A=[3])
        self.assertEqual(self.server.sql("SELECT * FROM cased WHERE A_1 >= 10 ORDER BY id"), [{"id": 1, "a": 1, "A_1": 10}, {"id": 2, "a": 2, "A_1": 20}])
        self.assertEqual(self.rows("SELECT id FROM cased WHERE a = 100"), [(3,)])

    def test_a_column_that_was_dropped_does_not_come_back_when_its_schema_is_forgotten(self):
        target = self.create("forgotten", ("id", LongType()), ("x", LongType()))
        self.append(target, id=[0, 1], x=[5, 6])
        with target.update_schema(allow_incompatible_changes=True) as update:
            update.delete_column("x")
        with target.update_schema() as update:
            update.add_column("x", LongType())
        reply = self.server.request("POST", "/iceberg/v1/namespaces/analytics/tables/forgotten", json.dumps(
            {"requirements": [], "updates": [{"action": "remove-schemas", "schema-ids": [0, 1]}]}))
        self.assertEqual((reply.status, len(table.load_table(self.server, "forgotten").metadata.schemas)), (200, 1))
        self.assertEqual(self.rows("SELECT * FROM forgotten ORDER BY id"), [(0, None), (1, None)])

    def test_members_that_names_do_not_find_are_found_by_id(self):
        kind = StructType(NestedField(11, "a", LongType(), required=False), NestedField(12, "b c", LongType(), required=False))
        target = self.create("moved", ("id", LongType()), ("st", kind), ("li", ListType(20, kind, element_required=False)))
        self.append(target, id=[0], st=[{"a": 5, "b c": 6}], li=[[{"a": 7, "b c": 8}]])
        self.assertEqual(self.rows('SELECT id, st.a, st."b c", li[1]."b c" FROM moved'), [(0, 5, 6, 8)], "files spell the name otherwise")
        with target.update_schema() as update:
            update.rename_column("st.a", "x")
            update.rename_column("li.element.a", "x")
        with target.update_schema() as update:
            update.add_column(("st", "a"), LongType())
        self.append(target, id=[1], st=[{"x": 1, "b c": 2, "a": 3}], li=[[]])
        self.assertEqual(self.rows("SELECT * FROM moved ORDER BY id"),
                         [(0, {"x": 5, "b c": 6, "a": None}, [{"x": 7, "b c": 8}]), (1, {"x": 1, "b c": 2, "a": 3}, [])])
        self.assertEqual(self.rows("SELECT id FROM moved WHERE st.a IS NULL AND li[1].x = 7"), [(0,)])

    def make_deletable(self, name):
        """A table partitioned by `p` with a file each of p = 1 and 2, and {path: file} of them."""
        fields = [NestedField(number, column, kind, required=False) for number, (column, kind) in
                  enumerate((("id", LongType()), ("p", LongType()), ("x", StringType()), ("y", LongType())), 1)]
        made = ForeignTable.__new__(ForeignTable)
        made.server, made.catalog, made.name, made.rows, made.states = self.server, self.catalog, name, {}, []
        made.table = self.catalog.create_table(("analytics", name), Schema(*fields), partition_spec=PartitionSpec(PartitionField(2, 1000, IdentityTransform(), "p")))
        self.append(made.table, id=[0, 1, 2, 3], p=[1, 1, 2, 2], x=["a", None, "a", None], y=[7, 8, 7, 8])
        return made, sorted(made.data_files(), key=lambda file: ids_of(file))

    def delete(self, made, data, content, ids, rows, **options):
        schema = Schema(*(field for field in made.table.schema().fields if field.field_id in ids)) if ids else None
        made.commit([(data, to_arrow(schema, [dict(zip(ids, row)) for row in rows]) if ids else position_table(rows), content, ids)], **options)

    def test_a_delete_by_value_reaches_its_partition_older_files_and_nulls(self):
        made, (one, _) = self.make_deletable("by_value")
        by_value = DataFileContent.EQUALITY_DELETES
        self.delete(made, one, by_value, [3, 4], [(None, 8)], sequence=1)
        self.assertEqual(self.rows("SELECT id FROM by_value ORDER BY id"), [(0,), (1,), (2,), (3,)], "as young as the file: not older")
        self.delete(made, one, by_value, [3, 4], [(None, 7), ("a", 8)])
        self.assertEqual(self.rows("SELECT id FROM by_value ORDER BY id"), [(0,), (1,), (2,), (3,)], "no row is so")
        self.delete(made, one, by_value, [3, 4], [(None, 8)])
        self.assertEqual(self.rows("SELECT id FROM by_value ORDER BY id"), [(0,), (2,), (3,)], "NULL is NULL; the other partition's stay")
        self.append(made.table, id=[4], p=[1], x=[None], y=[8])
        self.assertEqual(self.rows("SELECT id FROM by_value ORDER BY id"), [(0,), (2,), (3,), (4,)], "younger than the delete")

    def test_a_delete_by_value_without_a_partition_reaches_all(self):
        made, (one, _) = self.make_deletable("everywhere")
        with made.table.update_spec() as update:
            update.remove_field("p")
        self.append(made.table, id=[9], p=[3], x=["z"], y=[1])
        made.table.refresh()
        young = next(file for file in made.data_files() if ids_of(file) == [9])
        self.delete(made, young, DataFileContent.EQUALITY_DELETES, [3], [("a",), ("z",)])
        self.assertEqual(self.rows("SELECT id FROM everywhere ORDER BY id"), [(1,), (3,)])

    def test_one_file_of_positions_may_name_several_files_as_young_as_itself(self):
        made, (one, other) = self.make_deletable("by_place")
        self.append(made.table, id=[5, 6], p=[1, 1], x=["b", "c"], y=[1, 2])
        made.table.refresh()
        young = next(file for file in made.data_files() if ids_of(file) == [5, 6])
        places = [(one.file_path, 0), (other.file_path, 0), (young.file_path, 1)]
        self.delete(made, one, DataFileContent.POSITION_DELETES, None, sorted(places), sequence=1)
        self.assertEqual(self.rows("SELECT id FROM by_place ORDER BY id"), [(1,), (2,), (3,), (5,), (6,)], "neither another partition nor a younger file")
        self.delete(made, one, DataFileContent.POSITION_DELETES, None, sorted(places))
        self.assertEqual(self.rows("SELECT id FROM by_place ORDER BY id"), [(1,), (2,), (3,), (5,)])

    def test_a_delete_by_a_column_that_was_dropped_since_holds(self):
        made, (one, _) = self.make_deletable("by_dropped")
        self.delete(made, one, DataFileContent.EQUALITY_DELETES, [3], [("a",)])
        with made.table.update_schema(allow_incompatible_changes=True) as update:
            update.delete_column("x")
        self.append(made.table, id=[4], p=[1], y=[7])
        self.assertEqual(self.rows("SELECT * FROM by_dropped ORDER BY id"), [(1, 1, 8), (2, 2, 7), (3, 2, 8), (4, 1, 7)])

    def test_nan_is_found_where_the_bounds_of_files_leave_it_out(self):
        target = self.create("nans", ("id", LongType()), ("d", DoubleType()), ("st", StructType(NestedField(11, "f", FloatType(), required=False))))
        nan = math.nan
        for first in (0, 10):
            self.append(target, id=[first, first + 1, first + 2], d=[1.0, nan, None], st=[{"f": 1.0}, {"f": nan}, None])
            for column in ("d", "st.f"):
                for condition, rows in (("= 'nan'", [1]), ("> 5", [1]), ("<> 1", [1]), ("= 1", [0]), ("<= 1", [0]), ("IN (1, 'nan')", [0, 1]), ("IN (7, 'nan')", [1])):
                    expected = [(more + row,) for more in range(0, first + 1, 10) for row in rows]
                    self.assertEqual(self.rows(f"SELECT id FROM nans WHERE {column} {condition} ORDER BY id"), expected, f"{column} {condition}")
                self.assertEqual(self.rows(f"SELECT max({column}), min({column}) FROM nans"), [("NaN", 1)])

    def test_a_join_by_a_column_that_was_widened_is_answered(self):
        target = self.create("widened", ("id", LongType()), ("n", IntegerType()))
        self.append(target, id=list(range(100)), n=[3 * number for number in range(100)])
        with target.update_schema() as update:
            update.update_column("n", field_type=LongType())
        self.assertEqual(self.rows("SELECT count(*) FROM widened w SEMI JOIN (SELECT i * 30 AS n FROM range(5) t(i) WHERE i::VARCHAR <> '3') USING (n)"), [(4,)])


class ComparerTest(unittest.TestCase):
    def test_a_missing_a_doubled_and_a_misplaced_row_differ(self):
        rows = [(1, "a"), (2, None), (2, None)]
        self.assertEqual(differences(rows, list(reversed(rows)), False), "")
        self.assertIn("row 0", differences(rows, list(reversed(rows)), True))
        self.assertIn("missing 1: [(2, None)]", differences(rows[:2], rows, False))
        self.assertIn("too many 1: [(1, 'a')]", differences([*rows, rows[0]], rows, False))

    def test_values_are_told_apart_as_sql_does(self):
        self.assertEqual(plain(-0.0), plain(0.0))
        self.assertEqual(plain(math.nan), plain(-math.nan))
        for left, right in ((None, ""), (2**53, float(2**53)), ("1", 1), (moment(0), moment(1)), (b"", "")):
            self.assertNotEqual(plain(left), plain(right))


# -- the table of events

EVENT_COLUMNS = {"message_id": "VARCHAR", "type": "VARCHAR", "user_id": "VARCHAR", "anonymous_id": "VARCHAR", "event": "VARCHAR", "name": "VARCHAR",
                 "properties": "JSON", "traits": "JSON", "context": "JSON", "timestamp": "TIMESTAMPTZ", "sent_at": "TIMESTAMPTZ", "received_at": "TIMESTAMPTZ",
                 "__ingest_ts": "TIMESTAMPTZ", "original_timestamp": "TIMESTAMPTZ", "group_id": "VARCHAR", "previous_id": "VARCHAR", "category": "VARCHAR",
                 "integrations": "JSON", "extra": "JSON", "source_id": "VARCHAR", "_log_offset": "BIGINT", "_log_shard": "INTEGER", "ingest_info": "JSON"}


def make_event(chance, message_id):
    def text():
        return chance.choice(TEXTS)

    kind = chance.choice(["track", "track", "track", "identify", "page", "screen", "group", "alias"])
    event = {"type": kind, "messageId": message_id}
    when = moment(chance.choice([value for value in MICROSECONDS if 0 < value + 62_135_596_800_000_000 < 64_000_000_000_000_000]))
    event["timestamp"] = when.strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")
    event["userId"] = chance.choice(["u1", "u2", "x" * 300, text()])
    if not event["userId"].strip():
        event["userId"] = "u4"
    for member in ("anonymousId", "category"):
        if chance.random() < 0.5:
            event[member] = text()
    if kind == "track":
        event["event"] = chance.choice(["Order Completed", "e" + text(), "a" * 17])
    if kind in ("page", "screen"):
        event["name"] = text()
    if kind == "group":
        event["groupId"] = "g" + text()
    if kind == "alias":
        event["previousId"] = "p" + text()
    if kind != "alias" and chance.random() < 0.8:
        deep = {"list": [1, 2.5, None, {"empty": {}}], "flag": chance.random() < 0.5}
        for _ in range(chance.choice((0, 3, 40))):
            deep = {"in": deep, "flag": None}
        event["traits" if kind in ("identify", "group") else "properties"] = {"n": chance.choice((5, -5, 2**53 + 1, 0)), "x": chance.random(), "text": text(), "deep": deep}
    if chance.random() < 0.3:
        event["context"] = {"ip": "10.0.0.1", "page": {"url": text()}}
    if chance.random() < 0.2:
        event["unknown"] = {"kept": [text()]}
    return event


class EventsTest(unittest.TestCase):
    """Rows in files, some of them deleted, and rows in the tail."""

    check = ForeignTablesTest.check

    @classmethod
    def setUpClass(cls):
        cls.server = Server("--target-lag", "1s").start()
        cls.addClassCleanup(cls.server.close)
        chance = random.Random(SEED)
        cls.sent = {}
        for number in range(4 if os.environ.get("TEST_ALL") else 2):
            cls.send(chance, f"f{number}", 60)
            cls.server.wait_committed(len(cls.sent))
        cls.server.restart("--target-lag", "1h")
        time.sleep(FIRST_LOOK_SECONDS)
        with table.connect_duckdb() as connection:
            table.attach(connection, cls.server)
            connection.execute("DELETE FROM lake.analytics.events WHERE user_id = 'u2' OR message_id LIKE '%-7'")
        cls.sent = {message_id: event for message_id, event in cls.sent.items() if event["userId"] != "u2" and not message_id.endswith("-7")}
        cls.committed = len(cls.sent)
        cls.send(chance, "tail", 60)

    @classmethod
    def send(cls, chance, prefix, count):
        batch = [make_event(chance, f"{prefix}-{number}") for number in range(count)]
        reply = cls.server.send(batch)
        assert reply.status == 200, reply
        cls.sent |= {event["messageId"]: event for event in batch}

    def world(self, title, **members):
        """The rows that the other side gets are all that we have, with neither filter nor choice of columns."""
        reply = self.server.request("POST", "/query", json.dumps({"sql": "SELECT * FROM events", "format": "arrow", "maxRows": 100_000, **members}))
        arrow = pyarrow.ipc.open_stream(io.BytesIO(reply.body)).read_all()
        types = {name: "VARCHAR" if kind == "JSON" else kind for name, kind in EVENT_COLUMNS.items()}
        self.assertEqual(arrow.column_names, list(types))
        chance = random.Random(SEED)
        columns = []
        for name, kind in EVENT_COLUMNS.items():
            held = [value for value in arrow.column(name).to_pylist() if value is not None]
            chance.shuffle(held)
            columns.append(Column(name, kind, held[:20] + nearby(kind) or ["{}"]))
        return arrow, World(self.server, title, [Source("events", '"message_id"', columns)], Oracle({"events": (arrow, types)}), **members)

    def test_the_rows_are_those_that_were_sent(self):
        arrow, _ = self.world("now")
        rows = {row["message_id"]: row for row in arrow.to_pylist()}
        self.assertEqual(arrow.num_rows, len(rows))
        self.assertEqual(set(rows), set(self.sent))
        for message_id, sent in self.sent.items():
            row = rows[message_id]
            for column, member in (("user_id", "userId"), ("event", "event"), ("category", "category"), ("name", "name"), ("anonymous_id", "anonymousId")):
                value = sent.get(member)
                self.assertEqual(row[column], value if value and value.strip() else row[column], (message_id, column))
            self.assertEqual(row["timestamp"], datetime.datetime.fromisoformat(sent["timestamp"]), message_id)
            if "properties" in sent:
                self.assertEqual(json.loads(row["properties"]), sent["properties"])

    def test_random_statements_over_files_and_tail_are_answered_rightly(self):
        self.check(run(self.world("files and tail")[1], SEED, STATEMENTS // 6))

    def test_so_are_statements_without_the_tail(self):
        arrow, world = self.world("committed", freshness="committed")
        self.assertEqual(arrow.num_rows, self.committed)
        self.check(run(world, SEED, STATEMENTS // 6))

    def test_a_rewrite_of_the_files_by_another_engine_changes_no_answer(self):
        _, live = self.world("files and tail")
        _, committed = self.world("committed", freshness="committed")
        lake = table.load_table(self.server)
        before = lake.current_snapshot().snapshot_id
        files = {task.file.file_path for task in lake.scan().plan_files()}
        lake.overwrite(lake.scan().to_arrow())
        after = {task.file.file_path for task in table.load_table(self.server).scan().plan_files()}
        self.assertFalse(files & after, "every file must be a new one")
        tally = run(live, SEED, STATEMENTS // 6)
        run(committed, SEED, STATEMENTS // 6, tally)
        committed.members = {"asOf": str(before)}
        self.check(run(committed, SEED, STATEMENTS // 6, tally))


if __name__ == "__main__":
    unittest.main()
