#include "query/plan/column_source.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"

namespace icelight::query {
namespace {

using iceberg::Field;
using iceberg::TypeKind;
using icelight::testing::HasMessage;
using icelight::testing::IsError;
using icelight::testing::IsOk;
using Kind = FileColumn::Kind;

FileColumn leaf(const std::string& name, const std::string& type, int id = 0) {
    FileColumn column;
    column.name = column.engine_name = name;
    column.engine_type = type;
    if (id != 0) column.field_id = id;
    return column;
}

FileColumn nested(const std::string& name, Kind kind, std::vector<FileColumn> parts, int id = 0) {
    auto column = leaf(name, "", id);
    column.kind = kind;
    column.parts = std::move(parts);
    return column;
}

Field struct_field(std::vector<Field> members) {
    iceberg::Type type(TypeKind::kStruct);
    type.fields = std::move(members);
    return {3, "st", false, type};
}

iceberg::NameMapping mapping_of(std::string_view json) {
    auto mapping = iceberg::parse_name_mapping(json);
    EXPECT_THAT(mapping, IsOk());
    return *mapping;
}

ColumnSource source_of(const Field& field,
                       const FileLayout& layout,
                       const iceberg::NameMapping* mapping) {
    auto sources = find_sources({&field}, layout, mapping);
    EXPECT_THAT(sources, IsOk());
    return sources ? sources->front() : ColumnSource();
}

TEST(ColumnSource, AFileWithoutIdsIsReadByTheNamesOfTheMappingAlone) {
    const auto mapping = mapping_of(R"([{"field-id": 1, "names": ["id", "old"]},
        {"field-id": 2, "names": []}, {"names": ["y"]}])");
    const FileLayout layout{{leaf("old", "BIGINT"), leaf("x", "BIGINT"), leaf("y", "BIGINT")},
                            false};
    EXPECT_EQ(source_of({1, "id", false, TypeKind::kLong}, layout, &mapping).name, "old");
    EXPECT_FALSE(source_of({2, "x", false, TypeKind::kLong}, layout, &mapping).is_there);
    EXPECT_FALSE(source_of({4, "y", false, TypeKind::kLong}, layout, &mapping).is_there);
}

TEST(ColumnSource, AFileWithIdsIsReadByThem) {
    const FileLayout layout{{leaf("id", "BIGINT", 2), leaf("x", "INTEGER", 1), leaf("y", "DATE")},
                            true};
    const auto source = source_of({1, "id", false, TypeKind::kLong}, layout, nullptr);
    EXPECT_EQ(source.name, "x");
    EXPECT_TRUE(source.is_cast);
    EXPECT_FALSE(source_of({7, "y", false, TypeKind::kDate}, layout, nullptr).is_there);
}

TEST(ColumnSource, MembersThatTheEngineWouldFindOtherwiseAreTakenApart) {
    const auto field = struct_field({{4, "a", false, TypeKind::kLong},
                                     {5, "b", false, TypeKind::kString},
                                     {6, "c", false, TypeKind::kDate}});
    const FileLayout layout{
        {nested("st", Kind::kStruct, {leaf("b", "BIGINT", 4), leaf("x'", "VARCHAR", 5)}, 3)}, true};
    const auto source = source_of(field, layout, nullptr);
    EXPECT_FALSE(source.is_alike);
    EXPECT_EQ(*read_type(field, source), R"(STRUCT("b" BIGINT, "x'" VARCHAR))");
    EXPECT_EQ(*table_value(field, source, "c3"),
              R"(CASE WHEN c3 IS NULL THEN NULL ELSE struct_pack("a" := struct_extract(c3, 'b'), )"
              R"("b" := struct_extract(c3, 'x'''), "c" := CAST(NULL AS DATE)) END)");
}

TEST(ColumnSource, WhatTheEngineFindsByItselfIsLeftToIt) {
    const auto field =
        struct_field({{4, "a", false, TypeKind::kLong}, {6, "c", false, TypeKind::kDate}});
    const FileLayout layout{{nested("s", Kind::kStruct, {leaf("a", "INTEGER", 4)}, 3)}, true};
    const auto source = source_of(field, layout, nullptr);
    EXPECT_TRUE(source.is_alike);
    EXPECT_TRUE(source.is_cast);
    EXPECT_EQ(*read_type(field, source), R"(STRUCT("a" BIGINT, "c" DATE))");
    EXPECT_EQ(*table_value(field, source, "c3"), "c3");
    const FileLayout misleading{
        {nested("s", Kind::kStruct, {leaf("a", "BIGINT", 4), leaf("C", "DATE", 9)}, 3)}, true};
    EXPECT_FALSE(source_of(field, misleading, nullptr).is_alike);
}

TEST(ColumnSource, AStructWithoutAnyOfItsMembersIsReadByAnother) {
    const auto field = struct_field({{4, "a", false, TypeKind::kLong}});
    const FileLayout layout{
        {nested("st", Kind::kStruct, {nested("l", Kind::kList, {leaf("element", "DATE")}, 8)}, 3)},
        true};
    const auto source = source_of(field, layout, nullptr);
    EXPECT_EQ(*read_type(field, source), R"(STRUCT("l" DATE[]))");
    EXPECT_EQ(
        *table_value(field, source, "c3"),
        R"(CASE WHEN c3 IS NULL THEN NULL ELSE struct_pack("a" := CAST(NULL AS BIGINT)) END)");
}

TEST(ColumnSource, ElementsKeysAndValuesAreMappedUnderTheirOwnNames) {
    iceberg::Type list(TypeKind::kList);
    list.fields = {struct_field({{6, "b", false, TypeKind::kInt}})};
    list.fields[0].name = "element";
    iceberg::Type map(TypeKind::kMap);
    map.fields = {{7, "key", true, TypeKind::kString}, {8, "value", false, list}};
    const Field field{9, "m", false, map};
    const auto mapping = mapping_of(R"([{"field-id": 9, "names": ["m"], "fields": [
        {"field-id": 7, "names": ["key"]}, {"field-id": 8, "names": ["value"], "fields": [
        {"field-id": 3, "names": ["element"], "fields": [{"field-id": 6, "names": ["a"]}]}]}]}])");
    const FileLayout layout{
        {nested(
            "m",
            Kind::kMap,
            {leaf("k", "VARCHAR"),
             nested("v", Kind::kList, {nested("item", Kind::kStruct, {leaf("a", "INTEGER")})})})},
        false};
    const auto source = source_of(field, layout, &mapping);
    EXPECT_EQ(*read_type(field, source), R"(MAP(VARCHAR, STRUCT("a" INTEGER)[]))");
    EXPECT_EQ(
        *table_value(field, source, "c9"),
        R"(map_from_entries(list_transform(map_entries(c9), lambda icelight_item0: struct_pack()"
        R"("key" := struct_extract(icelight_item0, 'key'), "value" := list_transform()"
        R"(struct_extract(icelight_item0, 'value'), lambda icelight_item1: )"
        R"(CASE WHEN icelight_item1 IS NULL THEN NULL ELSE struct_pack("b" := )"
        R"(struct_extract(icelight_item1, 'a')) END)))))");
}

TEST(ColumnSource, WhatIsAmbiguousOrOfAnotherShapeIsRefused) {
    const auto mapping = mapping_of(R"([{"field-id": 1, "names": ["a", "b"]}])");
    const FileLayout both{{leaf("a", "BIGINT"), leaf("b", "BIGINT")}, false};
    const Field field{1, "id", false, TypeKind::kLong};
    const auto ambiguous = find_sources({&field}, both, &mapping);
    EXPECT_THAT(ambiguous, IsError(ErrorCode::kUnsupported));
    EXPECT_THAT(ambiguous, HasMessage(R"(columns "a" and "b" are both "id" of the table)"));
    const FileLayout other{{nested("a", Kind::kStruct, {leaf("x", "BIGINT")})}, false};
    EXPECT_THAT(find_sources({&field}, other, &mapping),
                HasMessage(R"(its column "a" is not "id" of the table, which is of type long)"));
}

}  // namespace
}  // namespace icelight::query
