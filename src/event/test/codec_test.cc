#include "event/codec.h"

#include <limits>
#include <random>

#include <gtest/gtest.h>

#include "base/testing/matchers.h"

namespace icelight::event {
namespace {

using ::icelight::testing::HasMessage;
using ::icelight::testing::IsError;
using ::icelight::testing::IsOk;

/// Random values for random columns; texts live in `texts`.
template <std::size_t count>
ColumnValues<count> make_random(std::mt19937_64& random,
                                const std::array<Column, count>& columns,
                                std::array<std::string, count>& texts) {
    ColumnValues<count> row;
    const std::int64_t extremes[] = {0,
                                     1'767'225'660'000'000,
                                     -1,
                                     std::numeric_limits<std::int64_t>::max(),
                                     std::numeric_limits<std::int64_t>::min()};
    for (const Column& column : columns) {
        if (!column.is_required && random() % 2 == 0) continue;
        if (column.name == "__ingest_ts" || column.name.starts_with("_log_")) continue;
        const bool is_text = column.type == ColumnType::kString ||
                             column.type == ColumnType::kJsonText ||
                             column.type == ColumnType::kBinary;
        if (!is_text) {
            row.set_number(column.id, extremes[random() % 5]);
            continue;
        }
        std::string& text = texts[static_cast<std::size_t>(column.id - 1)];
        text.assign(random() % 3 == 0 ? random() % 300 : random() % 3, 'x');
        for (char& c : text)
            c = static_cast<char>(random());
        row.set_text(column.id, text);
    }
    return row;
}

template <std::size_t count>
void expect_equal(const ColumnValues<count>& got,
                  const ColumnValues<count>& want,
                  const std::array<Column, count>& columns) {
    ASSERT_EQ(got.present(), want.present());
    for (const Column& column : columns) {
        if (want.is_null(column.id)) continue;
        const bool is_number = column.type == ColumnType::kTimestamptz ||
                               column.type == ColumnType::kLong || column.type == ColumnType::kInt;
        if (is_number) {
            EXPECT_EQ(got.number(column.id), want.number(column.id)) << column.name;
        } else {
            EXPECT_EQ(got.text(column.id), want.text(column.id)) << column.name;
        }
    }
}

TEST(RowCodec, RandomRowsComeBackAndEveryTruncationIsCorruption) {
    std::mt19937_64 random(20260101);
    for (int round = 0; round < 500; ++round) {
        std::array<std::string, kEventColumnCount> texts;
        const RowView row = make_random(random, kEventColumns, texts);
        std::string bytes = "before";
        encode_row(row, bytes);
        const std::string_view encoded = std::string_view(bytes).substr(6);
        const auto decoded = decode_row(encoded);
        ASSERT_THAT(decoded, IsOk());
        expect_equal(*decoded, row, kEventColumns);
        const auto order = decode_row_order(encoded);
        ASSERT_THAT(order, IsOk());
        EXPECT_EQ(order->timestamp, row.timestamp(id::kTimestamp));
        EXPECT_EQ(order->event.has_value(), !row.is_null(id::kEvent));
        EXPECT_EQ(order->event.value_or(""), row.text(id::kEvent));
        for (std::size_t length = 0; length < encoded.size(); ++length)
            ASSERT_THAT(decode_row(encoded.substr(0, length)), IsError(ErrorCode::kCorruption));
        bytes += 'x';
        EXPECT_THAT(decode_row(std::string_view(bytes).substr(6)), IsError(ErrorCode::kCorruption));
    }
}

TEST(RowCodec, ColumnsAskedForAreThoseOfTheWholeRow) {
    std::mt19937_64 random(20260106);
    for (int round = 0; round < 2000; ++round) {
        std::array<std::string, kEventColumnCount> texts;
        RowView row = make_random(random, kEventColumns, texts);
        std::string bytes;
        encode_row(row, bytes);
        const auto wanted = static_cast<std::uint32_t>(random());
        RowView decoded;
        decoded.set_text(id::kEvent, "of the row before");
        ASSERT_THAT(decode_row(bytes, wanted, decoded), IsOk());
        for (const Column& column : kEventColumns) {
            const bool is_wanted = ((wanted >> (column.id - 1)) & 1u) != 0;
            if (!is_wanted && column.id != id::kReceivedAt) row.set_null(column.id);
        }
        expect_equal(decoded, row, kEventColumns);
        bytes.pop_back();
        EXPECT_THAT(decode_row(bytes, wanted, decoded), IsError(ErrorCode::kCorruption));
    }
}

TEST(RowCodec, RandomRejectsComeBackAndEveryTruncationIsCorruption) {
    std::mt19937_64 random(20260102);
    for (int round = 0; round < 500; ++round) {
        std::array<std::string, kRejectedColumnCount> texts;
        const RejectView reject = make_random(random, kRejectedColumns, texts);
        std::string bytes;
        encode_reject(reject, bytes);
        const auto decoded = decode_reject(bytes);
        ASSERT_THAT(decoded, IsOk());
        expect_equal(*decoded, reject, kRejectedColumns);
        for (std::size_t length = 0; length < bytes.size(); ++length) {
            ASSERT_THAT(decode_reject(std::string_view(bytes).substr(0, length)),
                        IsError(ErrorCode::kCorruption));
        }
    }
}

TEST(RowCodec, RandomBytesNeverReadOutside) {
    std::mt19937_64 random(20260103);
    std::array<std::string, kEventColumnCount> texts;
    std::string good;
    encode_row(make_random(random, kEventColumns, texts), good);
    for (int round = 0; round < 20'000; ++round) {
        std::string bytes = good;
        for (int changes = 0; changes < 3; ++changes)
            bytes[random() % bytes.size()] = static_cast<char>(random());
        RowView row;
        const bool is_row = decode_row(bytes, row).has_value();
        ASSERT_EQ(decode_row_order(bytes).has_value(), is_row);
        if (!is_row) continue;
        for (const Column& column : kEventColumns) {
            const std::string_view text = row.text(column.id);
            const bool is_inside =
                text.empty() || (text.data() >= bytes.data() &&
                                 text.data() + text.size() <= bytes.data() + bytes.size());
            ASSERT_TRUE(is_inside) << column.name;
        }
    }
}

TEST(RowCodec, ARejectIsNoRow) {
    std::mt19937_64 random(20260104);
    std::array<std::string, kRejectedColumnCount> texts;
    std::string bytes;
    encode_reject(make_random(random, kRejectedColumns, texts), bytes);
    EXPECT_THAT(decode_row(bytes), IsError(ErrorCode::kCorruption));
    EXPECT_THAT(decode_row(bytes), HasMessage("codec"));
    EXPECT_THAT(decode_row(std::string_view{}), IsError(ErrorCode::kCorruption));
}

TEST(RowCodec, ColumnsOfTheLogRecordAreNotInTheBytes) {
    RowView row;
    row.set_text(id::kMessageId, "m");
    row.set_text(id::kType, "track");
    row.set_number(id::kTimestamp, 5);
    row.set_number(id::kReceivedAt, 7);
    std::string without;
    encode_row(row, without);
    row.set_number(id::kIngestTs, 1);
    row.set_number(id::kLogOffset, 2);
    row.set_number(id::kLogShard, 3);
    std::string with;
    encode_row(row, with);
    EXPECT_EQ(with, without);
    EXPECT_EQ(without.size(), 1u + 8 + 2 + 2 + 1 + 6);
}

}  // namespace
}  // namespace icelight::event
