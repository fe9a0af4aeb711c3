#include "semantic/json_fields.h"

#include <gtest/gtest.h>

namespace icelight::semantic {
namespace {

TEST(JsonFields, DefaultsAreWellFormedAndNamedOnce) {
    const auto fields = default_json_fields();
    EXPECT_EQ(fields.size(), 44U);
    EXPECT_EQ(merge_json_fields({}, fields).size(), fields.size());
    for (const auto& field : fields)
        EXPECT_TRUE(is_json_path(field.path)) << field.path;
}

TEST(JsonFields, MergingReplacesAFieldOfTheSameName) {
    const auto merged = merge_json_fields(
        default_json_fields(),
        {{.column = "properties", .name = "revenue", .title = "", .path = "$.total"},
         {.column = "properties", .name = "country", .title = "", .path = "$.country"}});
    EXPECT_EQ(merged.size(), 45U);
    EXPECT_EQ(merged[1].path, "$.total");
    EXPECT_EQ(merged.back().name, "country");
}

TEST(JsonFields, PathsThatAreMoreThanStepsAreRefused) {
    for (const char* path : {"$.a", "$.a.b", "$.a[0].b_c", "$[3]"})
        EXPECT_TRUE(is_json_path(path)) << path;
    for (const char* path : {"", "$", "a", "$.", "$.a'", "$.a[x]", "$.a[1", "$.*", "$.a b", "$..a"})
        EXPECT_FALSE(is_json_path(path)) << path;
}

TEST(JsonFields, NumbersAreCastWithoutFailing) {
    const JsonField field{
        .column = "context", .name = "w", .title = "", .path = "$.w", .type = ValueType::kNumber};
    EXPECT_EQ(json_field_sql("E", field),
              R"sql(TRY_CAST(json_extract_string("E"."context", '$.w') AS DOUBLE))sql");
}

TEST(JsonFields, TitlesAreMadeFromNames) {
    EXPECT_EQ(make_title("screenName"), "Screen Name");
    EXPECT_EQ(make_title("first_seen"), "First Seen");
}

}  // namespace
}  // namespace icelight::semantic
