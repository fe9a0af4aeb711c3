#include "query/plan/file_filter.h"

#include <gtest/gtest.h>

namespace icelight::query {
namespace {

using iceberg::TypeKind;
using iceberg::Value;

constexpr std::int64_t kDayUs = 86'400'000'000;

/// Column 1: long 10..20; column 2: string, bounds cut to "ba" and "bd"; column 3: timestamptz of
/// day 100, known by its partition alone.
struct Sample {
    LiveFiles manifest;
    LiveFile live;

    Sample() {
        manifest.spec.fields = {{.source_id = 3,
                                 .field_id = 1000,
                                 .name = "day",
                                 .transform = {iceberg::TransformKind::kDay}}};
        manifest.partition = {{1000, "day", false, TypeKind::kDate}};
        live.file.lower_bounds = {{1, bytes(10)}, {2, "ba"}};
        live.file.upper_bounds = {{1, bytes(20)}, {2, "bd"}};
        live.file.partition = {Value(std::int32_t{100})};
    }

    static std::string bytes(std::int64_t number) {
        return iceberg::encode_value(TypeKind::kLong, Value(number));
    }

    bool may(std::int32_t id, TypeKind type, Comparison comparison, std::vector<Value> values) {
        return may_match(manifest, live, Condition{id, type, comparison, std::move(values)});
    }

    bool may(Comparison comparison, std::int64_t number) {
        return may(1, TypeKind::kLong, comparison, {Value(number)});
    }
};

TEST(FileFilter, ComparesNumbersWithBounds) {
    Sample file;
    EXPECT_FALSE(file.may(Comparison::kEqual, 9));
    EXPECT_TRUE(file.may(Comparison::kEqual, 10));
    EXPECT_TRUE(file.may(Comparison::kEqual, 20));
    EXPECT_FALSE(file.may(Comparison::kEqual, 21));
    EXPECT_FALSE(file.may(Comparison::kLess, 10));
    EXPECT_TRUE(file.may(Comparison::kLess, 11));
    EXPECT_FALSE(file.may(Comparison::kLessOrEqual, 9));
    EXPECT_TRUE(file.may(Comparison::kLessOrEqual, 10));
    EXPECT_FALSE(file.may(Comparison::kGreater, 20));
    EXPECT_TRUE(file.may(Comparison::kGreater, 19));
    EXPECT_FALSE(file.may(Comparison::kGreaterOrEqual, 21));
    EXPECT_TRUE(file.may(Comparison::kGreaterOrEqual, 20));
}

TEST(FileFilter, AListNeedsTheFileWhenOneValueDoes) {
    Sample file;
    const auto in = [&](std::vector<Value> values) {
        return file.may(2, TypeKind::kString, Comparison::kIn, std::move(values));
    };
    EXPECT_FALSE(in({Value("a"), Value("c")}));
    EXPECT_TRUE(in({Value("a"), Value("bb")}));
    EXPECT_TRUE(in({Value("bd")}));
    EXPECT_FALSE(in({Value("bdx")})) << "above the upper bound, which is never too low";
}

TEST(FileFilter, APartitionByDayBoundsTimes) {
    Sample file;
    const auto at = [&](Comparison comparison, std::int64_t time) {
        return file.may(3, TypeKind::kTimestamptz, comparison, {Value(time)});
    };
    EXPECT_TRUE(at(Comparison::kEqual, 100 * kDayUs + 5));
    EXPECT_FALSE(at(Comparison::kEqual, 101 * kDayUs));
    EXPECT_FALSE(at(Comparison::kGreaterOrEqual, 101 * kDayUs));
    EXPECT_TRUE(at(Comparison::kGreater, 101 * kDayUs - 1)) << "the day is not looked into";
    EXPECT_TRUE(at(Comparison::kLess, 100 * kDayUs + 1));
    EXPECT_FALSE(at(Comparison::kLess, 99 * kDayUs));
    file.live.file.partition = {Value()};
    EXPECT_FALSE(at(Comparison::kEqual, 100 * kDayUs)) << "all NULL";
}

TEST(FileFilter, WhatIsNotKnownIsKept) {
    Sample file;
    EXPECT_TRUE(file.may(9, TypeKind::kLong, Comparison::kEqual, {Value(std::int64_t{5})}));
    file.live.file.upper_bounds.clear();
    EXPECT_TRUE(file.may(Comparison::kEqual, 1'000));
    EXPECT_FALSE(file.may(Comparison::kEqual, 9));
    file.live.file.lower_bounds[1] = "odd";
    EXPECT_TRUE(file.may(Comparison::kEqual, 9));
}

TEST(FileFilter, EachMentionOfATableMayNeedTheFile) {
    Sample file;
    const auto condition = [](std::int64_t number) {
        return Condition{1, TypeKind::kLong, Comparison::kEqual, {Value(number)}};
    };
    const auto may = [&](const std::vector<Conditions>& mentions) {
        return may_match(file.manifest, file.live, mentions);
    };
    EXPECT_TRUE(may({}));
    EXPECT_TRUE(may({{}}));
    EXPECT_FALSE(may({{condition(15), condition(9)}}));
    EXPECT_TRUE(may({{condition(9)}, {condition(15)}}));
    EXPECT_FALSE(may({{condition(9)}, {condition(21)}}));
    EXPECT_TRUE(may({{condition(9)}, {}}));
    EXPECT_NE(conditions_text({{condition(9)}}), conditions_text({{condition(10)}}));
    EXPECT_NE(conditions_text({{condition(9), condition(9)}}),
              conditions_text({{condition(9)}, {condition(9)}}));
}

}  // namespace
}  // namespace icelight::query
