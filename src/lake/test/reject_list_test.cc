#include "lake/flush/reject_list.h"

#include <gtest/gtest.h>

#include "event/codec.h"
#include "event/columns.h"
#include "lake/test/log_record.h"

namespace icelight::lake {
namespace {

using testing::add_record;

constexpr TimestampUs kDayUs = 86'400'000'000;

std::string encode_sample_row() {
    event::RowView row;
    row.set_text(event::id::kMessageId, "m");
    row.set_text(event::id::kType, "track");
    row.set_number(event::id::kTimestamp, 1);
    row.set_number(event::id::kReceivedAt, 1);
    std::string out;
    event::encode_row(row, out);
    return out;
}

TEST(RejectList, HoldsRejectsPoisonAndTheUndecodableByOffset) {
    event::RejectView reject;
    reject.set_text(event::rejected_id::kStage, "parse");
    reject.set_number(event::rejected_id::kReceivedAt, 5);
    std::string encoded;
    event::encode_reject(reject, encoded);
    LogRows rows;
    FlushJob job;
    job.to = 6;
    job.poison = {0};
    rows.begin(job);
    const std::string row = encode_sample_row();
    ASSERT_TRUE(add_record(rows, wal::RecordKind::kRows, 0, {row}, 1));
    ASSERT_TRUE(add_record(rows, wal::RecordKind::kRejects, 1, {encoded}, 1));
    ASSERT_TRUE(add_record(rows, wal::RecordKind::kRows, 2, {"garbage"}, 1));
    ASSERT_TRUE(add_record(rows, wal::RecordKind::kRejects, 3, {"garbage"}, 1));
    ASSERT_TRUE(add_record(rows, wal::RecordKind::kRows, 4, {row}, 1));
    ASSERT_TRUE(add_record(rows, wal::RecordKind::kRejects, 5, {encoded}, kDayUs));
    const auto days = make_reject_list(rows, make_flush_index(rows.rows()));
    ASSERT_EQ(days.size(), 2u);
    std::vector<std::pair<std::uint64_t, std::string_view>> first;
    for (const RejectItem& item : days.at(0))
        first.emplace_back(item.item->offset, item.failure);
    EXPECT_EQ(first,
              (std::vector<std::pair<std::uint64_t, std::string_view>>{
                  {0, kPoison}, {1, ""}, {2, kUndecodable}, {3, kUndecodable}}));
    EXPECT_EQ(days.at(1).size(), 1u);
}

}  // namespace
}  // namespace icelight::lake
