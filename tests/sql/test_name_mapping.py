"""Tables whose files were added as they were, without field ids: columns are found by the table's name mapping, as PyIceberg finds them."""

import datetime
import decimal
import json
import os
import unittest

import pyarrow
import pyarrow.parquet
from pyiceberg.manifest import DataFile, DataFileContent
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.transforms import IdentityTransform
from pyiceberg.typedef import Record
from pyiceberg.types import (DateType, DecimalType, IntegerType, ListType, LongType, MapType, NestedField, StringType, StructType)

from harness import table
from harness.server import Server
from sql.foreign_tables import ForeignTable, to_arrow, with_id

MAPPING = "schema.name-mapping.default"
WITHOUT_A_FIELD_ID = "a file without field ids"


def optional(number, name, kind):
    return NestedField(number, name, kind, required=False)


def plain(value):
    """Maps as dicts, so that both sides' answers look the same."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list) and value and isinstance(value[0], tuple):
        return {name: plain(item) for name, item in value}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


class NameMappingTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("--target-lag", "1h").start()
        cls.addClassCleanup(cls.server.close)
        cls.catalog = table.load_rest_catalog(cls.server)

    def create(self, name, *fields, **options):
        return self.catalog.create_table(("analytics", name), Schema(*fields), **options)

    def write(self, target, name, arrow):
        folder = self.server.data / "warehouse" / "analytics" / target.name()[-1] / "data"
        folder.mkdir(parents=True, exist_ok=True)
        pyarrow.parquet.write_table(arrow, folder / f"{name}.parquet")
        return f"file://{folder}/{name}.parquet"

    def add(self, target, name, **columns):
        target.add_files([self.write(target, name, pyarrow.table(columns))])

    def add_by_hand(self, target, name, arrow, partition=()):
        """PyIceberg takes the partition from the file's statistics, and here the file has no such column."""
        place = self.write(target, name, arrow)
        file = DataFile.from_args(content=DataFileContent.DATA, file_path=place, file_format="PARQUET", partition=Record(*partition), record_count=arrow.num_rows,
                                  file_size_in_bytes=os.path.getsize(place.removeprefix("file://")), spec_id=target.spec().spec_id,
                                  column_sizes={}, value_counts={}, null_value_counts={}, nan_value_counts={}, lower_bounds={}, upper_bounds={})
        with target.transaction() as transaction, transaction.update_snapshot().fast_append() as append:
            append.append_data_file(file)

    def set_mapping(self, target, mapping):
        with target.transaction() as transaction:
            transaction.set_properties({MAPPING: mapping if isinstance(mapping, str) else json.dumps(mapping)})

    def query(self, sql):
        return self.server.request("POST", "/query", json.dumps({"sql": sql}))

    def rows(self, sql):
        reply = self.query(sql)
        self.assertEqual(reply.status, 200, reply)
        return [tuple(row.values()) for row in reply.json()["data"]]

    def refused(self, sql):
        reply = self.query(sql)
        self.assertEqual(reply.status, 400, reply)
        return reply.json()["error"]

    def theirs(self, target):
        """What PyIceberg reads. (A list or map of structs that is NULL is an empty one to it, so there are none here.)"""
        rows = self.catalog.load_table(target.name()).scan().to_arrow().sort_by("id").to_pylist()
        return [tuple(plain(value) for value in row.values()) for row in rows]

    def same_as_theirs(self, target):
        ours = self.rows(f"SELECT * FROM {target.name()[-1]} ORDER BY id")
        self.assertEqual(ours, self.theirs(target))
        return ours

    def test_columns_are_found_after_every_change_of_the_schema(self):
        pair = StructType(optional(11, "a", IntegerType()), optional(12, "b", StringType()))
        target = self.create("changed", optional(1, "id", LongType()), optional(2, "x", IntegerType()), optional(3, "st", pair),
                             optional(4, "li", ListType(13, StructType(optional(14, "k", IntegerType())), element_required=False)),
                             optional(5, "m", MapType(15, StringType(), 16, StructType(optional(17, "v", IntegerType())), value_required=False)),
                             optional(6, "gone", StringType()))
        types = {"id": pyarrow.int64(), "x": pyarrow.int32(), "st": pyarrow.struct([("a", pyarrow.int32()), ("b", pyarrow.string())]),
                 "li": pyarrow.list_(pyarrow.struct([("k", pyarrow.int32())])), "m": pyarrow.map_(pyarrow.string(), pyarrow.struct([("v", pyarrow.int32())])),
                 "gone": pyarrow.string()}

        def columns(first):
            values = {"id": [first, first + 1, first + 2], "x": [5, None, 7], "st": [{"a": 1, "b": "q"}, None, {"a": None, "b": None}],
                      "li": [[{"k": 1}, None], [], []], "m": [[("z", {"v": 3}), ("y", None)], [("w", None)], [("w", {"v": None})]], "gone": ["g", None, "h"]}
            return {name: pyarrow.array(values[name], types[name]) for name in values}

        self.add(target, "whole", **columns(0))
        part = columns(3)
        self.add(target, "part", id=part["id"], st=part["st"])  # Files need not have every column.
        target.append(pyarrow.table(columns(6), schema=target.schema().as_arrow()))
        self.assertEqual(self.same_as_theirs(target)[0], (0, 5, {"a": 1, "b": "q"}, [{"k": 1}, None], {"z": {"v": 3}, "y": None}, "g"))
        with target.update_schema() as update:
            update.rename_column("x", "y")
            update.rename_column("st.a", "first")
            update.rename_column("li.element.k", "kk")
            update.rename_column("m.value.v", "vv")
        whole = (0, 5, {"first": 1, "b": "q"}, [{"kk": 1}, None], {"z": {"vv": 3}, "y": None}, "g")
        rows = self.same_as_theirs(target)
        self.assertEqual((rows[0], rows[6]), (whole, (6, *whole[1:])))
        self.assertEqual(rows[3], (3, None, whole[2], None, None, None))
        with target.update_schema(allow_incompatible_changes=True) as update:
            update.update_column("y", field_type=LongType())
            update.delete_column("gone")
            update.delete_column("st.b")
            update.add_column(("st", "more"), LongType())
            update.add_column("young", StringType())
        self.same_as_theirs(target)
        with target.update_schema() as update:
            update.add_column("x", StringType())  # The name is still that of y in files without ids, but no more the mapping's.
            update.rename_column("st.first", "b")
        self.assertEqual(self.rows("SELECT id, y, x, st.b FROM changed WHERE id >= 6 ORDER BY id"), [(6, 5, None, 1), (7, None, None, None), (8, 7, None, None)])

    def test_a_filter_leaves_out_files_by_bounds_and_finds_the_rows(self):
        target = self.create("filtered", optional(1, "id", LongType()), optional(2, "n", LongType()))
        for number in range(4):
            self.add(target, f"f{number}", id=[2 * number, 2 * number + 1], n=[10 * number, 10 * number + 5])
        with target.update_schema() as update:
            update.rename_column("n", "amount")
        reply = self.query("SELECT id FROM filtered WHERE amount >= 25 ORDER BY id").json()
        self.assertEqual([row["id"] for row in reply["data"]], [5, 6, 7])
        self.assertEqual((reply["meta"]["files"], reply["meta"]["filesSkipped"]), (4, 2))
        self.assertEqual(self.rows("SELECT max(amount), count(*), sum(amount)::BIGINT FROM filtered"), [(35, 8, 140)])

    def test_a_mapping_made_by_hand_decides_also_against_the_names(self):
        """What shows that the mapping is applied: with another one the same files say something else."""
        target = self.create("by_hand", optional(1, "id", LongType()), optional(2, "x", LongType()), optional(3, "y", LongType()))
        self.add(target, "a", id=[0], x=[5], y=[6])
        self.assertEqual(self.same_as_theirs(target), [(0, 5, 6)])
        self.set_mapping(target, [{"field-id": 1, "names": ["id"]}, {"field-id": 3, "names": ["x"]}, {"field-id": 2, "names": ["y"]}])
        self.assertEqual(self.same_as_theirs(target), [(0, 6, 5)])
        self.set_mapping(target, [{"field-id": 1, "names": ["id", "old_id"]}, {"field-id": 2, "names": ["x", "X-old"]}, {"field-id": 3, "names": []}])
        self.add_by_hand(target, "b", pyarrow.table({"X-old": [7], "old_id": [1], "y": [9]}))
        self.assertEqual(self.rows("SELECT * FROM by_hand ORDER BY id"), [(0, 5, None), (1, 7, None)])
        self.add_by_hand(target, "c", pyarrow.table({"id": [2], "old_id": [3]}))
        self.assertIn('c.parquet: its columns "id" and "old_id" are both "id" of the table', self.refused("SELECT * FROM by_hand"))

    def test_without_a_mapping_files_without_ids_are_refused_after_a_change(self):
        target = self.create("unmapped", optional(1, "id", LongType()), optional(2, "x", LongType()))
        target.append(to_arrow(target.schema(), [{1: 0, 2: 5}]))
        self.add(target, "a", id=[1], x=[6])
        with target.transaction() as transaction:
            transaction.remove_properties(MAPPING)
        self.assertEqual(self.rows("SELECT * FROM unmapped ORDER BY id"), [(0, 5), (1, 6)])
        with target.update_schema() as update:
            update.rename_column("x", "y")
        said = self.refused("SELECT * FROM unmapped")
        self.assertIn(f"a.parquet: {WITHOUT_A_FIELD_ID}", said)
        self.assertIn(f"set its property {MAPPING}", said)
        self.set_mapping(target, [{"field-id": 1, "names": ["id"]}, {"field-id": 2, "names": ["x"]}])
        self.assertEqual(self.rows("SELECT id, y FROM unmapped ORDER BY id"), [(0, 5), (1, 6)])
        for bad in ("{", "{}", '[{"field-id": "2"}]', "[" + " " * (4 << 20) + "]"):
            self.set_mapping(target, bad)
            self.assertRegex(self.refused("SELECT * FROM unmapped"), f"a.parquet: {WITHOUT_A_FIELD_ID}.*{MAPPING} is not a name mapping: ")

    def test_columns_without_an_id_in_a_file_with_some_are_not_there(self):
        target = self.create("partly", optional(1, "id", LongType()), optional(2, "x", LongType()), optional(3, "y", LongType()))
        self.set_mapping(target, [{"field-id": number, "names": [name]} for number, name in ((1, "id"), (2, "x"), (3, "y"))])
        schema = pyarrow.schema([pyarrow.field("x", pyarrow.int64()), with_id("a", pyarrow.int64(), 1), with_id("b", pyarrow.int64(), 3)])
        self.add_by_hand(target, "a", pyarrow.table([[5], [0], [6]], schema=schema))
        self.assertEqual(self.rows("SELECT * FROM partly"), [(0, None, 6)])
        with target.update_schema() as update:
            update.rename_column("y", "z")
        self.assertEqual(self.rows("SELECT * FROM partly"), [(0, None, 6)])

    def test_partition_columns_that_files_lack_are_of_their_partition(self):
        kinds = (("dt", DateType()), ("region", StringType()), ("n", IntegerType()), ("price", DecimalType(9, 2)))
        fields = [optional(number, name, kind) for number, (name, kind) in enumerate((("id", LongType()), *kinds), 1)]
        spec = PartitionSpec(*(PartitionField(number, 998 + number, IdentityTransform(), name) for number, (name, _) in enumerate(kinds, 2)))
        target = self.create("hive", *fields, partition_spec=spec)
        self.set_mapping(target, [{"field-id": 1, "names": ["id"]}])
        first = datetime.date(2020, 1, 1)
        expected = []
        for number in range(80):  # More values than scans may be.
            day, region, n, price = first + datetime.timedelta(days=number), f"it's \"{number}\"", -number, decimal.Decimal(number).scaleb(-2)
            self.add_by_hand(target, f"f{number}", pyarrow.table({"id": [number]}), ((day - datetime.date(1970, 1, 1)).days, region, n, price))
            expected.append((number, day.isoformat(), region, n, float(price)))
        found = [(*row[:4], float(row[4])) for row in self.rows("SELECT * FROM hive ORDER BY id")]
        self.assertEqual(found, expected)
        theirs = [(row[0], row[1].isoformat(), *row[2:4], float(row[4])) for row in self.theirs(target)]
        self.assertEqual(found, theirs)
        reply = self.query("SELECT id FROM hive WHERE dt >= '2020-01-31' AND n > -35 ORDER BY id").json()
        self.assertEqual([row["id"] for row in reply["data"]], list(range(30, 35)))
        self.assertEqual((reply["meta"]["files"], reply["meta"]["filesSkipped"]), (80, 75))
        self.add_by_hand(target, "null", pyarrow.table({"id": [100]}), (None, None, None, None))
        self.assertEqual(self.rows("SELECT * FROM hive WHERE region IS NULL"), [(100, None, None, None, None)])
        with target.update_schema() as update:
            update.update_column("n", field_type=LongType())
            update.rename_column("region", "place")
        self.assertEqual(self.rows("SELECT id, n, place FROM hive WHERE n <= -79"), [(79, -79, 'it\'s "79"')])

    def test_rows_of_such_files_are_deleted_by_place_and_by_value(self):
        made = ForeignTable.__new__(ForeignTable)
        made.server, made.catalog, made.name, made.rows, made.states = self.server, self.catalog, "deleted", {}, []
        spec = PartitionSpec(PartitionField(2, 1000, IdentityTransform(), "p"))
        made.table = self.create("deleted", optional(1, "id", LongType()), optional(2, "p", LongType()), optional(3, "x", StringType()), partition_spec=spec)
        self.set_mapping(made.table, [{"field-id": 1, "names": ["id"]}, {"field-id": 3, "names": ["x"]}])
        for number in (1, 2):
            self.add_by_hand(made.table, f"f{number}", pyarrow.table({"x": ["a", "b", None, "c"], "id": [10 * number + place for place in range(4)]}), (number,))
        with made.table.update_schema() as update:
            update.rename_column("x", "word")
        files = sorted(made.data_files(), key=lambda file: file.file_path)
        made.keep_state = lambda: None  # It asks `rows`, which are not kept here.
        schema = Schema(optional(2, "p", LongType()), optional(3, "word", StringType()))
        made.commit([(files[0], to_arrow(schema, [{2: 1, 3: None}, {2: 2, 3: "a"}]), DataFileContent.EQUALITY_DELETES, [2, 3])])
        self.assertEqual(self.rows("SELECT * FROM deleted ORDER BY id"),
                         [(10, 1, "a"), (11, 1, "b"), (13, 1, "c"), (20, 2, "a"), (21, 2, "b"), (22, 2, None), (23, 2, "c")])
        places = pyarrow.table([[files[1].file_path], pyarrow.array([1], pyarrow.int64())],
                               schema=pyarrow.schema([with_id("file_path", pyarrow.string(), 2_147_483_546), with_id("pos", pyarrow.int64(), 2_147_483_545)]))
        made.commit([(files[1], places, DataFileContent.POSITION_DELETES, None)])
        self.assertEqual(self.rows("SELECT id FROM deleted WHERE p = 2 ORDER BY id"), [(20,), (22,), (23,)])


if __name__ == "__main__":
    unittest.main()
