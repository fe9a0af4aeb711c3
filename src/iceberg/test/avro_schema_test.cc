#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "iceberg/avro/avro_schema_internal.h"

namespace icelight::iceberg {
namespace {

using icelight::testing::HasMessage;
using icelight::testing::IsError;
using icelight::testing::IsOk;

TEST(AvroSchema, FieldIdsAndNamedTypesAreKept) {
    auto schema = parse_avro_schema(R"({"type":"record","name":"r","namespace":"n","fields":[
        {"name":"a","type":{"type":"fixed","name":"f","size":4},"field-id":7},
        {"name":"b","type":["null","f"]},
        {"name":"c","type":{"type":{"type":"int"},"logicalType":"date"}},
        {"name":"d","type":{"type":"enum","name":"e","symbols":["x"]}}]})");
    ASSERT_THAT(schema, IsOk());
    const auto& fields = (*schema)->fields;
    ASSERT_EQ(fields.size(), 4U);
    EXPECT_EQ(fields[0].id, 7);
    EXPECT_EQ(fields[0].type->fixed_bytes, 4U);
    EXPECT_EQ(fields[1].id, kNoFieldId);
    EXPECT_EQ(fields[1].type->branches[1]->fixed_bytes, 4U);
    EXPECT_EQ(fields[2].type->kind, AvroKind::kInt);
    EXPECT_EQ(fields[3].type->kind, AvroKind::kEnum);
}

TEST(AvroSchema, WhatCouldDecodeForeverIsRefused) {
    EXPECT_THAT(parse_avro_schema(R"({"type":"record","name":"r","fields":[
        {"name":"next","type":["null","r"]}]})"),
                HasMessage("recursive"));
    // Each record holds the one before twice: small text, 2^40 nodes.
    std::string text = R"({"type":"record","name":"r0","fields":[{"name":"a","type":"int"}]})";
    std::string fields = R"({"name":"f0","type":)" + text + "}";
    for (int i = 1; i < 40; ++i) {
        const auto before = "\"r" + std::to_string(i - 1) + "\"";
        fields += R"(,{"name":"f)" + std::to_string(i) + R"(","type":{"type":"record","name":"r)" +
                  std::to_string(i) + R"(","fields":[{"name":"a","type":)" + before +
                  R"(},{"name":"b","type":)" + before + "}]}}";
    }
    EXPECT_THAT(parse_avro_schema(R"({"type":"record","name":"top","fields":[)" + fields + "]}"),
                HasMessage("too large"));
    std::string deep = "\"int\"";
    for (int i = 0; i < 40; ++i)
        deep = R"({"type":"array","items":)" + deep + "}";
    EXPECT_THAT(parse_avro_schema(deep), HasMessage("too deeply"));
}

TEST(AvroSchema, MalformedOnesAreCorruption) {
    for (const auto* text : {"",
                             "7",
                             "\"nosuch\"",
                             "{}",
                             "[]",
                             R"([["null"]])",
                             R"({"type":"record","name":"r"})",
                             R"({"type":"record","name":"r","fields":[1]})",
                             R"({"type":"array"})",
                             R"({"type":"fixed","name":"f"})",
                             R"({"type":"fixed","name":"f","size":-1})"}) {
        EXPECT_THAT(parse_avro_schema(text), IsError(ErrorCode::kCorruption)) << text;
    }
}

}  // namespace
}  // namespace icelight::iceberg
