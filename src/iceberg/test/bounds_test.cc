#include "iceberg/bounds.h"

#include <random>

#include <gtest/gtest.h>

namespace icelight::iceberg {
namespace {

using namespace std::string_literals;

const std::string kLastCodePoint = "\xf4\x8f\xbf\xbf";  // U+10FFFF

TEST(Bounds, ShortStringsAreTheirOwnBounds) {
    EXPECT_EQ(truncate_string_lower("abc"), "abc");
    EXPECT_EQ(truncate_string_upper("abc"), "abc");
    EXPECT_EQ(truncate_string_upper(""), "");
    EXPECT_EQ(truncate_string_upper("1234567890123456"), "1234567890123456");
}

TEST(Bounds, LongStringsAreCutAtCodePointsAndRaised) {
    EXPECT_EQ(truncate_string_lower("12345678901234567"), "1234567890123456");
    EXPECT_EQ(truncate_string_upper("12345678901234567"), "1234567890123457");
    EXPECT_EQ(truncate_string_lower("\xc3\xa9\xe2\x82\xac!", 2), "\xc3\xa9\xe2\x82\xac");
    EXPECT_EQ(truncate_string_upper("\xc3\xa9\xe2\x82\xac!", 2), "\xc3\xa9\xe2\x82\xad");
    EXPECT_EQ(truncate_string_upper("a\x7f!", 2), "a\xc2\x80");
}

TEST(Bounds, RaisingSkipsSurrogatesAndCarriesOverTheLastCodePoint) {
    EXPECT_EQ(truncate_string_upper("\xed\x9f\xbf!", 1), "\xee\x80\x80");  // U+D7FF → U+E000
    EXPECT_EQ(truncate_string_upper("a" + kLastCodePoint + "!", 2), "b");
    EXPECT_EQ(truncate_string_upper("\xef\xbf\xbf!", 1), "\xf0\x90\x80\x80");
    EXPECT_EQ(truncate_string_upper(kLastCodePoint + "!", 1), std::nullopt);
}

TEST(Bounds, TextThatIsNotUtf8HasNoUpperBound) {
    EXPECT_EQ(truncate_string_upper("\xff!", 1), std::nullopt);
    EXPECT_EQ(truncate_string_upper("\xed\xa0\x80!", 1), std::nullopt);
    EXPECT_EQ(truncate_string_lower("\xff\xfe\xfd", 1), "\xff");
}

TEST(Bounds, BinaryIsRaisedByteByByte) {
    EXPECT_EQ(truncate_binary_lower("abc", 2), "ab");
    EXPECT_EQ(truncate_binary_upper("abc", 2), "ac");
    EXPECT_EQ(truncate_binary_upper("a\xff\xff", 2), "b");
    EXPECT_EQ(truncate_binary_upper("\xff\xff\xff", 2), std::nullopt);
    EXPECT_EQ(truncate_binary_upper("ab", 2), "ab");
}

TEST(Bounds, LowerIsNeverAboveAndUpperNeverBelowTheText) {
    std::mt19937 random(20'240'229);
    const std::string pieces[] = {"a",
                                  "\x7f",
                                  "\xc3\xa9",
                                  "\xed\x9f\xbf",
                                  "\xef\xbf\xbf",
                                  kLastCodePoint,
                                  "\xff",
                                  "\x80",
                                  "z"s,
                                  std::string(1, '\0')};
    for (int round = 0; round < 20'000; ++round) {
        std::string text;
        for (auto count = random() % 7; count > 0; --count)
            text += pieces[random() % 10];
        const auto length = random() % 4 + 1;
        EXPECT_LE(truncate_string_lower(text, length), text);
        EXPECT_GE(truncate_string_upper(text, length).value_or(text), text);
        EXPECT_LE(truncate_binary_lower(text, length), text);
        EXPECT_GE(truncate_binary_upper(text, length).value_or(text), text);
    }
}

}  // namespace
}  // namespace icelight::iceberg
