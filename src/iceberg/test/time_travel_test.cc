#include "iceberg/time_travel.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "iceberg/table_metadata.h"

namespace icelight::iceberg {
namespace {

using icelight::testing::HasMessage;
using icelight::testing::IsError;

/// Snapshots 1, 2, 3 at 100, 200, 300 ms; at 400 ms a rollback to 2.
TableMetadata make_table() {
    TableMetadata table;
    table.schemas = {{.schema_id = 0}, {.schema_id = 1}};
    table.current_schema_id = 1;
    for (const std::int64_t id : {1, 2, 3}) {
        Snapshot snapshot;
        snapshot.snapshot_id = id;
        snapshot.timestamp_ms = id * 100;
        if (id == 1) snapshot.schema_id = 0;
        table.snapshots.push_back(snapshot);
        table.snapshot_log.push_back({id * 100, id});
    }
    table.snapshot_log.push_back({400, 2});
    table.current_snapshot_id = 2;
    return table;
}

std::int64_t at(const TableMetadata& table, std::int64_t time_ms) {
    const auto found = snapshot_as_of(table, {.snapshot_id = {}, .timestamp_ms = time_ms});
    return found ? (*found)->snapshot_id : -1;
}

TEST(TimeTravel, FindsASnapshotByItsId) {
    const auto table = make_table();
    const auto found = snapshot_as_of(table, {.snapshot_id = 3, .timestamp_ms = {}});
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ((*found)->timestamp_ms, 300);
    EXPECT_THAT(snapshot_as_of(table, {.snapshot_id = 9, .timestamp_ms = {}}),
                IsError(ErrorCode::kInvalidArgument));
}

TEST(TimeTravel, FindsWhatWasCurrentAtATime) {
    const auto table = make_table();
    EXPECT_EQ(at(table, 99), -1);
    EXPECT_EQ(at(table, 100), 1);
    EXPECT_EQ(at(table, 299), 2);
    EXPECT_EQ(at(table, 399), 3);
    EXPECT_EQ(at(table, 400), 2) << "rolled back";
    EXPECT_EQ(at(table, 1'000'000), 2);
}

TEST(TimeTravel, RefusalSaysWhatThereIs) {
    const auto table = make_table();
    EXPECT_THAT(snapshot_as_of(table, {.snapshot_id = {}, .timestamp_ms = 1}),
                HasMessage("3 snapshots, the oldest of 100 ms"));
    EXPECT_THAT(snapshot_as_of({}, {.snapshot_id = 1, .timestamp_ms = {}}),
                HasMessage("no state as of snapshot 1"));
}

TEST(TimeTravel, ASnapshotIsReadWithItsOwnSchema) {
    const auto table = make_table();
    EXPECT_EQ(schema_of(table, table.snapshots[0])->schema_id, 0);
    EXPECT_EQ(schema_of(table, table.snapshots[1])->schema_id, 1);
}

}  // namespace
}  // namespace icelight::iceberg
