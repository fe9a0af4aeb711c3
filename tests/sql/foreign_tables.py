"""Tables of many types that PyIceberg and hand-made delete files wrote, beside the rows that they must hold.

A table's life is random: partition specs and schemas change between batches, rows are deleted by position and by value. What is left
is known here from the rows that were given out, never from reading the table as a whole."""

import datetime
import decimal
import json
import math
import os
import uuid

import pyarrow
import pyarrow.parquet
from pyiceberg.io.pyarrow import schema_to_pyarrow
from pyiceberg.manifest import (DataFile, DataFileContent, ManifestContent, ManifestEntry, ManifestEntryStatus, ManifestWriterV2,
                                write_manifest_list)
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.table.name_mapping import create_mapping_from_schema
from pyiceberg.transforms import (BucketTransform, DayTransform, HourTransform, IdentityTransform, MonthTransform, TruncateTransform,
                                  VoidTransform, YearTransform)
from pyiceberg.types import (BinaryType, BooleanType, DateType, DecimalType, DoubleType, FixedType, FloatType, IntegerType, ListType,
                             LongType, MapType, NestedField, StringType, StructType, TimestampType, TimestamptzType, TimeType, UUIDType)

UTC = datetime.timezone.utc
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=UTC)
LAST = "\U0010ffff"

# Bounds are cut off after 16 characters, so there are texts that differ only behind them, and such whose cut cannot be raised.
TEXTS = ("", "a", "A", "ab", "b", "Z", "zzz", " ", "é", "É", "日本", "☕", "😀", "😀b", "\ud7ff", "\ue000", LAST, LAST * 20, "a" * 15, "a" * 16, "a" * 17,
         "a" * 16 + "b", "a" * 15 + LAST, "a" * 15 + LAST + "a", "😀" * 16 + "x", "x" * 300, "x" * 299 + "y", "%", "a%", "_", "it's", "a\"b", "null", "5", "-5",
         "2020-01-01", "\x01", "\x7f", "user-1", "user-10", "user-2", "true")
INTS = (0, 1, -1, 2, 5, 7, 100, 2**31 - 1, -2**31, 1000)
LONGS = (*INTS, 2**53, 2**53 + 1, -(2**53) - 1, 2**63 - 1, -2**63, 2**31, -2**31 - 1)
DOUBLES = (0.0, -0.0, 1.0, -1.5, 0.1, 1e300, -1e300, 5e-324, math.inf, -math.inf, math.nan, 2.0**53, 7.0)
FLOATS = (0.0, -0.0, 1.0, -1.5, 0.5, math.inf, -math.inf, math.nan, 2.0**24, 7.0)
MICROSECONDS = tuple(base + more for base in (0, -86_400_000_000, 86_400_000_000, -3_600_000_000, 1_577_836_800_000_000, 1_583_020_800_000_000,
                                              1_577_840_400_000_000, -31_536_000_000_000, -62_135_596_800_000_000 + 86_400_000_000)
                     for more in (0, 1, -1, 500_000)) + (1_577_836_812_345_678, 253_402_300_799_999_999)
DAYS = (-719_000, -366, -365, -32, -31, -1, 0, 1, 30, 31, 59, 365, 18_262, 18_322, 2_932_000)
BYTES = (b"", b"\0", b"\0\0", b"a", b"ab", b"\x7f", b"\x80", b"\xff", b"\xff" * 20, b"\xff" * 16 + b"\0", b"a" * 16, b"a" * 17)


def moment(microseconds):
    return EPOCH + datetime.timedelta(microseconds=microseconds)


