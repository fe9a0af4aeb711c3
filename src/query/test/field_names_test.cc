#include "query/plan/field_names.h"

#include <gtest/gtest.h>

namespace icelight::query {
namespace {

using iceberg::TypeKind;

iceberg::TableMetadata table_of(const std::vector<std::string>& names) {
    iceberg::TableMetadata metadata;
    iceberg::Schema schema;
    for (const auto& name : names)
        schema.fields.push_back({++metadata.last_column_id, name, false, TypeKind::kLong});
    metadata.schemas = {schema};
    return metadata;
}

bool needs(const iceberg::TableMetadata& metadata) {
    return needs_field_ids(metadata, metadata.schemas.back());
}

TEST(FieldNames, OneSchemaWithPlainNamesIsReadByName) {
    EXPECT_FALSE(needs(table_of({"id", "_log_offset", "Word2"})));
}

TEST(FieldNames, NamesThatFilesSpellOtherwiseOrTheEngineTakesNeedIds) {
    for (const char* name :
         {"a b", "a.b", "a\"b", "2a", "\u00e9", "ID", "filename", "file_row_number"})
        EXPECT_TRUE(needs(table_of({"id", name}))) << name;
}

TEST(FieldNames, WhatHadAnotherSchemaNeedsIdsAlsoWhenThatIsForgotten) {
    auto metadata = table_of({"id", "word"});
    metadata.schemas.push_back(metadata.schemas.back());
    EXPECT_TRUE(needs(metadata));
    metadata.schemas = {metadata.schemas.back()};
    metadata.schemas.back().schema_id = 1;
    EXPECT_TRUE(needs(metadata));
    metadata.schemas.back().schema_id = 0;
    EXPECT_FALSE(needs(metadata));
    metadata.last_column_id = 3;
    EXPECT_TRUE(needs(metadata));
}

TEST(FieldNames, DroppedColumnsAreAsTheirLastSchemaHadThem) {
    iceberg::Schema first;
    first.fields = {{1, "id", false, TypeKind::kInt}, {2, "a", false, TypeKind::kInt}};
    auto second = first;
    second.schema_id = 1;
    second.fields[1].type = TypeKind::kLong;
    iceberg::Schema now;
    now.schema_id = 2;
    now.fields = {second.fields[0]};
    const std::vector<iceberg::Field> expected = {second.fields[1]};
    EXPECT_EQ(find_dropped(now, {&first, &second, &now}), expected);
    EXPECT_EQ(find_dropped(now, {&now, &second, &first}), expected);
    EXPECT_TRUE(find_dropped(second, {&first, &second}).empty());
}

TEST(FieldNames, ADefaultNeedsIds) {
    auto metadata = table_of({"id"});
    metadata.schemas.back().fields[0].initial_default = "5";
    EXPECT_TRUE(needs(metadata));
}

TEST(FieldNames, NamesThatDifferByCaseAloneAreNumbered) {
    auto metadata = table_of({"a", "A", "b", "A_1", "a"});
    auto& schema = metadata.schemas.back();
    make_names_unique(schema);
    std::string names;
    for (const auto& field : schema.fields)
        names += field.name + " ";
    EXPECT_EQ(names, "a A_1 b A_1_1 a_2 ");
}

TEST(FieldNames, NumbersAreThoseThatTheEngineGives) {
    using Names = std::vector<std::string>;
    EXPECT_EQ(unique_names({"a", "A_1", "A"}), (Names{"a", "A_1", "A_1_1"}));
    EXPECT_EQ(unique_names({"a", "A", "A"}), (Names{"a", "A_1", "A_2"}));
}

iceberg::Schema with_members(const std::vector<iceberg::Field>& members) {
    iceberg::Type type(TypeKind::kStruct);
    type.fields = members;
    iceberg::Schema schema;
    schema.fields = {{1, "id", false, TypeKind::kLong}, {2, "place", false, type}};
    return schema;
}

std::string unmatched(const iceberg::Schema& now, const iceberg::Schema& then) {
    return find_unmatched_member(now, {&now, &then});
}

TEST(FieldNames, MembersOfAColumnMustHaveKeptTheirNames) {
    const auto now =
        with_members({{3, "a", false, TypeKind::kInt}, {4, "b", false, TypeKind::kInt}});
    EXPECT_EQ(unmatched(now, now), "");
    EXPECT_EQ(unmatched(now, with_members({{3, "A", false, TypeKind::kLong}})), "");
    EXPECT_EQ(unmatched(now, with_members({{3, "x", false, TypeKind::kInt}})), "place");
    EXPECT_EQ(unmatched(now, with_members({{5, "b", false, TypeKind::kInt}})), "place");
}

TEST(FieldNames, AMemberWithANameThatFilesSpellOtherwiseIsNotFound) {
    const auto odd = with_members({{3, "a b", false, TypeKind::kInt}});
    EXPECT_EQ(unmatched(odd, odd), "place");
}

TEST(FieldNames, ColumnsThatHadAnotherTypeAreFound) {
    const auto then = table_of({"a", "b", "gone"}).schemas.back();
    auto now = table_of({"x", "b"}).schemas.back();
    EXPECT_TRUE(find_changed_types(now, {&now, &then}).empty());
    now.fields[0].type = TypeKind::kDouble;
    EXPECT_EQ(find_changed_types(now, {&now, &then}), std::set<std::int32_t>{1});
}

TEST(FieldNames, AColumnIsNamedByItsIdOrAsTheSchemaSays) {
    const iceberg::Field field{7, "a\"b", false, TypeKind::kLong};
    EXPECT_EQ(file_column(field, true), "c7");
    EXPECT_EQ(file_column(field, false), "\"a\"\"b\"");
}

}  // namespace
}  // namespace icelight::query
