#include "iceberg/partition_spec.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "iceberg/test/sample.h"

namespace icelight::iceberg {
namespace {

using icelight::testing::HasMessage;
using icelight::testing::IsOk;
using testing::day_spec;
using testing::wide_schema;

TEST(PartitionFields, HaveTheTransformsResultType) {
    auto spec = day_spec();
    spec.fields.push_back({.source_id = 3,
                           .field_id = 1001,
                           .name = "kind_bucket",
                           .transform = {.kind = TransformKind::kBucket, .width = 4}});
    auto fields = partition_fields(wide_schema(), spec);
    ASSERT_THAT(fields, IsOk());
    ASSERT_EQ(fields->size(), 2U);
    EXPECT_EQ((*fields)[0].type, Type(TypeKind::kDate));
    EXPECT_EQ((*fields)[1].type, Type(TypeKind::kInt));
    EXPECT_EQ((*fields)[1].id, 1001);
    EXPECT_EQ(spec.highest_field_id(), 1001);
}

TEST(PartitionFields, OfADroppedColumnMayOnlyBeVoid) {
    auto spec = day_spec();
    spec.fields[0].source_id = 99;
    EXPECT_THAT(partition_fields(wide_schema(), spec), HasMessage("no source column with id 99"));
    spec.fields[0].transform.kind = TransformKind::kVoid;
    EXPECT_THAT(partition_fields(wide_schema(), spec), IsOk());
}

TEST(CompatibleSpecs, IgnoreIds) {
    auto left = day_spec();
    auto right = day_spec();
    right.spec_id = 3;
    right.fields[0].field_id = 1005;
    EXPECT_TRUE(is_compatible_spec(left, right));
    right.fields[0].name = "other";
    EXPECT_FALSE(is_compatible_spec(left, right));
}

}  // namespace
}  // namespace icelight::iceberg
