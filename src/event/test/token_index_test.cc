#include "event/token_index.h"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "event/testing/corpus.h"

namespace icelight::event {
namespace {

constexpr std::size_t kSlackBytes = 64;

struct Tokens {
    bool is_json = false;
    std::vector<std::uint32_t> offsets;
    std::size_t widest = 0;  ///< Offsets that one window had.
};

/// All offsets of `text`, each window begun at the last token of the one before.
Tokens read_all(std::string text, std::size_t window_bytes) {
    Tokens tokens;
    text.reserve(text.size() + kSlackBytes);
    TokenIndex index(window_bytes);
    if (!index.start(text.data(), text.size())) return tokens;
    for (;;) {
        const std::vector<std::uint32_t> window(index.begin(), index.end());
        tokens.widest = std::max(tokens.widest, window.size());
        tokens.offsets.insert(tokens.offsets.end(), window.begin(), window.end());
        if (index.is_last()) break;
        EXPECT_GE(window.size(), 2u);
        tokens.offsets.pop_back();
        if (!index.move_to(window.back())) return tokens;
    }
    EXPECT_EQ(*index.end(), text.size());
    tokens.is_json = true;
    return tokens;
}

void expect_same_in_any_window(const std::string& text) {
    const Tokens whole = read_all(text, text.size());
    for (const std::size_t window_bytes : {1u, 2u, 3u, 5u, 8u, 17u, 64u, 65u, 200u}) {
        const Tokens parts = read_all(text, window_bytes);
        ASSERT_EQ(parts.is_json, whole.is_json) << window_bytes << ": " << text;
        if (whole.is_json) {
            ASSERT_EQ(parts.offsets, whole.offsets) << window_bytes << ": " << text;
        }
    }
}

TEST(TokenIndex, FindsTheSameTokensInWindowsOfAnySize) {
    testing::RandomJson random(20261126);
    for (int round = 0; round < 1'000; ++round)
        expect_same_in_any_window(random.event());
    testing::Corpus corpus(3);
    expect_same_in_any_window(corpus.batch(3));
}

TEST(TokenIndex, AWindowMayEndInAStringACharacterOrAnEscape) {
    for (const char* text : {R"(["\"","\\","\\\"","\\\\\"x"])",
                             R"({"a":"\\\\","b":"\"\"\"\"\"\"\"\",","c":1})",
                             "[\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\",\"\xF0\x9F\x98\x80\"]",
                             R"(["                                        ",[1,2,3]])",
                             "   \n\n      [  1  ,   true  ]                  "})
        expect_same_in_any_window(text);
}

TEST(TokenIndex, DamageInALaterWindowIsSeen) {
    const std::string front = R"(["aaaaaaaaaa","bbbbbbbbbbb",)";
    for (const std::string& back : {std::string("\"\xff\"]"),
                                    std::string("\"\n\"]"),
                                    std::string("\"open]"),
                                    std::string("\"\xC3\"")}) {
        for (const std::size_t window_bytes : {4u, 16u, 1'000u})
            EXPECT_FALSE(read_all(front + back, window_bytes).is_json) << front + back;
    }
    EXPECT_FALSE(read_all("", 8).is_json);
    EXPECT_FALSE(read_all(std::string(1'000, ' '), 8).is_json);
}

TEST(TokenIndex, ATokenInEveryByteTakesNoMoreThanAWindow) {
    constexpr std::size_t kWindowBytes = 1'000;
    const Tokens dense = read_all(std::string(100'000, '['), kWindowBytes);
    EXPECT_TRUE(dense.is_json);
    EXPECT_EQ(dense.offsets.size(), 100'000u);
    EXPECT_LE(dense.widest, kWindowBytes);
}

TEST(TokenIndex, AStringLongerThanAWindowIsOneToken) {
    const std::string text = "[\"" + std::string(10'000, 'x') + "\",1]";
    const Tokens tokens = read_all(text, 100);
    ASSERT_TRUE(tokens.is_json);
    EXPECT_EQ(tokens.offsets, (std::vector<std::uint32_t>{0, 1, 10'003, 10'004, 10'005}));
}

}  // namespace
}  // namespace icelight::event
