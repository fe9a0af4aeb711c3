#include "http/target.h"

#include <gtest/gtest.h>

namespace icelight::http {
namespace {

TEST(DecodePercent, GivesTheBytes) {
    EXPECT_EQ(decode_percent("a%1Fb%20c"),
              std::string("a\x1f"
                          "b c"));
    EXPECT_EQ(decode_percent("%e2%82%ac"), "\u20ac");
    EXPECT_EQ(decode_percent("1+1"), "1+1");
    EXPECT_EQ(decode_percent("1+1", true), "1 1");
}

TEST(DecodePercent, RefusesHalfAnEscape) {
    EXPECT_FALSE(decode_percent("%"));
    EXPECT_FALSE(decode_percent("a%2"));
    EXPECT_FALSE(decode_percent("%zz"));
}

TEST(EncodePercent, IsUndoneByDecode) {
    std::string all;
    for (int c = 0; c < 256; ++c)
        all.push_back(static_cast<char>(c));
    EXPECT_EQ(decode_percent(encode_percent(all)), all);
    EXPECT_EQ(encode_percent("a-z_~.9"), "a-z_~.9");
}

TEST(ParseQuery, SplitsPairsAndDecodesBothSides) {
    const auto parameters = parse_query("writeKey=k%3D1&&flag&a+b=c+d");
    ASSERT_TRUE(parameters);
    EXPECT_EQ(find_parameter(*parameters, "writeKey"), "k=1");
    EXPECT_EQ(find_parameter(*parameters, "flag"), "");
    EXPECT_EQ(find_parameter(*parameters, "a b"), "c d");
    EXPECT_FALSE(find_parameter(*parameters, "missing"));
    EXPECT_TRUE(parse_query("")->empty());
}

TEST(ParseQuery, RefusesBadEscapesAndTooManyParameters) {
    EXPECT_FALSE(parse_query("a=%g1"));
    std::string many;
    for (std::size_t i = 0; i <= kQueryParametersMax; ++i)
        many += "a&";
    EXPECT_FALSE(parse_query(many));
}

}  // namespace
}  // namespace icelight::http