def make_value(chance, type_, bias=0.12):
    """A value of an Iceberg type as PyArrow takes it; None now and then."""
    if chance.random() < bias:
        return None
    kind = type(type_)
    if kind is StructType:
        return {field.name: make_value(chance, field.field_type, 0.2) for field in type_.fields}
    if kind is ListType:
        return [make_value(chance, type_.element_type, 0.2) for _ in range(chance.randrange(4))]
    if kind is MapType:
        keys = sorted({make_value(chance, type_.key_type, 0) for _ in range(chance.randrange(3))})
        return [(key, make_value(chance, type_.value_type, 0.2)) for key in keys]
    if kind is DecimalType:
        return decimal.Decimal(chance.choice((0, 1, -1, 100, 999_999_999, -999_999_999, 250, 12_345))).scaleb(-type_.scale)
    if kind is UUIDType:
        return uuid.UUID(int=chance.choice((0, 1, 2**127 - 1, 2**127, 2**128 - 1, 0x6b5f3b7e111142228333444455556666))).bytes
    if kind is FixedType:
        return bytes(chance.choice((0, 1, 127, 128, 255)) for _ in range(4))
    if kind is TimeType:
        return (EPOCH + datetime.timedelta(microseconds=chance.choice((0, 1, 3_600_000_000, 43_200_000_000, 86_399_999_999)))).time()
    if kind is DateType:
        return datetime.date(1970, 1, 1) + datetime.timedelta(days=chance.choice(DAYS))
    if kind is TimestampType:
        return moment(chance.choice(MICROSECONDS)).replace(tzinfo=None)
    if kind is TimestamptzType:
        return moment(chance.choice(MICROSECONDS))
    pools = {BooleanType: (True, False), IntegerType: INTS, LongType: LONGS, FloatType: FLOATS, DoubleType: DOUBLES, StringType: TEXTS, BinaryType: BYTES}
    return chance.choice([text for text in pools[kind] if not isinstance(text, str) or text.isprintable() or text < "\x80" or text >= LAST])


def first_schema():
    named = {"id": LongType(), "i": IntegerType(), "l": LongType(), "f": FloatType(), "d": DoubleType(), "dec": DecimalType(9, 2), "day": DateType(),
             "ts": TimestampType(), "tz": TimestamptzType(), "tm": TimeType(), "s": StringType(), "Select": StringType(), "b": BooleanType(),
             "bin": BinaryType(), "fx": FixedType(4), "u": UUIDType(), "gone": StringType(),
             "st": StructType(NestedField(101, "a", IntegerType()), NestedField(102, "bc", StringType())),
             "li": ListType(103, IntegerType(), element_required=False),
             "m": MapType(104, StringType(), 105, IntegerType(), value_required=False)}
    return Schema(*(NestedField(number, name, kind, required=False) for number, (name, kind) in enumerate(named.items(), 1)))


# Field ids as the catalog gives them: the top level first.
PARTITIONS = (
    ("i", IdentityTransform()), ("s", IdentityTransform()), ("day", IdentityTransform()), ("b", IdentityTransform()), ("l", BucketTransform(3)),
    ("s", BucketTransform(3)), ("s", TruncateTransform(2)), ("l", TruncateTransform(10)), ("dec", TruncateTransform(50)), ("ts", DayTransform()),
    ("tz", DayTransform()), ("tz", HourTransform()), ("ts", HourTransform()), ("ts", MonthTransform()), ("tz", YearTransform()), ("day", MonthTransform()),
    ("i", VoidTransform()), ("tz", BucketTransform(2)), ("l", IdentityTransform()), ("dec", IdentityTransform()))


# Partitions by long texts have no place in paths.
SHORT_PATHS = {"write.object-storage.enabled": "true", "write.object-storage.partitioned-paths": "false"}


class DeleteManifest(ManifestWriterV2):
    """PyIceberg writes manifests of data files only."""

    def content(self):
        return ManifestContent.DELETES

    @property
    def _meta(self):
        return {**super()._meta, "content": "deletes"}


