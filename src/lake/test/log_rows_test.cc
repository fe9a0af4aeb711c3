#include "lake/flush/log_rows.h"

#include <string>

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "lake/test/log_record.h"

namespace icelight::lake {
namespace {

using icelight::testing::IsError;
using icelight::testing::IsOk;
using testing::add_record;

FlushJob job(std::uint64_t from, std::uint64_t to) {
    FlushJob out;
    out.from = from;
    out.to = to;
    return out;
}

using enum wal::RecordKind;

TEST(LogRows, ItemsAreCopiedAndKeptApart) {
    LogRows rows;
    rows.begin(job(10, 15));
    const std::string long_item(3u << 20, 'x');
    ASSERT_THAT(add_record(rows, kRows, 10, {"first", "", "third"}), IsOk());
    ASSERT_THAT(add_record(rows, kRejects, 13, {"other"}, 501), IsOk());
    ASSERT_THAT(add_record(rows, kCounters, 14, {}, 501), IsOk());
    ASSERT_THAT(add_record(rows, kRows, 14, {long_item}), IsOk());
    ASSERT_EQ(rows.rows().size(), 4u);
    ASSERT_EQ(rows.rejects().size(), 1u);
    EXPECT_EQ(rows.rows()[0].bytes, "first");
    EXPECT_EQ(rows.rows()[1].bytes, "");
    EXPECT_EQ(rows.rows()[2].bytes, "third");
    EXPECT_EQ(rows.rows()[2].offset, 12u);
    EXPECT_EQ(rows.rows()[2].written_at_us, 500);
    EXPECT_EQ(rows.rejects()[0].bytes, "other");
    EXPECT_EQ(rows.rows()[3].bytes.size(), 3u << 20);
    EXPECT_EQ(rows.next_offset(), 15u);
    EXPECT_EQ(rows.oldest_us(), 500);
}

TEST(LogRows, AGapIsCorruption) {
    LogRows rows;
    rows.begin(job(10, 20));
    ASSERT_THAT(add_record(rows, kRows, 10, {"x"}), IsOk());
    EXPECT_THAT(add_record(rows, kRows, 12, {"x"}), IsError(ErrorCode::kCorruption));
    rows.begin(job(10, 20));
    EXPECT_THAT(add_record(rows, kRows, 11, {"x"}), IsError(ErrorCode::kCorruption));
    rows.begin(job(10, 20));
    ASSERT_THAT(add_record(rows, kRows, 10, {"x", "y"}), IsOk());
    EXPECT_THAT(add_record(rows, kRows, 11, {"x"}), IsError(ErrorCode::kCorruption));
}

TEST(LogRows, PoisonIsSetAside) {
    LogRows rows;
    FlushJob wanted = job(0, 4);
    wanted.poison = {1, 3};
    rows.begin(wanted);
    ASSERT_THAT(add_record(rows, kRows, 0, {"a", "b"}), IsOk());
    ASSERT_THAT(add_record(rows, kRejects, 2, {"c", "d"}), IsOk());
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
    ASSERT_THAT(add_record(rows, kRows, 0, {"12345"}), IsOk());
    EXPECT_FALSE(rows.is_full());
    ASSERT_THAT(add_record(rows, kRows, 1, {"12345"}), IsOk());
    EXPECT_TRUE(rows.is_full());
    rows.begin(wanted);
    EXPECT_FALSE(rows.is_full());
}

}  // namespace
}  // namespace icelight::lake
