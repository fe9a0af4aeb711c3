"""Random SELECT statements whose answers are one multiset of rows, whatever reads the tables and in whatever order."""

import dataclasses
import decimal
import math
import re

COMPARISONS = ("=", "<>", "<", "<=", ">", ">=")
ORDERED = ("INTEGER", "BIGINT", "DECIMAL", "DATE", "TIMESTAMP", "TIMESTAMPTZ", "TIME", "VARCHAR", "DOUBLE", "FLOAT", "BLOB", "UUID", "BOOLEAN")


@dataclasses.dataclass
class Column:
    name: str     # As it is.
    kind: str     # One of ORDERED, JSON (a VARCHAR with JSON text), STRUCT, LIST, MAP.
    values: list  # Some that it holds, as Python has them, and some near them.
    members: list = dataclasses.field(default_factory=list)  # Of a STRUCT: columns.

    @property
    def sql(self):
        return '"' + self.name.replace('"', '""') + '"'


@dataclasses.dataclass
class Source:
    name: str  # As a statement says it.
    key: str   # A column that differs in all rows.
    columns: list


def quote(text):
    return "'" + text.replace("'", "''") + "'"


def literal_of(kind, value):
    if value is None:
        return "NULL"
    if kind in ("VARCHAR", "JSON"):
        return quote(value)
    if kind in ("DOUBLE", "FLOAT"):
        return f"{value!r}::{kind}" if math.isfinite(value) else f"'{value}'::{kind}"
    if kind == "DECIMAL":
        return format(decimal.Decimal(value), "f")
    if kind == "BLOB":
        return "'" + "".join(f"\\x{byte:02X}" for byte in value) + "'::BLOB"
    if kind == "UUID":
        return f"'{value}'::UUID"
    if kind == "TIMESTAMPTZ":
        return f"TIMESTAMPTZ '{value.isoformat(' ')}'"
    if kind == "TIMESTAMP":
        return f"TIMESTAMP '{value.isoformat(' ')}'"
    if kind in ("DATE", "TIME"):
        return f"{kind} '{value.isoformat()}'"
    if kind == "BIGINT" and value == -2**63:
        return "(-9223372036854775807 - 1)"
    return str(value)


