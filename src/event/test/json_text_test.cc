#include "event/json_text.h"

#include <gtest/gtest.h>

#include "event/testing/corpus.h"
#include "event/testing/json_reader.h"

namespace icelight::event {
namespace {

TEST(UnescapeJson, AgreesWithAPlainReaderOnRandomStrings) {
    testing::RandomJson random(7);
    for (int round = 0; round < 5'000; ++round) {
        const std::string json = random.string();
        const auto value = testing::read_known_json(json);
        EXPECT_EQ(unescape_json(std::string_view(json).substr(1, json.size() - 2)), value.text)
            << json;
    }
}

TEST(UnescapeJson, ResolvesPairsAndReplacesLoneSurrogates) {
    EXPECT_EQ(unescape_json(R"(\ud83d\ude00)"), "😀");
    EXPECT_EQ(unescape_json(R"(\ud83d)"), "\xEF\xBF\xBD");
    EXPECT_EQ(unescape_json(R"(\ude00\ud83d)"), "\xEF\xBF\xBD\xEF\xBF\xBD");
    EXPECT_EQ(unescape_json(R"(\ud83d\ud83d\ude00)"), "\xEF\xBF\xBD😀");
    EXPECT_EQ(unescape_json(R"(a\u0000b)"), std::string("a\0b", 3));
    EXPECT_EQ(unescape_json(R"(\"\\\/\b\f\n\r\t)"), "\"\\/\b\f\n\r\t");
}

TEST(AppendJsonString, EscapesQuotesBackslashesAndControls) {
    std::string out;
    append_json_string(out, std::string("a\"b\\c\x01\n\0é", 10));
    EXPECT_EQ(testing::read_known_json(out).text, std::string("a\"b\\c\x01\n\0é", 10));
}

TEST(FindStringEnd, PassesEscapedQuotes) {
    EXPECT_EQ(find_string_end(R"("a\"b" : 1)", 0), 6u);
    EXPECT_EQ(find_string_end(R"("\\" : 1)", 0), 4u);
}

}  // namespace
}  // namespace icelight::event
