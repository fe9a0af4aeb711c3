#include "iceberg/type.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"

namespace icelight::iceberg {
namespace {

using icelight::testing::IsError;
using icelight::testing::IsOk;

TEST(PrimitiveType, TextRoundTrips) {
    for (const auto* text : {"boolean",
                             "int",
                             "long",
                             "float",
                             "double",
                             "decimal(9, 2)",
                             "date",
                             "time",
                             "timestamp",
                             "timestamptz",
                             "timestamp_ns",
                             "timestamptz_ns",
                             "string",
                             "uuid",
                             "fixed[16]",
                             "binary",
                             "variant"}) {
        auto type = parse_primitive_type(text);
        ASSERT_THAT(type, IsOk());
        EXPECT_EQ(type_text(*type), text);
    }
    EXPECT_EQ(*parse_primitive_type("decimal(9,2)"), make_decimal(9, 2));
    EXPECT_EQ(parse_primitive_type("struct")->kind, TypeKind::kOther);
}

TEST(PrimitiveType, MalformedParametersAreRefused) {
    for (const auto* text : {"",
                             "decimal",
                             "decimal(",
                             "decimal(9)",
                             "decimal(0,0)",
                             "decimal(39,1)",
                             "decimal(2,3)",
                             "decimal(9,2)x",
                             "fixed",
                             "fixed[",
                             "fixed[-1]",
                             "fixed[9999999999]",
                             "fixed[1]]"}) {
        EXPECT_THAT(parse_primitive_type(text), IsError(ErrorCode::kInvalidArgument)) << text;
    }
}

}  // namespace
}  // namespace icelight::iceberg
