#include "query/plan/initial_default.h"

#include <gmock/gmock.h>

namespace icelight::query {
namespace {

using iceberg::TypeKind;
using ::testing::Eq;
using ::testing::Optional;

iceberg::Field make_field(iceberg::Type type, std::string initial_default) {
    return {.id = 1,
            .name = "c",
            .is_required = false,
            .type = std::move(type),
            .initial_default = std::move(initial_default)};
}

TEST(InitialDefault, ATextIsWhatTheEngineCasts) {
    for (const auto& [type, json, text] :
         std::vector<std::tuple<iceberg::Type, std::string, std::string>>{
             {TypeKind::kLong, "-42", "-42"},
             {TypeKind::kBoolean, "true", "true"},
             {TypeKind::kDouble, "1.5E0", "1.5E0"},
             {TypeKind::kString, R"("it's \"x\"")", "it's \"x\""},
             {TypeKind::kString, R"("null")", "null"},
             {iceberg::make_decimal(9, 2), R"("14.20")", "14.20"},
             {TypeKind::kTimestamptz,
              R"("2017-11-16T22:31:08+00:00")",
              "2017-11-16T22:31:08+00:00"},
             {TypeKind::kBinary, R"("00ff")", R"(\x00\xff)"}}) {
        EXPECT_THAT(initial_default_text(make_field(type, json)), Optional(Eq(text))) << json;
    }
    EXPECT_EQ(initial_default_text(make_field(TypeKind::kLong, "")), std::nullopt);
    EXPECT_EQ(initial_default_text(make_field(TypeKind::kLong, "null")), std::nullopt);
}

TEST(InitialDefault, NestedOnesAreNamedByTheirColumn) {
    iceberg::Type outer(TypeKind::kStruct);
    outer.fields = {make_field(TypeKind::kLong, "")};
    EXPECT_EQ(find_nested_default({make_field(TypeKind::kLong, "1"), make_field(outer, "null")}),
              "");
    EXPECT_EQ(find_nested_default({make_field(outer, "{}")}), "c");
    EXPECT_EQ(initial_default_text(make_field(outer, "{}")), std::nullopt);
    iceberg::Type list(TypeKind::kList);
    list.fields = {make_field(outer, "")};
    EXPECT_EQ(find_nested_default({make_field(list, "")}), "");
    list.fields[0].type.fields[0].initial_default = "7";
    EXPECT_EQ(find_nested_default({make_field(list, "")}), "c");
}

}  // namespace
}  // namespace icelight::query
