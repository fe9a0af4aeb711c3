#include "iceberg/name_mapping.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"

namespace icelight::iceberg {
namespace {

using icelight::testing::HasMessage;
using icelight::testing::IsError;
using icelight::testing::IsOk;

// Of the spec.
constexpr std::string_view kSample = R"([
    {"field-id": 1, "names": ["id", "record_id"]},
    {"field-id": 2, "names": ["data"]},
    {"field-id": 3, "names": ["location"], "fields": [
        {"field-id": 4, "names": ["latitude", "lat"]},
        {"field-id": 5, "names": ["longitude", "long"]}]}])";

std::optional<std::int32_t> id_of(const NameMapping& mapping, std::string_view name) {
    const auto* const field = mapping.find(name);
    return field == nullptr ? std::nullopt : field->field_id;
}

TEST(NameMapping, EveryNameOfAFieldFindsItsId) {
    const auto mapping = parse_name_mapping(kSample);
    ASSERT_THAT(mapping, IsOk());
    EXPECT_EQ(id_of(*mapping, "id"), 1);
    EXPECT_EQ(id_of(*mapping, "record_id"), 1);
    EXPECT_EQ(id_of(*mapping, "data"), 2);
    EXPECT_EQ(id_of(mapping->find("location")->inside, "lat"), 4);
    EXPECT_EQ(id_of(mapping->find("location")->inside, "long"), 5);
}

TEST(NameMapping, NamesAreFoundAsTheyAreAndOnlyAtTheirLevel) {
    const auto mapping = parse_name_mapping(R"([{"field-id": 1, "names": ["a.b"]},
        {"field-id": 2, "names": ["a"], "fields": [{"field-id": 3, "names": ["b"]}]}])");
    ASSERT_THAT(mapping, IsOk());
    EXPECT_EQ(id_of(*mapping, "a.b"), 1);
    EXPECT_EQ(id_of(*mapping, "b"), std::nullopt);
    EXPECT_EQ(id_of(*mapping, "A"), std::nullopt);
}

TEST(NameMapping, FieldsMayHaveNoNamesOrNoId) {
    const auto mapping =
        parse_name_mapping(R"([{"field-id": 1, "names": []}, {"field-id": 2}, {"names": ["x"]}])");
    ASSERT_THAT(mapping, IsOk());
    ASSERT_NE(mapping->find("x"), nullptr);
    EXPECT_EQ(id_of(*mapping, "x"), std::nullopt);
    EXPECT_THAT(parse_name_mapping("[]"), IsOk());
}

TEST(NameMapping, WhatIsWrongIsSaidWithItsPlace) {
    const auto fails = [](std::string_view json, const char* message) {
        const auto mapping = parse_name_mapping(json);
        EXPECT_THAT(mapping, IsError(ErrorCode::kCorruption)) << json;
        EXPECT_THAT(mapping, HasMessage(message)) << json;
    };
    fails("", "not JSON");
    fails("{}", "not a JSON array");
    fails("[1]", "fields[0]");
    fails(R"([{"field-id": "1", "names": ["a"]}])", "fields[0].field-id is not an integer");
    fails(R"([{"field-id": 3000000000, "names": ["a"]}])", "fields[0].field-id is out of range");
    fails(R"([{"field-id": 1, "names": "a"}])", "fields[0].names is not an array");
    fails(R"([{"field-id": 1, "names": [1]}])", "fields[0].names holds something other");
    fails(R"([{"field-id": 1, "names": ["a"], "fields": {}}])", "fields[0].fields is not an array");
    fails(R"([{"field-id": 1, "names": ["a"]}, {"field-id": 2, "names": ["b", "a"]}])",
          "fields[1].names holds one of another field");
    fails(R"([{"names": ["s"], "fields": [{"names": ["a"]}, {"names": ["a"]}]}])",
          "fields[0].fields[1].names");
}

TEST(NameMapping, BothLengthAndDepthAreBounded) {
    EXPECT_THAT(parse_name_mapping("[" + std::string(kNameMappingBytesMax, ' ') + "]"),
                HasMessage("longer than"));
    std::string deep;
    for (int i = 0; i < 100; ++i)
        deep += R"([{"names": ["a"], "fields": )";
    EXPECT_THAT(parse_name_mapping(deep), IsError(ErrorCode::kCorruption));
}

}  // namespace
}  // namespace icelight::iceberg
