#include "catalog/sink/sink_halt.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"

namespace icelight::catalog {
namespace {

using icelight::testing::HasMessage;
using icelight::testing::IsError;
using icelight::testing::IsOk;

/// A snapshot; `watermark` 0: another writer's.
iceberg::Snapshot make_snapshot(std::int64_t id,
                                std::optional<std::int64_t> parent,
                                std::uint64_t watermark = 0) {
    iceberg::Snapshot snapshot;
    snapshot.snapshot_id = id;
    snapshot.parent_snapshot_id = parent;
    if (watermark > 0) {
        const Watermark carried{make_uuid_v7(1), {{0, watermark}}};
        snapshot.summary[watermark_key(kEventSink)] = encode_watermark(carried);
    }
    return snapshot;
}

/// Carried to 10, 20, then another writer's, then 30.
iceberg::TableMetadata make_table() {
    iceberg::TableMetadata table;
    table.snapshots = {make_snapshot(1, std::nullopt, 10),
                       make_snapshot(2, 1, 20),
                       make_snapshot(3, 2),
                       make_snapshot(4, 3, 30)};
    table.current_snapshot_id = 4;
    return table;
}

iceberg::TableMetadata at(iceberg::TableMetadata table, std::optional<std::int64_t> current) {
    table.current_snapshot_id = current;
    return table;
}

TEST(SinkHalt, HistoryGoesOnRollsBackOrIsReplaced) {
    const auto base = make_table();
    auto longer = base;
    longer.snapshots.push_back(make_snapshot(5, 4));
    longer.snapshots.push_back(make_snapshot(6, 5));
    EXPECT_EQ(judge_history(base, at(longer, 6)), HistoryChange::kGoesOn);
    longer.snapshots.erase(longer.snapshots.begin());
    EXPECT_EQ(judge_history(base, at(longer, 6)), HistoryChange::kGoesOn) << "expired";
    EXPECT_EQ(judge_history(base, base), HistoryChange::kGoesOn);
    EXPECT_EQ(judge_history(at(base, std::nullopt), base), HistoryChange::kGoesOn);
    for (const std::int64_t id : {1, 2, 3})
        EXPECT_EQ(judge_history(base, at(base, id)), HistoryChange::kRollsBack) << id;
    EXPECT_EQ(judge_history(base, at(base, std::nullopt)), HistoryChange::kReplaced);
    auto other = base;
    other.snapshots.push_back(make_snapshot(9, 9));
    EXPECT_EQ(judge_history(base, at(other, 9)), HistoryChange::kReplaced) << "a chain in a circle";
    other.snapshots.push_back(make_snapshot(10, 2));
    EXPECT_EQ(judge_history(base, at(other, 10)), HistoryChange::kReplaced) << "a branch";
}

TEST(SinkHalt, CarriedBelowIsTheNewestWatermarkOfMain) {
    const auto table = make_table();
    const std::pair<std::int64_t, std::uint64_t> cases[] = {{4, 30}, {3, 20}, {2, 20}, {1, 10}};
    for (const auto& [id, expected] : cases)
        EXPECT_EQ(carried_below(at(table, id), kEventSink), expected) << id;
    EXPECT_EQ(carried_below(at(table, std::nullopt), kEventSink), 0U);
    EXPECT_EQ(carried_below(table, 7), 0U);
}

TEST(SinkHalt, FindsTheStateAtAnOffsetUnlessOthersWouldLoseRows) {
    auto table = make_table();
    const auto found = [&](std::uint64_t offset) {
        return snapshot_carried_to(table, kEventSink, offset);
    };
    EXPECT_EQ(*found(30), 4);
    EXPECT_EQ(*found(29), 3) << "the other writer's rows came before";
    EXPECT_EQ(*found(20), 3);
    EXPECT_THAT(found(19), IsError(ErrorCode::kUnsupported));
    EXPECT_THAT(found(19), HasMessage("snapshot 3 is another writer's"));
    table.current_snapshot_id = 2;
    EXPECT_EQ(*found(19), 1);
    ASSERT_THAT(found(9), IsOk());
    EXPECT_FALSE(found(9)->has_value()) << "the table was empty then";
    table.snapshots.erase(table.snapshots.begin());
    EXPECT_THAT(found(9), HasMessage("no longer reaches back to offset 9"));
    table.current_snapshot_id.reset();
    EXPECT_FALSE(found(9)->has_value());
}

TEST(SinkHalt, SaysWhatHappenedAndWhatToDo) {
    const std::string text = describe_halts({{{{"a"}, "t"}, "was dropped", 7, 3}});
    EXPECT_NE(text.find("a.t was dropped"), std::string::npos);
    EXPECT_NE(text.find("offset 7"), std::string::npos);
    EXPECT_NE(text.find("icelight resume --accept"), std::string::npos);
}

}  // namespace
}  // namespace icelight::catalog
