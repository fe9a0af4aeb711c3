#include "iceberg/json/schema_json.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "iceberg/test/sample.h"

namespace icelight::iceberg {
namespace {

using icelight::testing::HasMessage;
using icelight::testing::IsError;
using icelight::testing::IsOk;

TEST(SchemaJson, RoundTrips) {
    const auto schema = testing::wide_schema();
    auto parsed = parse_schema_json(encode_schema_json(schema));
    ASSERT_THAT(parsed, IsOk());
    EXPECT_EQ(*parsed, schema);
}

TEST(SchemaJson, SpecsAndOrdersRoundTrip) {
    auto spec = testing::day_spec();
    spec.fields.push_back(
        {.source_id = 1, .name = "b", .transform = {.kind = TransformKind::kBucket, .width = 3}});
    EXPECT_EQ(*parse_partition_spec_json(encode_partition_spec_json(spec)), spec);
    const SortOrder order{.order_id = 1,
                          .fields = {{.source_id = 3},
                                     {.source_id = 2,
                                      .direction = SortDirection::kDescending,
                                      .null_order = NullOrder::kLast}}};
    EXPECT_EQ(*parse_sort_order_json(encode_sort_order_json(order)), order);
}

TEST(SchemaJson, HasTheFormOfTheSpec) {
    Schema schema;
    Type list(TypeKind::kList);
    list.fields = {{.id = 2, .name = "element", .type = TypeKind::kInt}};
    schema.fields = {{.id = 1, .name = "l", .is_required = true, .type = list, .doc = "d"}};
    EXPECT_EQ(encode_schema_json(schema),
              R"({"type":"struct","schema-id":0,"fields":[{"id":1,"name":"l","required":true,)"
              R"("type":{"type":"list","element-id":2,"element-required":false,"element":"int"},)"
              R"("doc":"d"}]})");
}

TEST(SchemaJson, WhatIsWrongIsTheCallersFaultAndNamed) {
    EXPECT_THAT(parse_schema_json("{}"), IsError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(parse_schema_json("{}"), HasMessage("fields is missing"));
    EXPECT_THAT(parse_schema_json(R"({"fields":[{"id":1,"name":"a","required":true,)"
                                  R"("type":{"type":"heap"}}]})"),
                HasMessage("fields[0].type.type"));
    EXPECT_THAT(parse_sort_order_json(R"({"fields":[{"source-id":1,"transform":"identity",)"
                                      R"("direction":"up","null-order":"nulls-first"}]})"),
                HasMessage("fields[0].direction"));
    EXPECT_THAT(parse_partition_spec_json(
                    R"({"fields":[{"source-ids":[1,2],"name":"a","transform":"zip"}]})"),
                IsError(ErrorCode::kUnsupported));
    EXPECT_EQ(
        parse_partition_spec_json(R"({"fields":[{"source-ids":[4],"name":"a","transform":"day"}]})")
            ->fields[0]
            .source_id,
        4);
}

}  // namespace
}  // namespace icelight::iceberg
