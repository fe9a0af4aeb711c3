"""One value in all formats of an answer: what json, ndjson, csv, parquet and arrow say of it is the same."""

import csv
import io
import json
import unittest

import duckdb
import pyarrow
import pyarrow.ipc
import pyarrow.parquet

from harness.server import Server

# (expression, how JSON writes it, how CSV does when that is not the JSON text without its quotes)
VALUES = [
    ("NULL", "null", ""), ("true", "true"), ("(-128)::TINYINT", "-128"), ("255::UTINYINT", "255"), ("9007199254740992", "9007199254740992"),
    ("9007199254740993", '"9007199254740993"'), ("-9223372036854775808", '"-9223372036854775808"'), ("18446744073709551615::UBIGINT", '"18446744073709551615"'),
    ("sum(9007199254740993)", '"9007199254740993"'), ("99999999999999999999999999999999999999::HUGEINT", '"99999999999999999999999999999999999999"'),
    ("0.1::FLOAT", "0.1"), ("0.1::DOUBLE", "0.1"), ("-0.0::DOUBLE", "-0.0"), ("5e-324::DOUBLE", "5e-324"), ("1e300::DOUBLE", "1e+300"), ("'nan'::DOUBLE", '"NaN"'),
    ("'inf'::FLOAT", '"Infinity"'), ("'-inf'::DOUBLE", '"-Infinity"'), ("1.50::DECIMAL(9,2)", "1.50"), ("-0.05::DECIMAL(4,2)", "-0.05"),
    ("90071992547409.93::DECIMAL(18,2)", '"90071992547409.93"'), ("99999999999999999999999999999999999999::DECIMAL(38,0)", '"99999999999999999999999999999999999999"'),
    ("''", '""', '""'), ("'NULL'", '"NULL"'), ("' a'", '" a"'), ("'a,b'", '"a,b"', '"a,b"'), ("'a\"b'", '"a\\"b"', '"a""b"'),
    ("E'a\\r\\nb'", '"a\\r\\nb"', '"a\r\nb"'), ("'é😀'", '"é😀"'), ("chr(1)", '"\\u0001"', "\x01"), ("'a\\b'", '"a\\\\b"', "a\\b"),
    ("'\\x00\\xFFa'::BLOB", '"\\\\x00\\\\xFFa"', "\\x00\\xFFa"), ("''::BLOB", '""', '""'),
    ("'ffffffff-ffff-ffff-ffff-ffffffffffff'::UUID", '"ffffffff-ffff-ffff-ffff-ffffffffffff"'), ("'10101'::BIT", '"10101"'),
    ("DATE '0001-01-01'", '"0001-01-01"'), ("DATE '9999-12-31'", '"9999-12-31"'), ("DATE '10000-01-01'", '"10000-01-01"'), ("DATE '0044-03-15 (BC)'", '"-0043-03-15"'),
    ("'infinity'::DATE", '"infinity"'), ("'-infinity'::TIMESTAMP", '"-infinity"'), ("'infinity'::TIMESTAMPTZ", '"infinity"'),
    ("TIME '23:59:59.999999'", '"23:59:59.999999"'), ("'12:30:00.123456789'::TIME_NS", '"12:30:00.123456789"'), ("TIMETZ '12:30:00+05:30'", '"12:30:00+05:30"'),
    ("TIMESTAMP '2020-01-01 00:00:00.000001'", '"2020-01-01T00:00:00.000001"'), ("TIMESTAMP_S '2020-01-01 00:00:01'", '"2020-01-01T00:00:01.000"'),
    ("TIMESTAMP_MS '2020-01-01 00:00:00.5'", '"2020-01-01T00:00:00.500"'), ("TIMESTAMP_NS '2020-01-01 00:00:00.000000001'", '"2020-01-01T00:00:00.000000001"'),
    ("TIMESTAMPTZ '2020-01-01 00:00:00+02'", '"2019-12-31T22:00:00.000Z"'), ("TIMESTAMPTZ '9999-12-31 23:59:59.999999+00'", '"9999-12-31T23:59:59.999999Z"'),
    ("INTERVAL '1 year 2 months 3 days 04:05:06.789'", '"1 year 2 months 3 days 04:05:06.789"'), ("INTERVAL '-1 microsecond'", '"-00:00:00.000001"'),
    ("'a'::ENUM('a','b')", '"a"'), ("[]", "[]"), ("[1, NULL, 9007199254740993]", '[1,null,"9007199254740993"]'), ("['', NULL, 'NULL', 'a,\"']", '["",null,"NULL","a,\\""]'),
    ("[[1], NULL, []]", "[[1],null,[]]"), ("array_value(1.5::DOUBLE, NULL)", "[1.5,null]"), ("{'a': 1, 'q\"x': NULL}", '{"a":1,"q\\"x":null}'),
    ("{'n': 9007199254740993::HUGEINT, 't': TIMESTAMPTZ '2020-01-01 00:00:00+00', 'b': '\\xFF'::BLOB}",
     '{"n":"9007199254740993","t":"2020-01-01T00:00:00.000Z","b":"\\\\xFF"}'), ("row(1, 'x', NULL)", '[1,"x",null]'), ("MAP {'k': 1, '': NULL}", '{"k":1,"":null}'),
    ("MAP {1: 'x', 2: NULL}", '[{"key":1,"value":"x"},{"key":2,"value":null}]'), ("union_value(n := 2)", "2"), ("union_value(n := NULL::INTEGER)", "null", ""),
    ("'{\"a\":1}'::JSON", '"{\\"a\\":1}"', '"{""a"":1}"')]