class ForeignTable:
    """One table, and `rows`: {id: {field id: value}} of what it must hold."""

    def __init__(self, server, catalog, name, chance):
        self.server, self.catalog, self.name, self.chance = server, catalog, name, chance
        self.rows = {}
        self.states = []  # (snapshot id, schema, rows)
        source, transform = chance.choice(PARTITIONS)
        schema = first_schema()
        fields = [] if chance.random() < 0.2 else [PartitionField(schema.find_field(source).field_id, 1000, transform, "part")]
        # Half of the tables have files without field ids among theirs.
        self.is_mapped = chance.random() < 0.5
        self.table = catalog.create_table(("analytics", name), schema, partition_spec=PartitionSpec(*fields), properties=SHORT_PATHS)
        if self.is_mapped:
            with self.table.transaction() as transaction:
                transaction.set_properties({"schema.name-mapping.default": create_mapping_from_schema(self.table.schema()).model_dump_json()})
        self.next_id = 0

    # -- its life

    def live(self, steps):
        acts = [self.append, self.evolve, self.append, self.delete_by_position, self.repartition, self.append, self.evolve, self.delete_by_value, self.append,
                self.delete_by_position, self.delete_by_value, self.evolve, self.append, self.delete_by_value, self.evolve, self.append, self.rewrite, self.append]
        for act in acts[:steps]:
            act()
        return self

    def append(self):
        schema = self.table.schema()
        rows = {}
        for _ in range(self.chance.randrange(4, 11)):
            row = {field.field_id: make_value(self.chance, field.field_type) for field in schema.fields}
            row[1] = self.next_id
            rows[self.next_id] = row
            self.next_id += 1
        before = {file.file_path for file in self.data_files()} if self.table.current_snapshot() else set()
        self.table.append(to_arrow(schema, rows.values()))
        if self.is_mapped and self.chance.random() < 0.6:
            self.take_ids(file for file in self.data_files() if file.file_path not in before)
        self.rows.update(rows)
        self.keep_state()

    def take_ids(self, files):
        """From new files: as if others had written and added them, now and then without the columns by whose values they are partitioned."""
        for file in files:
            path = file.file_path.removeprefix("file://")
            arrow = pyarrow.parquet.read_table(path, partitioning=None)
            gone = [self.table.schema().find_column_name(field.source_id) for field in self.table.specs()[file.spec_id].fields
                    if isinstance(field.transform, IdentityTransform) and self.chance.random() < 0.5]
            arrow = arrow.select([name for name in arrow.column_names if name not in gone])
            pyarrow.parquet.write_table(without_ids(arrow), path)

    def evolve(self):
        schema = self.table.schema()
        names = {field.name for field in schema.fields}
        if self.is_mapped and not names & {"Select", "gone", "added one"}:
            return
        with self.table.update_schema(allow_incompatible_changes=True) as update:
            if "Select" in names:
                update.rename_column("Select", "order")
                update.update_column("i", field_type=LongType())
                update.add_column("added one", StringType())
                update.add_column(("st", "more"), LongType())
            elif "gone" in names and schema.find_field("gone").field_id == 17:
                update.delete_column("gone")
                update.rename_column("st.bc", "d")
                update.update_column("f", field_type=DoubleType())
                update.update_column("dec", field_type=DecimalType(18, 2))
            elif "gone" not in names:
                if not self.is_mapped:  # Else it would be that of old files again.
                    update.add_column("gone", StringType())
                update.rename_column("added one", "s2")
                update.move_first("tz")
            else:
                update.rename_column("s", "gone2")
                update.rename_column("gone", "s")
        for row in self.rows.values():
            if row.get(18) and "bc" in row[18] and "d" in {field.name for field in self.table.schema().find_field("st").field_type.fields}:
                row[18]["d"] = row[18].pop("bc")
        known = {field.field_id for field in self.table.schema().fields}
        for row in self.rows.values():
            for field_id in known - row.keys():
                row[field_id] = None
            add_members(row, self.table.schema())

    def rewrite(self):
        """Every row into new files; the delete files may stay."""
        self.table.overwrite(self.expected())
        self.keep_state()

    def repartition(self):
        schema, fields = self.table.schema(), self.table.spec().fields
        known = {(field.source_id, str(field.transform)) for field in fields}
        with self.table.update_spec() as update:
            for field in fields:
                if self.chance.random() < 0.7:
                    update.remove_field(field.name)
            source, transform = self.chance.choice([(source, transform) for source, transform in PARTITIONS
                                                    if source not in ("f", "dec", "gone") and not isinstance(transform, VoidTransform)
                                                    and (schema.find_field(source).field_id, str(transform)) not in known])
            update.add_field(source, transform, "second")

    def delete_by_position(self):
        """One file per data file, or one for several of a partition."""
        groups = {}
        for file in self.data_files():
            ids = ids_of(file)
            places = [place for place, number in enumerate(ids) if number in self.rows and self.chance.random() < 0.15]
            if places:
                key = (file.spec_id, repr(file.partition), self.chance.randrange(2))
                groups.setdefault(key, (file, []))[1].extend((file.file_path, place, ids[place]) for place in places)
        files = []
        for data, places in groups.values():
            places.sort()
            files.append((data, position_table([(path, place) for path, place, _ in places]), DataFileContent.POSITION_DELETES, None))
            for _, _, number in places:
                del self.rows[number]
        self.commit(files)

    def delete_by_value(self):
        """Rows like some row, in the files of its partition, by columns of which some are NULL, widened or younger than the file."""
        files = self.data_files()
        data = self.chance.choice(files)
        schema = self.table.schema()
        chosen = self.chance.sample([field for field in schema.fields if isinstance(field.field_type, (IntegerType, LongType, StringType, BooleanType, DateType,
                                                                                                      TimestampType, TimestamptzType, DecimalType))],
                                    self.chance.randrange(1, 3))
        fields = [field for field in schema.fields if field in chosen]
        here = [number for file in files if file.spec_id == data.spec_id and repr(file.partition) == repr(data.partition)
                for number in ids_of(file) if number in self.rows]
        # A spec whose fields are all void partitions nothing, as the Java library has it.
        everywhere = all(isinstance(field.transform, VoidTransform) for field in self.table.specs()[data.spec_id].fields)
        if everywhere:
            here = list(self.rows)
        if not here:
            return
        values = {tuple(self.rows[number][field.field_id] for field in fields) for number in self.chance.sample(here, min(len(here), 3))}
        rows = [dict(zip([field.field_id for field in fields], row)) for row in values]
        table = to_arrow(Schema(*fields), rows)
        for number in here:
            if tuple(self.rows[number][field.field_id] for field in fields) in values:
                del self.rows[number]
        self.commit([(data, table, DataFileContent.EQUALITY_DELETES, [field.field_id for field in fields])])

    def data_files(self):
        """PyIceberg's own scan takes no table with equality deletes."""
        io = self.table.io
        return [entry.data_file for manifest in self.table.current_snapshot().manifests(io) if manifest.content == ManifestContent.DATA
                for entry in manifest.fetch_manifest_entry(io)]

    # -- how delete files get in, as other engines write them

    def commit(self, files, sequence=None):
        """`sequence`: of the delete files, when they are to be older than their commit."""
        if not files:
            return
        target, io = self.table, self.table.io
        metadata, snapshot = target.metadata, target.current_snapshot()
        folder, number = metadata.location.removeprefix("file://"), snapshot.snapshot_id + 1
        by_spec = {}
        for index, (data, table, content, equality_ids) in enumerate(files):
            path = f"{folder}/data/{number}-{index}-deletes.parquet"
            pyarrow.parquet.write_table(table, path)
            file = DataFile.from_args(content=content, file_path=f"file://{path}", file_format="PARQUET", partition=data.partition,
                                      record_count=table.num_rows, file_size_in_bytes=os.path.getsize(path), equality_ids=equality_ids)
            by_spec.setdefault(data.spec_id, []).append(file)
        manifests = []
        for spec_id, entries in by_spec.items():
            place = io.new_output(f"file://{folder}/metadata/{number}-{spec_id}-m0.avro")
            with DeleteManifest(target.specs()[spec_id], target.schema(), place, number, "null") as writer:
                for file in entries:
                    if sequence is None:
                        writer.add_entry(ManifestEntry.from_args(status=ManifestEntryStatus.ADDED, snapshot_id=number, data_file=file))
                    else:
                        writer.existing(ManifestEntry.from_args(status=ManifestEntryStatus.EXISTING, snapshot_id=snapshot.snapshot_id, sequence_number=sequence,
                                                                file_sequence_number=sequence, data_file=file))
            manifests.append(writer.to_manifest_file())
        place, sequence = f"file://{folder}/metadata/snap-{number}.avro", metadata.last_sequence_number + 1
        with write_manifest_list(2, io.new_output(place), number, snapshot.snapshot_id, sequence, "null") as writer:
            writer.add_manifests([*manifests, *snapshot.manifests(io)])
        made = {"snapshot-id": number, "parent-snapshot-id": snapshot.snapshot_id, "sequence-number": sequence, "timestamp-ms": metadata.last_updated_ms + 1,
                "manifest-list": place, "summary": {"operation": "delete"}, "schema-id": metadata.current_schema_id}
        with self.server.client() as client:
            reply = client.request("POST", f"/iceberg/v1/namespaces/analytics/tables/{self.name}", json.dumps({"requirements": [], "updates": [
                {"action": "add-snapshot", "snapshot": made}, {"action": "set-snapshot-ref", "ref-name": "main", "type": "branch", "snapshot-id": number}]}))
        assert reply.status == 200, reply.text()
        self.table = self.catalog.load_table(("analytics", self.name))
        self.keep_state()

    # -- what must be there

    def keep_state(self):
        self.states.append((self.table.current_snapshot().snapshot_id, self.table.schema(), to_arrow(self.table.schema(), self.rows.values())))

    def expected(self):
        return to_arrow(self.table.schema(), self.rows.values())