class Writer:
    """Writes statements over some sources; `chance` is a random.Random."""

    def __init__(self, chance, sources):
        self.chance = chance
        self.sources = sources
        self.params = []
        self.takes_params = False

    def statement(self):
        """(SQL, params, are its rows in a total order)."""
        self.params = []
        self.takes_params = self.chance.random() < 0.15
        text, is_ordered = self.one_of(self.plain, self.plain, self.plain, self.aggregate, self.grouped, self.window, self.join, self.semi_join, self.compound,
                                      self.distinct_on, self.limited, self.correlated, self.nested, self.outer_join, self.lateral)()
        used = []  # Of the values that were made, those that the statement mentions, in that order.

        def place_of(found):
            number = int(found.group(1))
            if number not in used:
                used.append(number)
            return f"${used.index(number) + 1}"

        sql = re.sub("<param ([0-9]+)>", place_of, text)
        return sql, [self.params[number] for number in used], is_ordered

    # -- choices

    def one_of(self, *choices):
        return self.chance.choice(choices)

    def is_so(self, probability):
        return self.chance.random() < probability

    def source(self):
        return self.chance.choice(self.sources)

    def column(self, source, *kinds):
        found = [column for column in source.columns if column.kind in (kinds or ORDERED)]
        return self.chance.choice(found) if found else None

    def value(self, column):
        return self.chance.choice(column.values)

    def literal(self, column, value=None):
        value = self.value(column) if value is None else value
        if self.takes_params and self.is_so(0.7) and isinstance(value, (str, int, float)) and column.kind in (
                "VARCHAR", "INTEGER", "BIGINT") and (isinstance(value, str) or abs(value) < 2**53):
            self.params.append(value)
            return f"<param {len(self.params) - 1}>"
        return literal_of(column.kind, value)

    # -- conditions

    def condition(self, source, alias="", depth=0):
        if depth < 3 and self.is_so(0.45 - 0.1 * depth):
            joint = self.one_of(" AND ", " AND ", " OR ", " OR ")
            parts = joint.join(self.condition(source, alias, depth + 1) for _ in range(self.one_of(2, 2, 3)))
            return self.one_of("({})", "({})", "({})", "NOT ({})", "({}) IS TRUE", "(({}) IS NOT TRUE)", "(({}) IS NULL)").format(parts)
        column = self.chance.choice(source.columns)
        name = alias + column.sql
        if column.kind in ("STRUCT", "LIST", "MAP"):
            return self.nested_condition(column, name)
        own = {"VARCHAR": self.text_condition, "JSON": self.json_condition, "TIMESTAMP": self.time_condition, "TIMESTAMPTZ": self.time_condition,
               "DATE": self.time_condition, "INTEGER": self.number_condition, "BIGINT": self.number_condition, "DECIMAL": self.number_condition,
               "DOUBLE": self.float_condition, "FLOAT": self.float_condition}.get(column.kind)
        if own and self.is_so(0.35):
            return own(source, column, name)
        return self.plain_condition(source, alias, column, name)

    def plain_condition(self, source, alias, column, name):
        literal = lambda: self.literal(column)
        forms = (
            lambda: f"{name} {self.one_of(*COMPARISONS)} {literal()}",
            lambda: f"{name} {self.one_of(*COMPARISONS)} {literal()}",
            lambda: f"{literal()} {self.one_of(*COMPARISONS)} {name}",
            lambda: f"{name} {self.one_of('', 'NOT ')}BETWEEN {literal()} AND {literal()}",
            lambda: f"{name} IN ({', '.join(literal() for _ in range(self.one_of(1, 2, 3, 5)))})",
            lambda: f"{name} NOT IN ({literal()}, {literal()})",
            lambda: f"{name} {self.one_of('', 'NOT ')}IN ({literal()}, NULL)",
            lambda: f"{name} IS NULL",
            lambda: f"{name} IS NOT NULL",
            lambda: f"{name} IS DISTINCT FROM {literal()}",
            lambda: f"{name} IS NOT DISTINCT FROM {self.one_of(literal, lambda: 'NULL')()}",
            lambda: f"({name} {self.one_of(*COMPARISONS)} {literal()}) {self.one_of('IS NULL', 'IS TRUE', 'IS NOT TRUE', 'IS FALSE', 'IS NOT FALSE', '= true', 'IS DISTINCT FROM true')}",
            lambda: f"coalesce({name}, {literal()}) {self.one_of(*COMPARISONS)} {literal()}",
            lambda: f"nullif({name}, {literal()}) IS NULL",
            lambda: f"CASE WHEN {name} {self.one_of(*COMPARISONS)} {literal()} THEN {self.one_of('true', 'NULL', 'false')} WHEN {name} = {literal()} THEN true "
                    f"ELSE {self.one_of('true', 'NULL', 'false')} END",
            lambda: f"if({name} > {literal()}, {name}, NULL) {self.one_of(*COMPARISONS)} {literal()}",
            lambda: f"{name} {self.one_of(*COMPARISONS, 'IS DISTINCT FROM', 'IS NOT DISTINCT FROM')} {alias}{self.column(source, column.kind).sql}",
            lambda: f"{name}::VARCHAR {self.one_of(*COMPARISONS)} {quote(str(self.value(column)))}",
            lambda: f"greatest({name}, {literal()}) = {literal()}",
            lambda: f"{name} {self.one_of('', 'NOT ')}IN (SELECT {self.column(source, column.kind).sql} FROM {source.name} WHERE {self.is_known(source)})",
            lambda: f"{name} {self.one_of(*COMPARISONS)} (SELECT {self.one_of('min', 'max')}({column.sql}) FROM {source.name})")
        return self.chance.choice(forms)()

    def is_known(self, source):
        column = self.column(source)
        return f"{column.sql} {self.one_of(*COMPARISONS)} {self.literal(column)}"

    def text_condition(self, source, column, name):
        text = self.value(column)
        start = quote(text[:self.one_of(1, 2, 16, 17)])
        return self.one_of(
            f"{name} LIKE {start[:-1]}%'", f"{name} NOT LIKE {start[:-1]}%'", f"{name} ILIKE {start[:-1]}%'", f"{name} LIKE '%' || {start}",
            f"starts_with({name}, {start})", f"prefix({name}, {start})", f"NOT starts_with({name}, {start})", f"contains({name}, {start})",
            f"suffix({name}, {start})", f"{name} ^@ {start}", f"length({name}) {self.one_of(*COMPARISONS)} {len(text)}", f"upper({name}) = upper({quote(text)})",
            f"lower({name}) IN ({quote(text.lower())}, 'a')", f"{name} || '' = {quote(text)}", f"substr({name}, 1, 2) >= {quote(text[:2])}",
            f"regexp_matches({name}, '^[a-z]')", f"{name} SIMILAR TO 'a+'", f"trim({name}) = {quote(text.strip())}", f"{name} COLLATE NOCASE = {quote(text)}",
            f"{name} = {quote(text)} COLLATE NOCASE", f"TRY_CAST({name} AS BIGINT) {self.one_of(*COMPARISONS)} 5", f"{name} < {start}", f"{name} > {start}",
            f"{name} LIKE {quote(text)}", f"{name} LIKE '_'", f"strlen({name}) > 16", f"{name} NOT LIKE '%'", f"{name} LIKE '%'")

    def json_condition(self, source, column, name):
        return self.one_of(
            f"({name} ->> '$.x') IS NULL", f"TRY_CAST({name} ->> '$.n' AS BIGINT) > {self.one_of('0', '9007199254740992', '-5')}", f"({name} ->> '$.text') = 'é'",
            f"json_extract_string({name}, '$.deep.flag') = 'true'", f"({name} -> '$.deep.list[1]') IS NOT NULL", f"json_type({name}, '$.deep') = 'OBJECT'",
            f"({name} ->> '$.none') IS NULL", f"json_array_length({name}, '$.deep.list') > 2", f"({name} ->> '$.n') = '5'", f"json_exists({name}, '$.x')",
            f"{name} IS DISTINCT FROM '{{}}'", f"length({name}) > 40", f"{name} LIKE '%deep%'", f"json_valid({name})", f"{name} IS NULL")

    def time_condition(self, source, column, name):
        value = self.value(column)
        literal = literal_of(column.kind, value)
        text = quote(value.isoformat(" ") if column.kind != "DATE" else value.isoformat())
        comparison = self.one_of(*COMPARISONS)
        forms = [f"{name} {comparison} {text}", f"{name} {comparison} {literal} + INTERVAL 1 DAY", f"{name} {comparison} {literal} - INTERVAL '1' HOUR",
                 f"date_trunc('{self.one_of('day', 'month', 'year', 'hour')}', {name}) {comparison} {literal}", f"{name} {comparison} date_trunc('day', {literal})",
                 f"extract(year FROM {name}) {comparison} {value.year}", f"{name}::DATE {comparison} DATE '{value.date().isoformat() if hasattr(value, 'date') else value}'",
                 f"{name} BETWEEN {text} AND {literal} + INTERVAL 1 MONTH", f"{name} IN ({text}, DATE '1970-01-01')", f"{name} {comparison} DATE '1970-01-01'",
                 f"{name} {comparison} '1970-01-01'", f"{name} {comparison} CAST({text} AS TIMESTAMP)", f"{name} {comparison} make_date(1970, 1, 1)",
                 f"{name} {comparison} to_timestamp(0)", f"{name} {comparison} '1970-01-01 02:00:00+02'", f"{name} {comparison} 'infinity'",
                 f"{name} {comparison} '-infinity'", f"{name} {comparison} 'epoch'", f"{name} {comparison} TIMESTAMPTZ '1970-01-01 02:00:00+02'",
                 f"{name} {comparison} CAST('1970-01-01 02:00:00+02' AS VARCHAR)", f"epoch({name}) {comparison} 0", f"year({name}) {comparison} 1970"]
        if column.kind == "TIMESTAMP":
            forms += [f"{name} {comparison} TIMESTAMP_NS '1970-01-01 00:00:00.000000500'", f"{name} {comparison} TIMESTAMP_S '1970-01-01 00:00:00'"]
        return self.chance.choice(forms)

    def number_condition(self, source, column, name):
        value = self.value(column)
        comparison = self.one_of(*COMPARISONS)
        return self.one_of(
            f"{name} % 7 = 1", f"abs({name}::HUGEINT) {comparison} {abs(int(value))}", f"{name}::DOUBLE {comparison} {float(value)!r}", f"{name} {comparison} {value}.5"
            if column.kind != "DECIMAL" else f"{name} {comparison} 2.505", f"{name} {comparison} '{value}'", f"{name} {comparison} 1e10", f"{name}::HUGEINT * 2 {comparison} {int(value)}",
            f"{name} {comparison} 9223372036854775808", f"{name} {comparison} -9223372036854775809", f"{name} {comparison} 0.1::DOUBLE", f"{name} {comparison} 2147483648",
            f"{name} {comparison} CAST('{value}' AS {column.kind if column.kind != 'DECIMAL' else 'DECIMAL(18,2)'})", f"-({name}::HUGEINT) {comparison} 1", f"{name} IN ({value}, 1.5)",
            f"{name} {comparison} true::INTEGER", f"TRY_CAST({name} AS INTEGER) IS NULL", f"{name} IN ('{value}', '7')", f"{name} BETWEEN -1.5 AND {value}")

    def float_condition(self, source, column, name):
        comparison = self.one_of(*COMPARISONS)
        return self.one_of(f"isnan({name})", f"NOT isnan({name})", f"isinf({name})", f"isfinite({name})", f"{name} {comparison} 'nan'", f"{name} {comparison} 'infinity'",
                           f"{name} {comparison} '-inf'", f"{name} {comparison} 0", f"{name} {comparison} -0.0::DOUBLE", f"{name} {comparison} 1", f"abs({name}) {comparison} 1.5",
                           f"{name} {comparison} 0.1::FLOAT", f"{name}::DOUBLE {comparison} 0.1", f"{name} NOT BETWEEN -1 AND 'nan'", f"{name} IN (0, 'nan')", f"-{name} {comparison} 1",
                           f"{name} * 0 = 0", f"{name} {comparison} {name}")

    def nested_condition(self, column, name):
        comparison = self.one_of(*COMPARISONS)
        if column.kind == "LIST":
            return self.one_of(f"len({name}) {comparison} 1", f"{name}[1] {comparison} 1", f"list_contains({name}, 7)", f"{name} = [1]", f"{name} IS NULL", f"{name} < [5, 1]",
                               f"7 = ANY({name})", f"{name} IS DISTINCT FROM []", f"list_max({name}) {comparison} 5")
        if column.kind == "MAP":
            return self.one_of(f"{name}['a'] {comparison} 1", f"cardinality({name}) {comparison} 1", f"map_contains({name}, 'a')", f"{name} IS NOT NULL", f"{name} = MAP {{}}")
        member = self.chance.choice(column.members)
        inner = f"{name}.{member.sql}"
        literal = literal_of(member.kind, self.value(member))
        return self.one_of(f"{inner} {comparison} {literal}", f"{inner} IN ({literal}, {literal_of(member.kind, self.value(member))})", f"{inner} IS NULL", f"{name} IS NULL",
                           f"{inner} IS DISTINCT FROM {literal}", f"{name} IS NOT NULL", f"({inner} {comparison} {literal} OR {inner} IS NULL)", f"coalesce({inner}, {literal}) = {literal}",
                           f"NOT ({inner} = {literal})", f"{name}[{quote(member.name)}] {comparison} {literal}")

    # -- statements: (text, has it a total order)

    def where(self, source, alias="", probability=0.9):
        return f" WHERE {self.condition(source, alias)}" if self.is_so(probability) else ""

    def columns(self, source, alias="", count=None):
        chosen = self.chance.sample(source.columns, min(count or self.chance.randrange(1, 6), len(source.columns)))
        return ", ".join(alias + column.sql for column in chosen)

    def plain(self):
        source = self.source()
        columns = self.one_of("*", self.columns(source), self.columns(source), self.columns(source, f"{source.name}."), "count(*)")
        if columns == "*" or self.is_so(0.6):
            return f"SELECT {columns} FROM {source.name}{self.where(source)}", False
        alias = self.one_of("e", "data", "d", "x")
        return f"SELECT {self.columns(source, alias + '.')} FROM {source.name} {self.one_of('', 'AS ')}{alias}{self.where(source, alias + '.')}", False

    def aggregates(self, source, alias=""):
        found = ["count(*)"]
        for _ in range(self.chance.randrange(1, 4)):
            column = self.column(source)
            name = alias + column.sql
            found.append(self.one_of(f"min({name})", f"max({name})", f"count({name})", f"count(DISTINCT {name})", f"bool_or({name} IS NULL)",
                                     f"count(*) FILTER ({self.condition(source, alias, 2)})", f"list(DISTINCT {name} ORDER BY {name})", f"approx_count_distinct({name}) >= 0",
                                     f"max(length({name}::VARCHAR))", f"arg_min({alias}{source.key}, {alias}{source.key})",
                                     f"sum({name})::VARCHAR" if column.kind in ("INTEGER", "BIGINT", "DECIMAL") else f"count({name})"))
        return ", ".join(found)

    def aggregate(self):
        source = self.source()
        return f"SELECT {self.aggregates(source)} FROM {source.name}{self.where(source, probability=0.7)}", False

    def grouped(self):
        source = self.source()
        key = self.column(source)
        groups = self.one_of(key.sql, key.sql, f"{key.sql} IS NULL", f"{key.sql}::VARCHAR", f"({self.condition(source, depth=2)})")
        if key.kind in ("TIMESTAMP", "TIMESTAMPTZ", "DATE"):
            groups = self.one_of(groups, f"date_trunc('month', {key.sql})")
        having = self.one_of("", "", " HAVING count(*) > 1", f" HAVING max({key.sql}) {self.one_of(*COMPARISONS)} {self.literal(key)}")
        return f"SELECT {groups} AS g, {self.aggregates(source)} FROM {source.name}{self.where(source, probability=0.6)} GROUP BY {groups}{having}", False

    def window(self):
        source = self.source()
        part, order = self.column(source), self.column(source)
        over = f"(PARTITION BY {part.sql} ORDER BY {order.sql}, {source.key})"
        function = self.one_of("row_number()", "rank()", f"lag({order.sql})", f"first_value({source.key})", "count(*)", f"max({order.sql})")
        if self.is_so(0.5):
            return f"SELECT {source.key}, {function} OVER {over} AS w FROM {source.name}{self.where(source, probability=0.5)}", False
        return f"SELECT {self.columns(source)} FROM {source.name}{self.where(source, probability=0.7)} QUALIFY row_number() OVER {over} <= {self.one_of(1, 2)}", False

    def matching(self, left, right):
        """Columns of one type, one of each source."""
        kinds = sorted({column.kind for column in left.columns} & {column.kind for column in right.columns} & set(ORDERED))
        kind = self.chance.choice(kinds)
        return self.column(left, kind).sql, self.column(right, kind).sql

    def join(self):
        left, right = self.source(), self.source()
        one, other = self.matching(left, right)
        if self.is_so(0.4):
            right, one, other = left, left.key, left.key
        kind = self.one_of("JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "JOIN")
        where = self.one_of(self.where(left, "l."), self.where(right, "r."), f" WHERE {self.condition(left, 'l.', 2)} AND {self.condition(right, 'r.', 2)}")
        return (f"SELECT count(*), count(l.{left.key}), count(DISTINCT r.{right.key}), min(l.{one}), max(r.{other}) FROM {left.name} l {kind} {right.name} r "
                f"ON l.{one} {self.one_of('=', '=', 'IS NOT DISTINCT FROM')} r.{other}{where}"), False

    def outer_join(self):
        source = self.source()
        kind = self.one_of("LEFT", "RIGHT", "FULL")
        return (f"SELECT l.{source.key}, r.{source.key} FROM {source.name} l {kind} JOIN (SELECT * FROM {source.name}{self.where(source)}) r "
                f"ON l.{source.key} = r.{source.key} AND {self.condition(source, self.one_of('l.', 'r.'), 2)} WHERE {self.condition(source, self.one_of('l.', 'r.'), 1)}"), False

    def semi_join(self):
        left, right = self.source(), self.source()
        one, other = self.matching(left, right)
        if self.is_so(0.5):
            return (f"SELECT {self.columns(left, 'l.')} FROM {left.name} l {self.one_of('SEMI', 'ANTI')} JOIN (SELECT * FROM {right.name}{self.where(right)}) r "
                    f"ON l.{one} = r.{other}{self.where(left, 'l.', 0.6)}"), False
        return (f"SELECT {self.columns(left, 'l.')} FROM {left.name} l WHERE {self.one_of('', 'NOT ')}EXISTS (SELECT 1 FROM {right.name} r WHERE r.{other} = l.{one} "
                f"AND {self.condition(right, 'r.', 2)}) {self.one_of('AND', 'OR')} {self.condition(left, 'l.', 1)}"), False

    def compound(self):
        source = self.source()
        columns = self.columns(source)
        operator = self.one_of("UNION", "UNION ALL", "EXCEPT", "INTERSECT", "EXCEPT ALL", "INTERSECT ALL", "UNION BY NAME")
        parts = f"SELECT {columns} FROM {source.name}{self.where(source)} {operator} SELECT {columns} FROM {source.name}{self.where(source)}"
        return self.one_of(parts, f"WITH c AS ({parts}) SELECT *, (SELECT count(*) FROM c) FROM c", f"SELECT count(*) FROM ({parts})"), False

    def distinct_on(self):
        source = self.source()
        key = self.column(source)
        return f"SELECT DISTINCT ON ({key.sql}) {key.sql}, {source.key} FROM {source.name}{self.where(source)} ORDER BY {key.sql}, {source.key}{self.one_of('', ' DESC')}", False

    def limited(self):
        source = self.source()
        order = self.column(source)
        direction = self.one_of("", " DESC", " NULLS FIRST", " DESC NULLS LAST")
        return (f"SELECT {source.key}, {order.sql} FROM {source.name}{self.where(source, probability=0.6)} ORDER BY {order.sql}{direction}, {source.key}{self.one_of('', ' DESC')} "
                f"LIMIT {self.one_of(1, 3, 10, 1000)}{self.one_of('', ' OFFSET 2')}"), True

    def correlated(self):
        left, right = self.source(), self.source()
        one, other = self.matching(left, right)
        return (f"SELECT l.{left.key}, (SELECT {self.one_of('count(*)', f'max(r.{other})', f'min(r.{right.key})')} FROM {right.name} r WHERE r.{other} = l.{one} AND "
                f"{self.condition(right, 'r.', 2)}) AS c FROM {left.name} l{self.where(left, 'l.', 0.6)}"), False

    def nested(self):
        source = self.source()
        column = self.column(source)
        inner = f"SELECT * FROM {source.name}{self.where(source)}"
        return self.one_of(
            f"SELECT {self.columns(source)} FROM ({inner}){self.where(source)}",
            f"WITH c AS ({inner}), d AS (SELECT * FROM c{self.where(source)}) SELECT {self.columns(source)} FROM d{self.where(source, probability=0.5)}",
            f"WITH c AS MATERIALIZED ({inner}) SELECT {column.sql}, count(*) FROM c GROUP BY ALL",
            f"SELECT {column.sql} AS v, count(*) FROM ({inner}) AS t WHERE {self.condition(source, 't.')} GROUP BY v",
            f"SELECT a.{source.key}, b.{source.key} FROM {source.name} a, {source.name} b WHERE a.{source.key} = b.{source.key} AND {self.condition(source, 'a.', 1)} "
            f"AND {self.condition(source, 'b.', 1)}"), False

    def lateral(self):
        source = self.source()
        column = self.column(source)
        return (f"SELECT l.{source.key}, r.n FROM {source.name} l, LATERAL (SELECT count(*) AS n FROM {source.name} i WHERE i.{column.sql} < l.{column.sql} AND "
                f"{self.condition(source, 'i.', 2)}) r{self.where(source, 'l.')}"), False