# Arrow says so; the other formats have them.
UNFIT_FOR_ARROW = ("ENUM", "TIMETZ")
NAMES = ["a", "a", 'q"', "c,d", "e\nf", " ", "é", "a_1"]
UNIQUE_NAMES = ["a", "a_1", 'q"', "c,d", "e\nf", " ", "é", "a_1_1"]


def csv_text(json_text):
    """A field of RFC 4180 that says what the JSON text does."""
    text = json.loads(json_text) if json_text.startswith('"') else json_text
    return '"' + text.replace('"', '""') + '"' if set(text) & set('",\r\n') else text


class FormatsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("--target-lag", "1h").start()
        cls.addClassCleanup(cls.server.close)
        cls.connection = duckdb.connect()
        cls.connection.execute("SET TimeZone = 'UTC'")

    def ask(self, sql, form):
        reply = self.server.request("POST", "/query", json.dumps({"sql": sql, "format": form}))
        self.assertEqual(reply.status, 200, f"{form} of {sql[:300]}: {reply.body[:300]}")
        return reply.body

    def test_a_value_is_the_same_in_all_of_them(self):
        sql = "SELECT " + ", ".join(f"{value[0]} AS v{number}" for number, value in enumerate(VALUES))
        expected = "{" + ",".join(f'"v{number}":{value[1]}' for number, value in enumerate(VALUES)) + "}"
        self.assertEqual(self.ask(sql, "ndjson").decode(), expected + "\n")
        self.assertIn('"data":[' + expected + "]", self.ask(sql, "json").decode())
        fields = [value[2] if len(value) == 3 else csv_text(value[1]) for value in VALUES]
        self.assertEqual(self.ask(sql, "csv").decode().split("\r\n", 1)[1], ",".join(fields) + "\r\n")
        json.loads(expected, parse_constant=self.fail)

    def test_parquet_and_arrow_hold_what_the_engine_computes(self):
        """Read by another library, taken in by the engine and compared there with the expression itself."""
        plain = [value[0] for value in VALUES if not value[0].startswith(("row(", "union_value"))]
        for form, fit in (("parquet", plain), ("arrow", [value for value in plain if not any(kind in value for kind in UNFIT_FOR_ARROW)])):
            sql = "SELECT " + ", ".join(f"{value} AS v{number}" for number, value in enumerate(fit))
            body = io.BytesIO(self.ask(sql, form))
            arrow = pyarrow.parquet.read_table(body) if form == "parquet" else pyarrow.ipc.open_stream(body).read_all()
            self.assertEqual(arrow.num_rows, 1)
            self.connection.register("given", arrow)
            self.assertEqual(arrow.num_columns, len(fit))
            for number, value in enumerate(fit):
                with self.subTest(form=form, value=value):
                    self.same_value(f"v{number}", value, form)

    def same_value(self, column, value, form):
        texts = self.connection.execute(f"SELECT {column}::VARCHAR, typeof({column}) FROM given").fetchone()
        expected = self.connection.execute(f"SELECT v::VARCHAR FROM (SELECT {value} AS v)").fetchone()[0]
        if form == "arrow" and "::BIT" in value:
            self.assertEqual(texts[0], "\\x03\\xF5")  # The engine's own bytes: how many bits are padding, then ones, then the bits.
            return
        self.assertEqual(texts[0], expected, texts)

    def test_what_arrow_cannot_hold_is_refused_and_not_changed(self):
        for value in ("'a'::ENUM('a','b')", "TIMETZ '12:30:00+05:30'", "340282366920938463463374607431768211455::UHUGEINT"):
            reply = self.server.request("POST", "/query", json.dumps({"sql": f"SELECT {value} AS v", "format": "arrow"}))
            self.assertEqual(reply.status, 400, value)
            self.assertIn("cast it to VARCHAR", reply.json()["error"])

    def test_a_number_beyond_parquet_is_refused_and_not_rounded(self):
        reply = self.server.request("POST", "/query", json.dumps({"sql": "SELECT 340282366920938463463374607431768211455::UHUGEINT AS v", "format": "parquet"}))
        self.assertEqual(reply.status, 400, reply.body[:100])

    def test_columns_have_the_same_names_in_all_of_them(self):
        sql = "SELECT " + ", ".join(f'{number}::HUGEINT AS "{name.replace(chr(34), chr(34) * 2)}"' for number, name in enumerate(NAMES))
        rows = dict(zip(UNIQUE_NAMES, range(len(NAMES))))
        self.assertEqual(json.loads(self.ask(sql, "ndjson")), rows)
        self.assertEqual(next(csv.reader(io.StringIO(self.ask(sql, "csv").decode(), newline=""))), UNIQUE_NAMES)
        self.assertEqual(pyarrow.parquet.read_table(io.BytesIO(self.ask(sql, "parquet"))).column_names, UNIQUE_NAMES)
        self.assertEqual(pyarrow.ipc.open_stream(io.BytesIO(self.ask(sql, "arrow"))).read_all().column_names, UNIQUE_NAMES)


if __name__ == "__main__":
    unittest.main()
