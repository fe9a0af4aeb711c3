#include "iceberg/transforms.h"

#include <limits>

#include <gtest/gtest.h>

#include "base/testing/matchers.h"

namespace icelight::iceberg {
namespace {

using icelight::testing::IsError;
using icelight::testing::IsOk;
using namespace std::string_literals;

Value transformed(std::string_view transform, const Type& type, const Value& value) {
    auto parsed = parse_transform(transform);
    EXPECT_THAT(parsed, IsOk());
    auto result = apply_transform(*parsed, type, value);
    EXPECT_THAT(result, IsOk()) << transform;
    return result.value_or(Value());
}

constexpr std::int64_t kDayUs = 86'400'000'000;

TEST(Transforms, TextRoundTrips) {
    for (const auto* text : {"identity",
                             "year",
                             "month",
                             "day",
                             "hour",
                             "void",
                             "bucket[16]",
                             "truncate[3]",
                             "zorder[4]"}) {
        auto transform = parse_transform(text);
        ASSERT_THAT(transform, IsOk());
        EXPECT_EQ(transform_text(*transform), text);
    }
    for (const auto* text :
         {"", "bucket[0]", "bucket[-1]", "bucket[]", "truncate[99999999999]", "bucket[1x]"}) {
        EXPECT_THAT(parse_transform(text), IsError(ErrorCode::kInvalidArgument)) << text;
    }
}

TEST(Transforms, TimesCountFrom1970InUtcTowardsThePast) {
    const std::int64_t ts = 1'510'871'468'000'001;  // 2017-11-16T22:31:08.000001Z
    EXPECT_EQ(transformed("year", TypeKind::kTimestamptz, ts), Value(47));
    EXPECT_EQ(transformed("month", TypeKind::kTimestamptz, ts), Value(574));
    EXPECT_EQ(transformed("day", TypeKind::kTimestamptz, ts), Value(17'486));
    EXPECT_EQ(transformed("hour", TypeKind::kTimestamptz, ts), Value(419'686));
    EXPECT_EQ(transformed("year", TypeKind::kTimestamp, std::int64_t{-1}), Value(-1));
    EXPECT_EQ(transformed("month", TypeKind::kTimestamp, std::int64_t{-1}), Value(-1));
    EXPECT_EQ(transformed("day", TypeKind::kTimestamp, std::int64_t{-1}), Value(-1));
    EXPECT_EQ(transformed("hour", TypeKind::kTimestamp, std::int64_t{-1}), Value(-1));
    EXPECT_EQ(transformed("day", TypeKind::kTimestampNs, ts * 1'000), Value(17'486));
    EXPECT_EQ(transformed("year", TypeKind::kDate, std::int32_t{-1}), Value(-1));
    EXPECT_EQ(transformed("month", TypeKind::kDate, std::int32_t{17'486}), Value(574));
    EXPECT_EQ(transformed("day", TypeKind::kDate, std::int32_t{17'486}), Value(17'486));
}

TEST(Transforms, DayChangesAtMidnightUtcForEveryDayOfFourCenturies) {
    for (std::int32_t day = -73'000; day < 73'000; day += 7) {
        const auto midnight = day * kDayUs;
        EXPECT_EQ(transformed("day", TypeKind::kTimestamptz, midnight), Value(day));
        EXPECT_EQ(transformed("day", TypeKind::kTimestamptz, midnight - 1), Value(day - 1));
    }
}

TEST(Transforms, BucketsFollowTheSpec) {
    auto bucket = [](std::int32_t hash, std::int32_t width) {
        return Value(static_cast<std::int32_t>((hash & INT32_MAX) % width));
    };
    EXPECT_EQ(transformed("bucket[7]", TypeKind::kInt, std::int32_t{34}), bucket(2017239379, 7));
    EXPECT_EQ(transformed("bucket[7]", TypeKind::kLong, std::int64_t{34}), bucket(2017239379, 7));
    EXPECT_EQ(transformed("bucket[7]", make_decimal(9, 2), make_decimal_bytes(1420)),
              bucket(-500754589, 7));
    EXPECT_EQ(transformed("bucket[7]", TypeKind::kDate, std::int32_t{17'486}),
              bucket(-653330422, 7));
    EXPECT_EQ(transformed("bucket[7]", TypeKind::kTimestamptz, std::int64_t{1'510'871'468'000'000}),
              bucket(-2047944441, 7));
    EXPECT_EQ(
        transformed("bucket[7]", TypeKind::kTimestampNs, std::int64_t{1'510'871'468'000'001'001}),
        bucket(-1207196810, 7));
    EXPECT_EQ(transformed("bucket[7]", TypeKind::kString, "iceberg"s), bucket(1210000089, 7));
    EXPECT_EQ(transformed("bucket[7]", TypeKind::kBinary, "\x00\x01\x02\x03"s),
              bucket(-188683207, 7));
}

TEST(Transforms, TruncateRoundsTowardsMinusInfinity) {
    EXPECT_EQ(transformed("truncate[10]", TypeKind::kInt, std::int32_t{1}), Value(0));
    EXPECT_EQ(transformed("truncate[10]", TypeKind::kInt, std::int32_t{-1}), Value(-10));
    EXPECT_EQ(transformed("truncate[10]", TypeKind::kLong, std::int64_t{-11}),
              Value(std::int64_t{-20}));
    EXPECT_EQ(transformed("truncate[50]", make_decimal(9, 2), make_decimal_bytes(1065)),
              Value(make_decimal_bytes(1050)));
    EXPECT_EQ(transformed("truncate[50]", make_decimal(9, 2), make_decimal_bytes(-1)),
              Value(make_decimal_bytes(-50)));
    EXPECT_EQ(transformed("truncate[3]", TypeKind::kString, "iceberg"s), Value("ice"s));
    EXPECT_EQ(transformed("truncate[2]", TypeKind::kString, "\xe2\x82\xac\xe2\x82\xacx"s),
              Value("\xe2\x82\xac\xe2\x82\xac"s));
    EXPECT_EQ(transformed("truncate[1]", TypeKind::kBinary, "\x00\x01"s), Value("\x00"s));
    const auto least = std::numeric_limits<std::int64_t>::min();
    EXPECT_FALSE(is_null(transformed("truncate[10]", TypeKind::kLong, least)));
}

TEST(Transforms, NullStaysNullAndVoidMakesNull) {
    for (const auto* text : {"identity", "bucket[4]", "truncate[4]", "void"}) {
        EXPECT_TRUE(is_null(transformed(text, TypeKind::kString, Value()))) << text;
    }
    EXPECT_TRUE(is_null(transformed("void", TypeKind::kString, "x"s)));
}

TEST(Transforms, SourcesTheyDoNotTakeAreRefused) {
    const std::pair<const char*, Type> refused[] = {{"hour", TypeKind::kDate},
                                                    {"day", TypeKind::kString},
                                                    {"year", TypeKind::kLong},
                                                    {"bucket[4]", TypeKind::kDouble},
                                                    {"bucket[4]", TypeKind::kBoolean},
                                                    {"truncate[4]", TypeKind::kDate},
                                                    {"identity", TypeKind::kStruct},
                                                    {"truncate[4]", TypeKind::kUuid}};
    for (const auto& [text, type] : refused) {
        EXPECT_THAT(transform_result_type(*parse_transform(text), type),
                    IsError(ErrorCode::kInvalidArgument))
            << text << " " << type_text(type);
    }
    EXPECT_THAT(apply_transform(*parse_transform("day"), TypeKind::kTimestamptz, Value("x"s)),
                IsError(ErrorCode::kInvalidArgument));
}

TEST(Transforms, ResultTypesFollowTheSpec) {
    EXPECT_EQ(*transform_result_type(*parse_transform("day"), TypeKind::kTimestamptz),
              Type(TypeKind::kDate));
    EXPECT_EQ(*transform_result_type(*parse_transform("hour"), TypeKind::kTimestamptz),
              Type(TypeKind::kInt));
    EXPECT_EQ(*transform_result_type(*parse_transform("bucket[2]"), TypeKind::kString),
              Type(TypeKind::kInt));
    EXPECT_EQ(*transform_result_type(*parse_transform("truncate[2]"), make_decimal(4, 1)),
              make_decimal(4, 1));
}

}  // namespace
}  // namespace icelight::iceberg
