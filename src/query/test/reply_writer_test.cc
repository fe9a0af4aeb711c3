#include "query/reply/reply_writer.h"

#include <gmock/gmock.h>

#include "base/testing/matchers.h"
#include "engine/database.h"
#include "engine/session.h"
#include "query/reply/json_value.h"

namespace icelight::query {
namespace {

using icelight::testing::HasMessage;

Result<std::string> write(Format format, const std::string& sql) {
    ICE_ASSIGN(auto database, engine::Database::open({}));
    ICE_ASSIGN(auto session, database.connect());
    ICE_ASSIGN(auto result, session.query(sql));
    ReplyWriter writer(format, result.columns());
    std::string out;
    writer.begin(out);
    while (true) {
        ICE_ASSIGN(const auto chunk, result.next());
        if (!chunk) break;
        writer.begin_chunk(*chunk);
        for (std::size_t row = 0; row < chunk->row_count(); ++row) {
            ICE_TRY(writer.append_row(row, out));
        }
    }
    ReplyFacts facts;
    facts.rows = writer.rows();
    facts.execution = std::chrono::microseconds(1'500);
    facts.snapshot_id = 9'007'199'254'740'993;
    facts.tail_from = 5;
    facts.tail_to = 8;
    facts.tail_rows = 3;
    facts.waited = std::chrono::microseconds(250);
    facts.planned = std::chrono::microseconds(500);
    facts.data_through_us = 1'709'208'000'000'000;
    facts.rows_scanned = 12;
    facts.bytes_scanned = 34;
    facts.files = 4;
    facts.files_skipped = 3;
    writer.end(facts, out);
    return out;
}

/// The JSON text of the only value.
std::string json(const std::string& expression) {
    const auto text = write(Format::kJson, "SELECT " + expression + " AS v");
    if (!text) return text.error().message;
    const std::string begin = R"({"success":true,"data":[{"v":)";
    return text->substr(begin.size(), text->find("}],\"meta\"") - begin.size());
}

std::string csv(const std::string& expression) {
    const auto text = write(Format::kCsv, "SELECT " + expression + " AS v");
    if (!text) return text.error().message;
    return text->substr(3, text->size() - 5);
}

TEST(NdjsonReply, IsARowALineAndNothingElse) {
    EXPECT_EQ(
        *write(Format::kNdjson, "SELECT 1 AS a, 'x\ny' AS b UNION ALL SELECT 2, NULL ORDER BY a"),
        "{\"a\":1,\"b\":\"x\\ny\"}\n{\"a\":2,\"b\":null}\n");
    EXPECT_EQ(*write(Format::kNdjson, "SELECT 1 AS a WHERE false"), "");
}

TEST(JsonReply, IsTheEnvelope) {
    EXPECT_EQ(*write(Format::kJson, "SELECT 1 AS a, 'x' AS b UNION ALL SELECT 2, NULL ORDER BY a"),
              R"({"success":true,"data":[{"a":1,"b":"x"},{"a":2,"b":null}],"meta":{"columns":)"
              R"([{"name":"a","type":"INTEGER"},{"name":"b","type":"VARCHAR"}],"rowCount":2,)"
              R"("executionTime":1.500,"truncated":false,"snapshotId":"9007199254740993",)"
              R"("watermark":5,"durable":8,"tailRows":3,"dataThrough":"2024-02-29T12:00:00.000Z",)"
              R"("timings":{"waitMs":0.250,"planMs":0.500},"rowsScanned":12,"bytesScanned":34,)"
              R"("files":4,"filesSkipped":3}})");
}

TEST(JsonReply, EmptyResultHasRealTypes) {
    EXPECT_THAT(
        *write(Format::kJson,
               "SELECT 1::BIGINT a, now() b, [1.5::DECIMAL(9,2)] c, {'x': DATE "
               "'2024-01-01'} d WHERE false"),
        ::testing::HasSubstr(R"x("data":[],"meta":{"columns":[{"name":"a","type":"BIGINT"},)x"
                             R"x({"name":"b","type":"TIMESTAMP WITH TIME ZONE"},)x"
                             R"x({"name":"c","type":"DECIMAL(9,2)[]"},)x"
                             R"x({"name":"d","type":"STRUCT(x DATE)"}],"rowCount":0)x"));
}

TEST(JsonReply, NamesThatComeTwiceGetANumber) {
    EXPECT_THAT(*write(Format::kJson, "SELECT 1 AS a, 2 AS a, 3 AS a_1, 4 AS \"q\"\"x\""),
                ::testing::HasSubstr(R"([{"a":1,"a_1":2,"a_1_1":3,"q\"x":4}])"));
}

TEST(JsonReply, IntegersBeyondADoubleAreText) {
    EXPECT_EQ(json("9007199254740992"), "9007199254740992");
    EXPECT_EQ(json("9007199254740993"), "\"9007199254740993\"");
    EXPECT_EQ(json("-9007199254740992"), "-9007199254740992");
    EXPECT_EQ(json("-9007199254740993"), "\"-9007199254740993\"");
    EXPECT_EQ(json("18446744073709551615::UBIGINT"), "\"18446744073709551615\"");
    EXPECT_EQ(json("sum(1::BIGINT)"), "1");
    EXPECT_EQ(json("170141183460469231731687303715884105727"),
              "\"170141183460469231731687303715884105727\"");
    EXPECT_EQ(json("(-128)::TINYINT"), "-128");
    EXPECT_EQ(json("255::UTINYINT"), "255");
    EXPECT_EQ(json("true"), "true");
}

TEST(JsonReply, RealsAndDecimals) {
    EXPECT_EQ(json("1.5::DOUBLE"), "1.5");
    EXPECT_EQ(json("0.1::FLOAT"), "0.1");
    EXPECT_EQ(json("1e300::DOUBLE"), "1e+300");
    EXPECT_EQ(json("-0.0::DOUBLE"), "-0.0");
    EXPECT_EQ(json("-0.0::FLOAT"), "-0.0");
    EXPECT_EQ(json("0.0::DOUBLE"), "0");
    EXPECT_EQ(json("'nan'::DOUBLE"), "\"NaN\"");
    EXPECT_EQ(json("'inf'::FLOAT"), "\"Infinity\"");
    EXPECT_EQ(json("'-inf'::DOUBLE"), "\"-Infinity\"");
    EXPECT_EQ(json("1.50::DECIMAL(9,2)"), "1.50");
    EXPECT_EQ(json("-0.05::DECIMAL(4,2)"), "-0.05");
    EXPECT_EQ(json("12345678901234567.89::DECIMAL(38,2)"), "\"12345678901234567.89\"");
}

TEST(JsonReply, TimesAreIso8601) {
    EXPECT_EQ(json("TIMESTAMPTZ '2024-02-29 12:34:56.789+00'"), "\"2024-02-29T12:34:56.789Z\"");
    EXPECT_EQ(json("TIMESTAMPTZ '2024-02-29 12:34:56.789012+02'"),
              "\"2024-02-29T10:34:56.789012Z\"");
    EXPECT_EQ(json("TIMESTAMPTZ '1969-12-31 23:59:59.999+00'"), "\"1969-12-31T23:59:59.999Z\"");
    EXPECT_EQ(json("TIMESTAMP '2024-01-01 00:00:00'"), "\"2024-01-01T00:00:00.000\"");
    EXPECT_EQ(json("TIMESTAMP_NS '2024-01-01 00:00:00.000000001'"),
              "\"2024-01-01T00:00:00.000000001\"");
    EXPECT_EQ(json("TIMESTAMP_S '2024-01-01 00:00:01'"), "\"2024-01-01T00:00:01.000\"");
    EXPECT_EQ(json("TIMESTAMP_MS '2024-01-01 00:00:00.5'"), "\"2024-01-01T00:00:00.500\"");
    EXPECT_EQ(json("'infinity'::TIMESTAMPTZ"), "\"infinity\"");
    EXPECT_EQ(json("'-infinity'::TIMESTAMP"), "\"-infinity\"");
    EXPECT_EQ(json("DATE '0001-01-01'"), "\"0001-01-01\"");
    EXPECT_EQ(json("DATE '1900-03-01'"), "\"1900-03-01\"");
    EXPECT_EQ(json("'infinity'::DATE"), "\"infinity\"");
    EXPECT_EQ(json("TIME '01:02:03.5'"), "\"01:02:03.5\"");
    EXPECT_EQ(json("INTERVAL '1 month 2 days'"), "\"1 month 2 days\"");
}

TEST(JsonReply, NestedValuesAreJson) {
    EXPECT_EQ(json("[1, NULL, 3]"), "[1,null,3]");
    EXPECT_EQ(json("[]::VARCHAR[]"), "[]");
    EXPECT_EQ(json("[['a'], ['b', 'c']]"), R"([["a"],["b","c"]])");
    EXPECT_EQ(json("{'a': 1, 'b': [TIMESTAMP '2024-01-01']}"),
              R"({"a":1,"b":["2024-01-01T00:00:00.000"]})");
    EXPECT_EQ(json("MAP {'k': 1, 'l': 2}"), R"({"k":1,"l":2})");
    EXPECT_EQ(json("MAP {1: 'x'}"), R"([{"key":1,"value":"x"}])");
    EXPECT_EQ(json("union_value(num := 2)"), "2");
    EXPECT_EQ(json("row(1, 'x', NULL)"), R"([1,"x",null])");
    EXPECT_EQ(json("array_value(1, 2)"), "[1,2]");
    EXPECT_EQ(json("'{\"a\":1}'::JSON"), R"("{\"a\":1}")");
    EXPECT_EQ(json("'ab'::ENUM('ab', 'c')"), "\"ab\"");
    EXPECT_EQ(json("'00000000-0000-0000-0000-00000000000a'::UUID"),
              "\"00000000-0000-0000-0000-00000000000a\"");
    EXPECT_EQ(json("NULL"), "null");
}

TEST(JsonReply, StringsAreEscapedAndBlobsAreText) {
    EXPECT_EQ(json("'a\"b\\c' || chr(10) || chr(1) || 'é'"), "\"a\\\"b\\\\c\\n\\u0001é\"");
    EXPECT_EQ(json("'\\xAA\\x00ok'::BLOB"), R"("\\xAA\\x00ok")");
    std::string out;
    append_json_string(
        "a\xff\xfe"
        "b\xc3",
        out);
    EXPECT_EQ(out,
              "\"a\xEF\xBF\xBD\xEF\xBF\xBD"
              "b\xEF\xBF\xBD\"");
}

TEST(CsvReply, IsRfc4180) {
    EXPECT_EQ(*write(Format::kCsv, "SELECT 1 AS a, 'x,\"y\"' AS \"b,c\", NULL AS d, '' AS e"),
              "a,\"b,c\",d,e\r\n1,\"x,\"\"y\"\"\",,\"\"\r\n");
    EXPECT_EQ(*write(Format::kCsv, "SELECT 1 AS a, 2 AS b WHERE false"), "a,b\r\n");
}

TEST(CsvReply, ValuesArePlainText) {
    EXPECT_EQ(csv("9007199254740993"), "9007199254740993");
    EXPECT_EQ(csv("TIMESTAMPTZ '2024-02-29 12:34:56+00'"), "2024-02-29T12:34:56.000Z");
    EXPECT_EQ(csv("'nan'::DOUBLE"), "NaN");
    EXPECT_EQ(csv("union_value(n := NULL::INTEGER)"), "");
    EXPECT_EQ(csv("union_value(s := '')"), "\"\"");
    EXPECT_EQ(csv("false"), "false");
    EXPECT_EQ(csv("['a', 'b']"), "\"[\"\"a\"\",\"\"b\"\"]\"");
    EXPECT_EQ(csv("'two' || chr(13) || chr(10) || 'lines'"), "\"two\r\nlines\"");
    EXPECT_EQ(csv("12345678901234567.89::DECIMAL(38,2)"), "12345678901234567.89");
}

TEST(Reply, ValueOver16MiBIsAnErrorThatNamesTheColumn) {
    EXPECT_THAT(write(Format::kJson, "SELECT repeat('x', 16 * 1024 * 1024 - 2) AS big"),
                icelight::testing::IsOk());
    EXPECT_THAT(write(Format::kJson, "SELECT repeat('x', 16 * 1024 * 1024 + 1) AS big"),
                HasMessage("\"big\" is larger than 16 MiB"));
}

}  // namespace
}  // namespace icelight::query
