#include "query/plan/file_layout.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"

namespace icelight::query {
namespace {

using icelight::testing::IsError;
using icelight::testing::IsOk;
using Annotation = SchemaRow::Annotation;
using Kind = FileColumn::Kind;

SchemaRow leaf(const std::string& name, const std::string& type = "INTEGER") {
    SchemaRow row;
    row.name = name;
    row.engine_type = type;
    return row;
}

SchemaRow group(const std::string& name,
                std::uint64_t children,
                Annotation annotation = Annotation::kNone) {
    SchemaRow row;
    row.name = name;
    row.children = children;
    row.annotation = annotation;
    return row;
}

SchemaRow repeated(SchemaRow row) {
    row.is_repeated = true;
    return row;
}

std::string type_of(const std::vector<SchemaRow>& column) {
    std::vector<SchemaRow> rows = {group("schema", 1)};
    rows.insert(rows.end(), column.begin(), column.end());
    const auto layout = make_file_layout(rows);
    return layout ? engine_type_of(layout->columns.at(0)) : layout.error().message;
}

TEST(FileLayout, GroupsThatMakeAListOrAMapAreFoldedIntoIt) {
    EXPECT_EQ(type_of({group("l", 1, Annotation::kList), repeated(group("list", 1)), leaf("item")}),
              "INTEGER[]");
    EXPECT_EQ(type_of({group("m", 1, Annotation::kMap),
                       repeated(group("key_value", 2)),
                       leaf("key", "VARCHAR"),
                       leaf("value")}),
              "MAP(VARCHAR, INTEGER)");
    EXPECT_EQ(type_of({group("l", 1, Annotation::kList),
                       repeated(group("list", 1)),
                       group("element", 2),
                       leaf("a"),
                       leaf("b", "DATE")}),
              R"(STRUCT("a" INTEGER, "b" DATE)[])");
}

TEST(FileLayout, OldWritersListsAreListsToo) {
    EXPECT_EQ(type_of({repeated(leaf("l"))}), "INTEGER[]");
    EXPECT_EQ(type_of({group("l", 1, Annotation::kList), repeated(leaf("array"))}), "INTEGER[]");
    EXPECT_EQ(
        type_of(
            {group("l", 1, Annotation::kList), repeated(group("array", 2)), leaf("a"), leaf("b")}),
        R"(STRUCT("a" INTEGER, "b" INTEGER)[])");
    EXPECT_EQ(type_of({group("m", 1, Annotation::kNone),
                       repeated(group("map", 2, Annotation::kMapKeyValue)),
                       leaf("key"),
                       leaf("value")}),
              R"(STRUCT("map" MAP(INTEGER, INTEGER)))");
}

TEST(FileLayout, IdsAreThoseOfTheColumnNotOfItsWrapping) {
    auto list = group("l", 1, Annotation::kList);
    list.field_id = 7;
    auto element = leaf("element");
    element.field_id = 8;
    const std::vector<SchemaRow> rows = {
        group("schema", 2), list, repeated(group("list", 1)), element, leaf("x")};
    const auto layout = make_file_layout(rows);
    ASSERT_THAT(layout, IsOk());
    EXPECT_TRUE(layout->has_field_ids);
    EXPECT_EQ(layout->columns[0].name, "l");
    EXPECT_EQ(layout->columns[0].field_id, 7);
    EXPECT_EQ(layout->columns[0].kind, Kind::kList);
    EXPECT_EQ(layout->columns[1].field_id, std::nullopt);
}

TEST(FileLayout, NamesThatDifferByCaseAloneAreNumberedAsTheEngineDoes) {
    const std::vector<SchemaRow> rows = {group("schema", 3), leaf("a"), leaf("A_1"), leaf("A")};
    const auto layout = make_file_layout(rows);
    ASSERT_THAT(layout, IsOk());
    EXPECT_FALSE(layout->has_field_ids);
    EXPECT_EQ(layout->columns[2].name, "A");
    EXPECT_EQ(layout->columns[2].engine_name, "A_1_1");
}

TEST(FileLayout, WhatMakesNoTreeIsAnError) {
    EXPECT_THAT(make_file_layout({}), IsError(ErrorCode::kCorruption));
    const std::vector<SchemaRow> cut = {group("schema", 2), leaf("a")};
    EXPECT_THAT(make_file_layout(cut), IsError(ErrorCode::kCorruption));
    EXPECT_THAT(make_file_layout(std::vector<SchemaRow>(kSchemaDepthMax + 2, group("g", 1))),
                IsError(ErrorCode::kCorruption));
}

}  // namespace
}  // namespace icelight::query
