#include "semantic/object_reader.h"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

namespace icelight::semantic {
namespace {

TEST(ObjectReader, MembersOfAnotherTypeAreRefusedWithTheirPlace) {
    const auto value = boost::json::parse(R"({"a":1,"b":"x","c":[1,2],"d":null,"e":2.5})");
    const Place root;
    const Place query(root, "query");
    auto reader = ObjectReader::open(value, query);
    ASSERT_TRUE(reader);
    const auto text = reader->find_string("a");
    ASSERT_FALSE(text);
    EXPECT_EQ(text.error().pointer, "/query/a");
    EXPECT_FALSE(reader->find_bool("b"));
    EXPECT_FALSE(reader->find_integer("e", 0, 9));
    EXPECT_FALSE(reader->find_integer("a", 2, 9));
    EXPECT_EQ(*reader->find_integer("a", 1, 9), 1);
    EXPECT_FALSE(reader->find_array("c", 1));
    EXPECT_EQ((*reader->find_array("c", 2))->size(), 2U);
    EXPECT_EQ(*reader->find_string("d"), std::nullopt);
    EXPECT_FALSE(reader->string("d"));
    EXPECT_FALSE(ObjectReader::open(value.at("c"), query));
}

TEST(ObjectReader, WhatNobodyReadIsNamedWithTheNearestThatSomebodyDid) {
    const auto value = boost::json::parse(R"({"limit":1,"limt":2})");
    const Place root;
    auto reader = ObjectReader::open(value, root);
    ASSERT_TRUE(reader);
    ASSERT_TRUE(reader->find_integer("limit", 0, 9));
    Warnings warnings;
    reader->warn_unknown(warnings);
    ASSERT_EQ(warnings.size(), 1U);
    EXPECT_EQ(warnings[0].pointer, "/limt");
    EXPECT_NE(warnings[0].message.find("did you mean `limit`?"), std::string::npos);
}

}  // namespace
}  // namespace icelight::semantic
