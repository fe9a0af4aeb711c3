#include "iceberg/time_travel.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"

namespace icelight::iceberg {
namespace {

using icelight::testing::HasMessage;
using icelight::testing::IsError;
using icelight::testing::IsOk;

/// Snapshots 1 at 100, 2 at 200, then main went back to 1 at 300; 3, made at 400, has expired.
TableMetadata make_table() {
    TableMetadata table;
    for (const std::int64_t id : {1, 2}) {
        Snapshot snapshot;
        snapshot.snapshot_id = id;
        table.snapshots.push_back(snapshot);
    }
    table.snapshot_log = {{100, 1}, {200, 2}, {300, 1}, {400, 3}};
    return table;
}

TEST(TimeTravel, FindsWhatWasCurrentAtATime) {
    const TableMetadata table = make_table();
    const std::pair<std::int64_t, std::int64_t> cases[] = {
        {100, 1}, {199, 1}, {200, 2}, {299, 2}, {300, 1}, {399, 1}};
    for (const auto& [time_ms, expected] : cases) {
        const auto found = snapshot_at_time(table, time_ms);
        ASSERT_THAT(found, IsOk());
        EXPECT_EQ((*found)->snapshot_id, expected) << time_ms;
    }
}

TEST(TimeTravel, SaysWhatTheHistoryDoesNotHold) {
    const TableMetadata table = make_table();
    EXPECT_THAT(snapshot_at_time(table, 99), IsError(ErrorCode::kNotFound));
    EXPECT_THAT(
        snapshot_at_time(table, 99),
        HasMessage(
            "reach back to 1970-01-01T00:00:00.099Z; it begins at 1970-01-01T00:00:00.100Z"));
    EXPECT_THAT(snapshot_at_time({}, 99), HasMessage("its first snapshot"));
    EXPECT_THAT(snapshot_at_time(table, 400), HasMessage("no snapshot 3"));
    EXPECT_THAT(snapshot_of_id(table, 3), IsError(ErrorCode::kNotFound));
    EXPECT_EQ((*snapshot_of_id(table, 2))->snapshot_id, 2);
}

}  // namespace
}  // namespace icelight::iceberg
