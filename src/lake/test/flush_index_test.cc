#include "lake/flush/flush_index.h"

#include <limits>
#include <optional>
#include <random>

#include <gtest/gtest.h>

#include "event/codec.h"
#include "event/columns.h"

namespace icelight::lake {
namespace {

constexpr TimestampUs kDayUs = 86'400'000'000;

std::string encode(std::optional<std::string_view> event, TimestampUs timestamp) {
    event::RowView row;
    row.set_text(event::id::kMessageId, "m");
    row.set_text(event::id::kType, "track");
    if (event) row.set_text(event::id::kEvent, *event);
    row.set_number(event::id::kTimestamp, timestamp);
    row.set_number(event::id::kReceivedAt, timestamp);
    std::string out;
    event::encode_row(row, out);
    return out;
}

TEST(FlushIndex, DaysAreUtcAndRoundDown) {
    EXPECT_EQ(day_of(0), 0);
    EXPECT_EQ(day_of(kDayUs - 1), 0);
    EXPECT_EQ(day_of(kDayUs), 1);
    EXPECT_EQ(day_of(-1), -1);
    EXPECT_EQ(day_of(-kDayUs), -1);
    EXPECT_EQ(day_of(-kDayUs - 1), -2);
}

/// Claim: rows are ordered by (event as bytes with NULL last, timestamp, offset) within the day of
/// their record. Shown on random rows against a comparison of the values themselves.
TEST(FlushIndex, RowsAreOrderedByEventTimestampAndOffset) {
    constexpr unsigned kSeed = 7;
    std::mt19937 random(kSeed);
    const std::vector<std::optional<std::string_view>> names{
        "B", "a", "", std::nullopt, "a longer name than twelve", "\xc3\xa4", "B "};
    std::vector<std::string> encoded;
    std::vector<std::pair<std::optional<std::string_view>, TimestampUs>> values;
    std::vector<LogItem> items;
    for (std::uint64_t i = 0; i < 2000; ++i) {
        values.emplace_back(names[random() % names.size()],
                            static_cast<TimestampUs>(random() % 50));
        encoded.push_back(encode(values.back().first, values.back().second));
    }
    for (std::uint64_t i = 0; i < encoded.size(); ++i)
        items.push_back({i, static_cast<TimestampUs>(i / 700) * kDayUs, encoded[i]});
    const FlushIndex index = make_flush_index(items);
    ASSERT_EQ(index.days.size(), 3u);
    EXPECT_TRUE(index.undecodable.empty());
    const auto rank = [&](std::uint32_t item) {
        const auto& [name, timestamp] = values[item];
        return std::tuple(!name.has_value(), name.value_or(""), timestamp, item);
    };
    std::size_t rows = 0;
    for (const auto& [day, keys] : index.days) {
        rows += keys.size();
        for (std::size_t i = 0; i < keys.size(); ++i) {
            EXPECT_EQ(keys[i].item / 700, static_cast<std::uint32_t>(day));
            if (i > 0) {
                EXPECT_LT(rank(keys[i - 1].item), rank(keys[i].item));
            }
        }
    }
    EXPECT_EQ(rows, 2000u);
}

TEST(FlushIndex, TimesMayLieAsFarApartAsTheyCan) {
    constexpr TimestampUs kLowest = std::numeric_limits<TimestampUs>::min();
    constexpr TimestampUs kHighest = std::numeric_limits<TimestampUs>::max();
    const std::vector<TimestampUs> times{
        5, kHighest, -1, kLowest, 0, TimestampUs{1} << 40, kHighest - 1, -256, kLowest + 1, 5};
    std::vector<std::string> encoded;
    encoded.reserve(times.size());
    std::vector<LogItem> items;
    for (const TimestampUs time : times)
        encoded.push_back(encode("x", time));
    for (std::uint64_t i = 0; i < encoded.size(); ++i)
        items.push_back({i, 0, encoded[i]});
    const FlushIndex index = make_flush_index(items);
    std::vector<std::uint32_t> order;
    for (const OrderKey& key : index.days.at(0))
        order.push_back(key.item);
    EXPECT_EQ(order, (std::vector<std::uint32_t>{3, 8, 7, 2, 4, 0, 9, 5, 6, 1}));
}

TEST(FlushIndex, WhatCannotBeDecodedIsSetAside) {
    const std::string good = encode("x", 1);
    const std::vector<LogItem> items{{0, 0, good}, {1, 0, "garbage"}, {2, 0, ""}, {3, 0, good}};
    const FlushIndex index = make_flush_index(items);
    EXPECT_EQ(index.undecodable, (std::vector<std::uint32_t>{1, 2}));
    EXPECT_EQ(index.days.at(0).size(), 2u);
}

}  // namespace
}  // namespace icelight::lake
