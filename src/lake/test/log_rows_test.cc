#include "lake/log_rows.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"

namespace icelight::lake {
namespace {

using testing::HasMessage;
using testing::IsError;
using testing::IsOk;

FlushJob job(std::uint64_t from, std::uint64_t to) {
    FlushJob out;
    out.from = from;
    out.to = to;
    return out;
}

TEST(LogRows, ItemsAreCopiedAndKeptApart) {
    LogRows rows;
    rows.begin(job(10, 13));
    std::string bytes = "first";
    ASSERT_THAT(rows.add({10, 500, bytes}, Table::kEvents), IsOk());
    bytes = "other";
    ASSERT_THAT(rows.add({11, 501, bytes}, Table::kRejected), IsOk());
    ASSERT_THAT(rows.add({12, 502, std::string(3u << 20, 'x')}, Table::kEvents), IsOk());
    ASSERT_EQ(rows.rows().size(), 2u);
    ASSERT_EQ(rows.rejects().size(), 1u);
    EXPECT_EQ(rows.rows()[0].bytes, "first");
    EXPECT_EQ(rows.rejects()[0].bytes, "other");
    EXPECT_EQ(rows.rows()[1].bytes.size(), 3u << 20);
    EXPECT_EQ(rows.next_offset(), 13u);
    EXPECT_EQ(rows.oldest_us(), 500);
}

TEST(LogRows, OffsetsOutsideTheJobAreLeftOut) {
    LogRows rows;
    rows.begin(job(10, 12));
    for (std::uint64_t offset = 8; offset < 15; ++offset)
        ASSERT_THAT(rows.add({offset, 1, "x"}, Table::kEvents), IsOk());
    ASSERT_EQ(rows.rows().size(), 2u);
    EXPECT_EQ(rows.rows()[0].offset, 10u);
    EXPECT_EQ(rows.next_offset(), 12u);
}

TEST(LogRows, AGapIsCorruption) {
    LogRows rows;
    rows.begin(job(10, 20));
    ASSERT_THAT(rows.add({10, 1, "x"}, Table::kEvents), IsOk());
    EXPECT_THAT(rows.add({12, 1, "x"}, Table::kEvents), IsError(ErrorCode::kCorruption));
    rows.begin(job(10, 20));
    EXPECT_THAT(rows.add({11, 1, "x"}, Table::kEvents), IsError(ErrorCode::kCorruption));
    rows.begin(job(10, 20));
    ASSERT_THAT(rows.add({10, 1, "x"}, Table::kEvents), IsOk());
    EXPECT_THAT(rows.add({10, 1, "x"}, Table::kEvents), IsError(ErrorCode::kCorruption));
}

TEST(LogRows, PoisonIsSetAside) {
    LogRows rows;
    FlushJob wanted = job(0, 4);
    wanted.poison = {1, 3};
    rows.begin(wanted);
    ASSERT_THAT(rows.add({0, 1, "a"}, Table::kEvents), IsOk());
    ASSERT_THAT(rows.add({1, 1, "b"}, Table::kEvents), IsOk());
    ASSERT_THAT(rows.add({2, 1, "c"}, Table::kRejected), IsOk());
    ASSERT_THAT(rows.add({3, 1, "d"}, Table::kRejected), IsOk());
    EXPECT_EQ(rows.rows().size(), 1u);
    EXPECT_EQ(rows.rejects().size(), 1u);
    ASSERT_EQ(rows.poison().size(), 2u);
    EXPECT_EQ(rows.poison()[1].bytes, "d");
}

TEST(LogRows, KnowsWhenItHasEnough) {
    LogRows rows;
    FlushJob wanted = job(0, 100);
    wanted.bytes_max = 10;
    rows.begin(wanted);
    ASSERT_THAT(rows.add({0, 1, "12345"}, Table::kEvents), IsOk());
    EXPECT_FALSE(rows.is_full());
    ASSERT_THAT(rows.add({1, 1, "12345"}, Table::kEvents), IsOk());
    EXPECT_TRUE(rows.is_full());
    rows.begin(wanted);
    EXPECT_FALSE(rows.is_full());
}

}  // namespace
}  // namespace icelight::lake
