#include "iceberg/schema.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "iceberg/test/sample.h"

namespace icelight::iceberg {
namespace {

using icelight::testing::HasMessage;
using icelight::testing::IsError;
using icelight::testing::IsOk;
using testing::wide_schema;

TEST(SchemaFields, AreFoundByIdAtAnyDepth) {
    const auto schema = wide_schema();
    ASSERT_NE(schema.find_field(26), nullptr);
    EXPECT_EQ(schema.find_field(26)->name, "lat");
    EXPECT_EQ(schema.find_field(99), nullptr);
    EXPECT_EQ(schema.find_column(26), nullptr) << "inside another";
    EXPECT_EQ(schema.find_column(schema.fields.back().id), &schema.fields.back());
    EXPECT_EQ(schema.highest_field_id(), 27);
    EXPECT_EQ(Schema{}.highest_field_id(), 0);
}

TEST(SchemaFields, AreFoundByDottedName) {
    auto schema = wide_schema();
    schema.fields.push_back({.id = 30, .name = "a.b", .type = TypeKind::kInt});
    EXPECT_EQ(schema.find_field("place.lon")->id, 27);
    EXPECT_EQ(schema.find_field("tags.element")->id, 21);
    EXPECT_EQ(schema.find_field("attrs.value")->id, 24);
    EXPECT_EQ(schema.find_field("a.b")->id, 30);
    EXPECT_EQ(schema.find_field("place.x"), nullptr);
    EXPECT_EQ(dotted_name(schema, 24), "attrs.value");
    EXPECT_EQ(dotted_name(schema, 99), "");
}

TEST(SchemaFields, SameSchemaIgnoresTheSchemaId) {
    auto left = wide_schema();
    auto right = wide_schema();
    right.schema_id = 7;
    EXPECT_TRUE(is_same_schema(left, right));
    right.fields[0].doc = "other";
    EXPECT_FALSE(is_same_schema(left, right));
}

TEST(CheckSchema, RefusesDuplicatesAndUnknownIdentifiers) {
    EXPECT_THAT(check_schema(wide_schema()), IsOk());
    auto schema = wide_schema();
    schema.fields[1].id = 27;
    EXPECT_THAT(check_schema(schema), IsError(ErrorCode::kInvalidArgument));
    schema = wide_schema();
    schema.fields[1].name = "id";
    EXPECT_THAT(check_schema(schema), HasMessage("two fields named 'id'"));
    schema = wide_schema();
    schema.identifier_field_ids = {25};
    EXPECT_THAT(check_schema(schema), HasMessage("identifier field 25"));
    schema = wide_schema();
    schema.fields[0].name.clear();
    EXPECT_THAT(check_schema(schema), IsError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace icelight::iceberg
