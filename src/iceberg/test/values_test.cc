#include "iceberg/values.h"

#include <limits>

#include <gtest/gtest.h>

#include "base/testing/matchers.h"

namespace icelight::iceberg {
namespace {

using icelight::testing::IsError;
using icelight::testing::IsOk;
using namespace std::string_literals;

struct Row {
    Type type;
    Value value;
    std::string bytes;
    std::string json;
};

// Iceberg spec, appendix D: binary and JSON forms side by side.
const std::vector<Row>& rows() {
    static const std::vector<Row> kRows = {
        {TypeKind::kBoolean, true, "\x01"s, "true"},
        {TypeKind::kBoolean, false, "\x00"s, "false"},
        {TypeKind::kInt, std::int32_t{34}, "\x22\x00\x00\x00"s, "34"},
        {TypeKind::kLong, std::int64_t{-2}, "\xfe\xff\xff\xff\xff\xff\xff\xff"s, "-2"},
        {TypeKind::kFloat, 1.0F, "\x00\x00\x80\x3f"s, "1E0"},
        {TypeKind::kDouble, 1.5, "\x00\x00\x00\x00\x00\x00\xf8\x3f"s, "1.5E0"},
        {make_decimal(9, 2), make_decimal_bytes(1420), "\x05\x8c"s, R"("14.20")"},
        {make_decimal(9, 2), make_decimal_bytes(-5), "\xfb"s, R"("-0.05")"},
        {make_decimal(9, 0), make_decimal_bytes(128), "\x00\x80"s, R"("128")"},
        {TypeKind::kDate, std::int32_t{17'486}, "\x4e\x44\x00\x00"s, R"("2017-11-16")"},
        {TypeKind::kDate, std::int32_t{-1}, "\xff\xff\xff\xff"s, R"("1969-12-31")"},
        {TypeKind::kTime,
         std::int64_t{81'068'123'456},
         encode_value(TypeKind::kLong, std::int64_t{81'068'123'456}),
         R"("22:31:08.123456")"},
        {TypeKind::kTimestamp,
         std::int64_t{1'510'871'468'123'456},
         encode_value(TypeKind::kLong, std::int64_t{1'510'871'468'123'456}),
         R"("2017-11-16T22:31:08.123456")"},
        {TypeKind::kTimestamptz,
         std::int64_t{-1},
         encode_value(TypeKind::kLong, std::int64_t{-1}),
         R"("1969-12-31T23:59:59.999999+00:00")"},
        {TypeKind::kTimestampNs,
         std::int64_t{1'000'000'001},
         encode_value(TypeKind::kLong, std::int64_t{1'000'000'001}),
         R"("1970-01-01T00:00:01.000000001")"},
        {TypeKind::kString, "i\"ce"s, "i\"ce"s, R"("i\"ce")"},
        {TypeKind::kUuid,
         "\xf7\x9c\x3e\x09\x67\x7c\x4b\xbd\xa4\x79\x3f\x34\x9c\xb7\x85\xe7"s,
         "\xf7\x9c\x3e\x09\x67\x7c\x4b\xbd\xa4\x79\x3f\x34\x9c\xb7\x85\xe7"s,
         R"("f79c3e09-677c-4bbd-a479-3f349cb785e7")"},
        {make_fixed(3), "\x00\x01\xff"s, "\x00\x01\xff"s, R"("0001ff")"},
        {TypeKind::kBinary, "\x00\xff"s, "\x00\xff"s, R"("00ff")"},
    };
    return kRows;
}

TEST(Values, BinaryAndJsonFormsFollowTheSpec) {
    for (const auto& row : rows()) {
        SCOPED_TRACE(type_text(row.type) + " " + row.json);
        EXPECT_EQ(encode_value(row.type, row.value), row.bytes);
        EXPECT_EQ(value_json(row.type, row.value), row.json);
        auto decoded = decode_value(row.type, row.bytes);
        ASSERT_THAT(decoded, IsOk());
        EXPECT_EQ(*decoded, row.value);
    }
    EXPECT_EQ(value_json(TypeKind::kInt, Value()), "null");
}

TEST(Values, BytesWrittenBeforeAPromotionAreRead) {
    auto wide = decode_value(TypeKind::kLong, "\xfe\xff\xff\xff");
    ASSERT_THAT(wide, IsOk());
    EXPECT_EQ(*wide, Value(std::int64_t{-2}));
    auto number = decode_value(TypeKind::kDouble, "\x00\x00\x80\x3f"s);
    ASSERT_THAT(number, IsOk());
    EXPECT_EQ(*number, Value(1.0));
}

TEST(Values, WrongLengthsAreCorruption) {
    for (const auto& row : rows()) {
        if (row.type.kind == TypeKind::kString || row.type.kind == TypeKind::kBinary) continue;
        SCOPED_TRACE(type_text(row.type));
        EXPECT_THAT(decode_value(row.type, ""), IsError(ErrorCode::kCorruption));
        EXPECT_THAT(decode_value(row.type, std::string(17, 'x')), IsError(ErrorCode::kCorruption));
    }
    EXPECT_THAT(decode_value(TypeKind::kStruct, "x"), IsError(ErrorCode::kUnsupported));
}

TEST(Values, OrderIsThatOfTheType) {
    const auto decimal = make_decimal(20, 0);
    const std::int64_t numbers[] = {-70'000, -129, -128, -1, 0, 1, 127, 128, 70'000};
    for (const auto left : numbers) {
        for (const auto right : numbers) {
            const int expected = (left > right) - (left < right);
            EXPECT_EQ(compare_values(decimal, make_decimal_bytes(left), make_decimal_bytes(right)),
                      expected)
                << left << " and " << right;
            EXPECT_EQ(compare_values(TypeKind::kLong, left, right), expected);
        }
    }
    EXPECT_EQ(compare_values(TypeKind::kString, "a"s, "\xc3\xa9"s), -1);
    const auto nan = std::numeric_limits<double>::quiet_NaN();
    EXPECT_EQ(compare_values(TypeKind::kDouble, -0.0, 0.0), -1);
    EXPECT_EQ(compare_values(TypeKind::kDouble, nan, 1e308), 1);
    EXPECT_EQ(compare_values(TypeKind::kDouble, nan, nan), 0);
    EXPECT_EQ(compare_values(TypeKind::kFloat, 1.0F, 2.0F), -1);
}

TEST(Values, DatesFarFromTodayHaveText) {
    EXPECT_EQ(value_text(TypeKind::kDate, std::int32_t{-719'528}), "0000-01-01");
    EXPECT_EQ(value_text(TypeKind::kDate, std::int32_t{-719'529}), "-0001-12-31");
    EXPECT_EQ(value_text(TypeKind::kDate, std::int32_t{2'932'897}), "+10000-01-01");
    EXPECT_EQ(value_text(TypeKind::kDate, std::int32_t{19'782}), "2024-02-29");
    for (const auto extreme : {INT64_MIN, INT64_MAX}) {
        EXPECT_FALSE(value_text(TypeKind::kTimestamptz, extreme).empty());
    }
}

TEST(Values, DecimalsOfSixteenBytesHaveText) {
    const std::string lowest = "\x80"s + std::string(15, '\0');
    EXPECT_EQ(value_text(make_decimal(38, 0), lowest), "-170141183460469231731687303715884105728");
}

}  // namespace
}  // namespace icelight::iceberg
