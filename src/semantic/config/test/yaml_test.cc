#include "semantic/config/yaml.h"

#include <gtest/gtest.h>

namespace icelight::semantic {
namespace {

std::string problem(std::string_view text) {
    const auto parsed = parse_yaml(text, "a.yaml");
    return parsed ? "" : parsed.error().message;
}

TEST(Yaml, ATreeKnowsItsLines) {
    const auto root = parse_yaml("a: 1\nb:\n  - x\n  - {c: null}\n", "a.yaml");
    ASSERT_TRUE(root);
    ASSERT_EQ(root->keys, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(root->items[0].text, "1");
    EXPECT_EQ(root->items[1].line, 2);
    EXPECT_EQ(root->items[1].items[1].line, 4);
    EXPECT_EQ(root->items[1].items[1].items[0].kind, YamlNode::Kind::kNull);
}

TEST(Yaml, JsonIsYaml) {
    const auto root = parse_yaml(R"({"properties": [{"name": "plan", "shown": false}]})", "a.json");
    ASSERT_TRUE(root);
    EXPECT_EQ(root->items[0].items[0].items[1].text, "false");
}

TEST(Yaml, WhatIsWrongIsNamedWithItsLine) {
    EXPECT_EQ(problem("a: 1\na: 2\n"), "a.yaml:2: `a` is there twice");
    EXPECT_EQ(problem("a: [1\nb: 2\n").substr(0, 9), "a.yaml:2:");
    EXPECT_EQ(problem("? [a]\n: 1\n"), "a.yaml:1: a key must be text");
    std::string deep;
    for (int i = 0; i < 40; ++i)
        deep += '[';
    for (int i = 0; i < 40; ++i)
        deep += ']';
    EXPECT_EQ(problem(deep), "a.yaml:1: this is too deep or too large");
}

TEST(Yaml, AnchorsThatGrowWithoutEndAreRefused) {
    std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 8; ++i) {
        text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
        for (int k = 0; k < 10; ++k)
            text += (k == 0 ? "*a" : ", *a") + std::to_string(i - 1);
        text += "]\n";
    }
    EXPECT_NE(problem(text).find("too deep or too large"), std::string::npos);
}

TEST(YamlMap, AKeyThatNobodyAskedForIsRefusedWithTheNearest) {
    const auto root = parse_yaml("name: x\ntitel: y\n", "a.yaml");
    auto map = YamlMap::open(*root, "a.yaml");
    ASSERT_TRUE(map);
    EXPECT_EQ(*map->text("name"), "x");
    EXPECT_EQ(*map->find_text("title"), std::nullopt);
    const auto refused = map->refuse_unknown();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message,
              "a.yaml:2: `titel` is not known here; did you mean `title`?");
}

TEST(YamlMap, ValuesOfAnotherTypeAreRefused) {
    const auto root = parse_yaml("a: [1]\nb: yes\nc: 2\n", "a.yaml");
    auto map = YamlMap::open(*root, "a.yaml");
    EXPECT_EQ(map->text("a").error().message, "a.yaml:1: `a` must be text");
    EXPECT_EQ(map->flag("b", false).error().message, "a.yaml:2: `b` must be true or false");
    EXPECT_EQ(map->number("c", 0, 1, 0).error().message,
              "a.yaml:3: `c` must be a number from 0 to 1");
    EXPECT_EQ(map->list("c").error().message, "a.yaml:3: `c` must be a list");
    EXPECT_EQ(map->text("d").error().message, "a.yaml:1: `d` is missing");
}

}  // namespace
}  // namespace icelight::semantic
