#include "event/json_walk.h"

#include <gtest/gtest.h>

#include "event/body_reader.h"
#include "event/testing/corpus.h"
#include "event/testing/json_reader.h"

namespace icelight::event {
namespace {

/// The walk's verdict over `text` as the value of a member, and as a member of a context.
bool is_accepted(const std::string& text) {
    BodyReader reader;
    std::string plain = R"({"other":)" + text + "}";
    std::string inside = R"({"context":{"library":)" + text + R"(,"x":)" + text + "}}";
    const bool verdict = reader.read(plain, true) == BodyVerdict::kOk;
    EXPECT_EQ(reader.read(inside, true) == BodyVerdict::kOk, verdict) << text;
    return verdict;
}

TEST(JsonWalk, TakesEveryFormOfValue) {
    for (const char* text : {"0",
                             "-0",
                             "0.0",
                             "1.10",
                             "1e400",
                             "1E+2",
                             "-1.5e-3",
                             "9007199254740993",
                             "123456789012345678901234567890",
                             "true",
                             "false",
                             "null",
                             R"("")",
                             R"("a")",
                             "[]",
                             "{}",
                             "[ ]",
                             "{ }",
                             R"([1,"a",{"b":[]},null])",
                             R"({"a":{"a":1,"a":2}})",
                             R"("\u0000")",
                             R"("\ud83d\ude00")",
                             R"("\ud800")",
                             R"("\"\\\/\b\f\n\r\t")",
                             " 1 ",
                             "\n[\t1\r]\n",
                             R"({"__proto__":{"x":1},"constructor":[]})"})
        EXPECT_TRUE(is_accepted(text)) << text;
}

TEST(JsonWalk, RefusesWhatIsNearlyJson) {
    for (const char* text : {"",
                             "01",
                             "1.",
                             ".5",
                             "-",
                             "+1",
                             "1e",
                             "1e+",
                             "0x1",
                             "1_0",
                             "NaN",
                             "tru",
                             "True",
                             "truex",
                             "nul",
                             "nulll",
                             "fals",
                             "'a'",
                             "a",
                             "[1,]",
                             "[,1]",
                             "[1 2]",
                             "[1}",
                             "{1}",
                             R"({"a":1,})",
                             R"({,})",
                             R"({"a" 1})",
                             R"({"a":})",
                             R"({"a"})",
                             R"({a:1})",
                             R"({"a":[1}])",
                             R"({"a":1]})",
                             R"("x"y)",
                             R"("x""y")",
                             R"("\q")",
                             R"("\u12")",
                             R"("\u12g4")",
                             R"("\x41")",
                             "1\"x\"",
                             "[1\\\"]",
                             "1//c",
                             "[1]/*c*/",
                             "1}",
                             "{\"a\":1}}",
                             "\\",
                             "\x0c",
                             "\x1a",
                             "[1\x0c 2]",
                             "{\"a\"\x1a 1}",
                             R"("\ud83d\u12")",
                             "- 1",
                             "1 .5"})
        EXPECT_FALSE(is_accepted(text)) << text;
    EXPECT_FALSE(is_accepted(std::string("\0", 1)));
    EXPECT_FALSE(is_accepted(std::string("1\0", 2)));
    EXPECT_FALSE(is_accepted("\"\x01\""));
    EXPECT_FALSE(is_accepted("\"\n\""));
    EXPECT_FALSE(is_accepted("\"\xff\""));
    EXPECT_FALSE(is_accepted("\"\xc3\""));
    EXPECT_FALSE(is_accepted("\"\xed\xa0\x80\""));  // a surrogate in UTF-8
    EXPECT_FALSE(is_accepted("\"\xf5\x80\x80\x80\""));
}

TEST(JsonWalk, AgreesWithAPlainReaderOnRandomAndOnDamagedTexts) {
    testing::RandomJson random(20260101);
    BodyReader reader;
    int valid = 0;
    for (int round = 0; round < 20'000; ++round) {
        std::string text = random.event();
        if (round % 4 != 0) text = random.damage(std::move(text));
        const bool expected = testing::read_json(text).has_value();
        valid += expected ? 1 : 0;
        std::string body = text;
        ASSERT_EQ(reader.read(body, true) == BodyVerdict::kOk, expected) << text;
        std::string batch = R"({"batch":[)" + text + "]}";
        // Damage may close the batch and open something else: ask about the whole.
        const bool batch_expected = testing::read_json(batch).has_value();
        const BodyVerdict verdict = reader.read(batch, false);
        ASSERT_EQ(verdict == BodyVerdict::kNotJson, !batch_expected) << text;
    }
    EXPECT_GT(valid, 5'000);
    EXPECT_LT(valid, 15'000);
}

TEST(JsonWalk, WindowsOfAnySizeGiveTheSameReading) {
    testing::RandomJson random(20261126);
    BodyReader whole;
    for (int round = 0; round < 10'000; ++round) {
        std::string text = R"({"batch":[)" + random.event() + "," + random.event() + "]}";
        if (round % 2 == 0) text = random.damage(std::move(text));
        std::string first = text;
        std::string second = text;
        BodyReader narrow(1 + random.below(150));
        const BodyVerdict verdict = whole.read(first, false);
        ASSERT_EQ(narrow.read(second, false), verdict) << text;
        if (verdict == BodyVerdict::kNotJson) continue;
        ASSERT_EQ(first, second) << text;
        ASSERT_EQ(narrow.events().size(), whole.events().size());
        for (std::size_t i = 0; i < whole.events().size(); ++i) {
            const EventSpans& one = whole.events()[i];
            const EventSpans& other = narrow.events()[i];
            ASSERT_EQ(whole.text(one.whole), narrow.text(other.whole)) << text;
            ASSERT_EQ(one.repairs, other.repairs) << text;
            ASSERT_EQ(one.depth, other.depth) << text;
            ASSERT_EQ(one.has_escapes, other.has_escapes) << text;
            for (std::size_t field = 0; field < one.fields.size(); ++field)
                ASSERT_EQ(whole.text(one.fields[field]), narrow.text(other.fields[field])) << text;
        }
    }
}

TEST(JsonWalk, EveryTruncationIsRefused) {
    testing::RandomJson random(5);
    BodyReader reader;
    const std::string text = random.event();
    for (std::size_t length = 0; length < text.size(); ++length) {
        std::string body = text.substr(0, length);
        ASSERT_EQ(reader.read(body, true), BodyVerdict::kNotJson) << body;
    }
}

TEST(JsonWalk, NestingHasNoLimitOfItsOwn) {
    for (const std::size_t depth : {63u, 64u, 65u, 127u, 128u, 129u, 1'000u, 100'000u}) {
        std::string mixed;
        std::string close;
        for (std::size_t i = 0; i < depth; ++i) {
            mixed += i % 3 == 0 ? R"({"a":)" : "[";
            close.insert(close.begin(), i % 3 == 0 ? '}' : ']');
        }
        mixed += '1';
        EXPECT_TRUE(is_accepted(mixed + close)) << depth;
        std::swap(close[depth / 2], close[depth / 2 - 1]);
        const bool is_crossed = close[depth / 2] != close[depth / 2 - 1];
        EXPECT_EQ(is_accepted(mixed + close), !is_crossed) << depth;
        EXPECT_FALSE(is_accepted(mixed + close.substr(1))) << depth;
    }
}

// Found by the fuzzer of event JSON: its oracle, the plain reader, overflowed the stack.
TEST(JsonWalk, NumbersHaveNoLimitOfTheirOwn) {
    const std::string digits(100'000, '7');
    for (const std::string& text :
         {digits, "-" + digits, "0." + digits, "1e" + digits, "1E+" + digits + " "}) {
        EXPECT_TRUE(is_accepted(text));
        EXPECT_TRUE(testing::read_json(text).has_value());
    }
    for (const std::string& text : {"0" + digits, digits + ".", digits + "e", digits + "-"}) {
        EXPECT_FALSE(is_accepted(text));
        EXPECT_FALSE(testing::read_json(text).has_value());
    }
}

TEST(JsonWalk, RepairsLoneSurrogatesInPlaceAndUndoesThem) {
    const std::string sent = R"({"a":"\ud800","b":"\uDC00\ud83d\ude00","\udbff":1})";
    std::string body = sent;
    BodyReader reader;
    ASSERT_EQ(reader.read(body, true), BodyVerdict::kOk);
    EXPECT_EQ(body, R"({"a":"\ufffd","b":"\ufffd\ud83d\ude00","\ufffd":1})");
    EXPECT_EQ(reader.events()[0].repairs, 3u);
    reader.undo_repairs(Span{0, 10});
    EXPECT_EQ(body, R"({"a":"\ud800","b":"\ufffd\ud83d\ude00","\ufffd":1})");
    reader.undo_repairs(reader.events()[0].whole);
    EXPECT_EQ(body, sent);
}

}  // namespace
}  // namespace icelight::event
