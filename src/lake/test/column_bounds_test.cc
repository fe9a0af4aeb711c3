#include "lake/flush/column_bounds.h"

#include <random>

#include <gtest/gtest.h>

#include "iceberg/values.h"

namespace icelight::lake {
namespace {

std::int64_t decode_long(const std::string& bytes) {
    return std::get<std::int64_t>(*iceberg::decode_value(iceberg::TypeKind::kLong, bytes));
}

TEST(ColumnBounds, AColumnWithoutValuesHasNone) {
    const ColumnBounds bounds(event::kEventColumnCount);
    const auto encoded = bounds.encode(event::kEventColumns);
    EXPECT_TRUE(encoded.lower.empty());
    EXPECT_TRUE(encoded.upper.empty());
}

TEST(ColumnBounds, NumbersAndTimesAreFull) {
    ColumnBounds bounds(event::kEventColumnCount);
    for (const std::int64_t value : {5, -7, 3}) {
        bounds.numbers(event::id::kTimestamp).add(value);
        bounds.numbers(event::id::kLogOffset).add(value);
        bounds.numbers(event::id::kLogShard).add(value);
    }
    const auto encoded = bounds.encode(event::kEventColumns);
    EXPECT_EQ(decode_long(encoded.lower.at(event::id::kTimestamp)), -7);
    EXPECT_EQ(decode_long(encoded.upper.at(event::id::kTimestamp)), 5);
    EXPECT_EQ(decode_long(encoded.lower.at(event::id::kLogOffset)), -7);
    EXPECT_EQ(encoded.upper.at(event::id::kLogShard), std::string("\5\0\0\0", 4));
}

TEST(ColumnBounds, JsonTextAndBinaryHaveNone) {
    ColumnBounds bounds(event::kRejectedColumnCount);
    bounds.texts(event::rejected_id::kRaw).add("bytes");
    bounds.texts(event::rejected_id::kStage).add("parse");
    const auto encoded = bounds.encode(event::kRejectedColumns);
    EXPECT_EQ(encoded.lower.size(), 1u);
    EXPECT_EQ(encoded.lower.at(event::rejected_id::kStage), "parse");
}

TEST(ColumnBounds, TheHighestTextWithoutAHigherOneHasNoUpperBound) {
    ColumnBounds bounds(event::kEventColumnCount);
    std::string highest;
    for (int i = 0; i < 20; ++i)
        highest += "\xf4\x8f\xbf\xbf";  // U+10FFFF
    bounds.texts(event::id::kEvent).add(highest);
    const auto encoded = bounds.encode(event::kEventColumns);
    EXPECT_EQ(encoded.lower.count(event::id::kEvent), 1u);
    EXPECT_EQ(encoded.upper.count(event::id::kEvent), 0u);
}

/// Claim: whatever the texts, each lies within the bounds and they have at most 16 code points.
/// Shown on random texts over letters that differ in length and order when encoded.
TEST(ColumnBounds, BoundsContainAllValues) {
    const std::vector<std::string> letters{
        "a", "b", "\x01", "\x7f", "\xc3\xa4", "\xe2\x82\xac", "\xef\xbf\xbf", "\xf4\x8f\xbf\xbf"};
    constexpr unsigned kSeed = 20261124;
    std::mt19937 random(kSeed);
    for (int round = 0; round < 300; ++round) {
        std::vector<std::string> texts;
        for (int i = 0; i < 20; ++i) {
            std::string text;
            for (unsigned length = random() % 24; length > 0; --length)
                text += letters[random() % (1 + static_cast<unsigned>(round) % letters.size())];
            texts.push_back(text);
        }
        ColumnBounds bounds(event::kEventColumnCount);
        for (const std::string& text : texts)
            bounds.texts(event::id::kUserId).add(text);
        const auto encoded = bounds.encode(event::kEventColumns);
        const std::string& lower = encoded.lower.at(event::id::kUserId);
        const auto upper = encoded.upper.find(event::id::kUserId);
        for (const std::string& text : texts) {
            ASSERT_LE(lower, text) << "seed " << kSeed << " round " << round;
            if (upper != encoded.upper.end()) {
                ASSERT_GE(upper->second, text) << "round " << round;
            }
        }
        ASSERT_LE(lower.size(), 16u * 4u);
    }
}

}  // namespace
}  // namespace icelight::lake