def position_table(places):
    """What a file of position deletes holds."""
    return pyarrow.table([[path for path, _ in places], pyarrow.array([place for _, place in places], pyarrow.int64())],
                         schema=pyarrow.schema([with_id("file_path", pyarrow.string(), 2_147_483_546), with_id("pos", pyarrow.int64(), 2_147_483_545)]))


def without_ids(arrow):
    names = [name.replace("_x20", " ") for name in arrow.column_names]  # PyIceberg spells them so, the mapping does not.
    return arrow.rename_columns(names).cast(pyarrow.schema([pyarrow.field(name, bare(field.type)) for name, field in zip(names, arrow.schema)]))


def bare(type_):
    """Also what is inside has its id in the metadata of fields."""
    if pyarrow.types.is_struct(type_):
        return pyarrow.struct([pyarrow.field(member.name, bare(member.type)) for member in type_])
    if pyarrow.types.is_map(type_):
        return pyarrow.map_(bare(type_.key_type), bare(type_.item_type))
    if pyarrow.types.is_list(type_) or pyarrow.types.is_large_list(type_):
        return pyarrow.list_(bare(type_.value_type))
    return type_


def with_id(name, type_, number):
    return pyarrow.field(name, type_, metadata={"PARQUET:field_id": str(number)})


def to_arrow(schema, rows):
    rows = list(rows)
    types = schema_to_pyarrow(schema)
    columns = []
    for field, arrow in zip(schema.fields, types):
        values = [row[field.field_id] for row in rows]
        if isinstance(field.field_type, UUIDType):
            columns.append(pyarrow.array(values, pyarrow.binary(16)))
        else:
            columns.append(pyarrow.array(values, arrow.type))
    return pyarrow.table(columns, schema=pyarrow.schema([pyarrow.field(arrow.name, column.type, metadata=arrow.metadata) for arrow, column in zip(types, columns)]))


def ids_of(file):
    return pyarrow.parquet.read_table(file.file_path.removeprefix("file://"), columns=["id"], partitioning=None).column("id").to_pylist()


def add_members(row, schema):
    """Those that a struct got later are NULL in the rows before."""
    for field in schema.fields:
        if isinstance(field.field_type, StructType) and row[field.field_id] is not None:
            row[field.field_id] = {member.name: row[field.field_id].get(member.name) for member in field.field_type.fields}
