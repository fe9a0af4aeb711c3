#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "iceberg/json/table_metadata_json.h"
#include "iceberg/table_update.h"
#include "iceberg/test/sample.h"

namespace icelight::iceberg {
namespace {

using icelight::testing::HasMessage;
using icelight::testing::IsError;
using icelight::testing::IsOk;
using testing::kNow;
using testing::kNowMs;
using testing::sample_table;

Snapshot snapshot_after(const TableMetadata& table, std::int64_t id) {
    Snapshot snapshot;
    snapshot.snapshot_id = id;
    snapshot.parent_snapshot_id = table.current_snapshot_id;
    snapshot.sequence_number = table.last_sequence_number + 1;
    snapshot.timestamp_ms = table.last_updated_ms + 1;
    snapshot.manifest_list = "file:///lake/a/t/metadata/snap-" + std::to_string(id) + ".avro";
    snapshot.summary = {{"operation", "append"}};
    return snapshot;
}

Result<TableMetadata> apply(const TableMetadata& base, std::vector<TableUpdate> updates) {
    return apply_updates(base, updates, kNow + 1'000'000);
}

TableMetadata appended(const TableMetadata& base, std::int64_t id) {
    auto next = apply(
        base, {AddSnapshot{snapshot_after(base, id)}, SetSnapshotRef{"main", {.snapshot_id = id}}});
    EXPECT_THAT(next, IsOk());
    return *next;
}

TEST(ApplyUpdates, NothingChangesNothing) {
    EXPECT_EQ(*apply(sample_table(), {}), sample_table());
}

TEST(ApplyUpdates, AThousandAppendsKeepOrderAndHistory) {
    auto table = sample_table();
    for (std::int64_t id = 1; id <= 1'000; ++id) {
        const auto before = table.last_updated_ms;
        table = appended(table, id);
        EXPECT_GT(table.last_updated_ms, before);
    }
    EXPECT_EQ(table.last_sequence_number, 1'000);
    EXPECT_EQ(table.current_snapshot_id, 1'000);
    ASSERT_EQ(table.snapshots.size(), 1'000U);
    ASSERT_EQ(table.snapshot_log.size(), 1'000U);
    for (std::size_t i = 1; i < 1'000; ++i) {
        EXPECT_GT(table.snapshot_log[i].timestamp_ms, table.snapshot_log[i - 1].timestamp_ms);
        EXPECT_EQ(table.snapshots[i].parent_snapshot_id, table.snapshots[i - 1].snapshot_id);
    }
    auto parsed = parse_table_metadata(encode_table_metadata(table));
    ASSERT_THAT(parsed, IsOk());
    EXPECT_EQ(*parsed, table);
}

TEST(AddSnapshot, IdsAreUniqueAndSequenceNumbersGrow) {
    const auto table = appended(sample_table(), 1);
    EXPECT_THAT(apply(table, {AddSnapshot{snapshot_after(table, 1)}}),
                HasMessage("Snapshot already exists for id: 1"));
    auto stale = snapshot_after(table, 2);
    stale.sequence_number = 1;
    auto result = apply(table, {AddSnapshot{stale}});
    EXPECT_THAT(result, IsError(ErrorCode::kConflict));
    EXPECT_THAT(result, HasMessage("sequence number 1 older than last sequence number 1"));
}

TEST(AddSnapshot, ClocksMayDifferByAMinuteAndTheLogNeverGoesBack) {
    const auto table = appended(sample_table(), 1);
    auto early = snapshot_after(table, 2);
    early.timestamp_ms = table.last_updated_ms - 60'000;
    const SetSnapshotRef main{"main", {.snapshot_id = 2}};
    auto next = apply(table, {AddSnapshot{early}, main});
    ASSERT_THAT(next, IsOk());
    EXPECT_EQ(next->snapshot_log.back().timestamp_ms, table.snapshot_log.back().timestamp_ms);
    EXPECT_EQ(next->last_updated_ms, table.last_updated_ms);
    early.timestamp_ms -= 1;
    EXPECT_THAT(apply(table, {AddSnapshot{early}, main}), IsError(ErrorCode::kInvalidArgument));
}

TEST(AddSnapshot, VersionThreeTakesRowIds) {
    auto table = *apply(sample_table(), {UpgradeFormatVersion{3}});
    EXPECT_EQ(table.next_row_id, 0);
    auto snapshot = snapshot_after(table, 1);
    EXPECT_THAT(apply(table, {AddSnapshot{snapshot}}), HasMessage("first-row-id is null"));
    snapshot.first_row_id = 0;
    snapshot.added_rows = 10;
    table = *apply(table, {AddSnapshot{snapshot}});
    EXPECT_EQ(table.next_row_id, 10);
    snapshot.snapshot_id = 2;
    ++snapshot.sequence_number;
    EXPECT_THAT(apply(table, {AddSnapshot{snapshot}}), IsError(ErrorCode::kConflict));
}

TEST(SetSnapshotRef, UnknownSnapshotsAndATagCalledMainAreRefused) {
    const auto table = appended(sample_table(), 1);
    EXPECT_THAT(apply(table, {SetSnapshotRef{"dev", {.snapshot_id = 9}}}),
                HasMessage("Cannot set dev to unknown snapshot: 9"));
    EXPECT_THAT(apply(table, {SetSnapshotRef{"main", {.snapshot_id = 1, .type = RefType::kTag}}}),
                IsError(ErrorCode::kInvalidArgument));
}

TEST(SetSnapshotRef, OtherRefsDoNotChangeWhatIsCurrent) {
    auto table = appended(sample_table(), 1);
    auto next = apply(
        table, {AddSnapshot{snapshot_after(table, 2)}, SetSnapshotRef{"dev", {.snapshot_id = 2}}});
    ASSERT_THAT(next, IsOk());
    EXPECT_EQ(next->current_snapshot_id, 1);
    EXPECT_EQ(next->snapshot_log.size(), 1U);
}

TEST(SetSnapshotRef, ARollbackIsLoggedAtTheTimeOfTheCommit) {
    auto table = appended(appended(sample_table(), 1), 2);
    auto next = apply(table, {SetSnapshotRef{"main", {.snapshot_id = 1}}});
    ASSERT_THAT(next, IsOk());
    EXPECT_EQ(next->current_snapshot_id, 1);
    ASSERT_EQ(next->snapshot_log.size(), 3U);
    EXPECT_EQ(next->snapshot_log.back(), (SnapshotLogEntry{kNowMs + 1'000, 1}));
}

TEST(SetSnapshotRef, SnapshotsPassedOverInOneCommitAreNotHistory) {
    const auto table = sample_table();
    auto first = snapshot_after(table, 1);
    auto second = snapshot_after(table, 2);
    second.sequence_number = 2;
    second.parent_snapshot_id = 1;
    auto next = apply(table,
                      {AddSnapshot{first},
                       SetSnapshotRef{"main", {.snapshot_id = 1}},
                       AddSnapshot{second},
                       SetSnapshotRef{"main", {.snapshot_id = 2}}});
    ASSERT_THAT(next, IsOk());
    EXPECT_EQ(next->snapshots.size(), 2U);
    ASSERT_EQ(next->snapshot_log.size(), 1U);
    EXPECT_EQ(next->snapshot_log[0].snapshot_id, 2);
}

TEST(RemoveSnapshots, TakeTheirRefsStatisticsAndHistoryWithThem) {
    auto table = appended(appended(appended(sample_table(), 1), 2), 3);
    table = *apply(table,
                   {SetSnapshotRef{"old", {.snapshot_id = 2, .type = RefType::kTag}},
                    SetStatistics{{.snapshot_id = 2, .json = R"({"snapshot-id":2})"}}});
    auto next = apply(table, {RemoveSnapshots{{2}}});
    ASSERT_THAT(next, IsOk());
    EXPECT_EQ(next->snapshots.size(), 2U);
    EXPECT_FALSE(next->refs.contains("old"));
    EXPECT_TRUE(next->statistics.empty());
    ASSERT_EQ(next->snapshot_log.size(), 1U);  // History has a gap before snapshot 3.
    EXPECT_EQ(next->current_snapshot_id, 3);
    next = apply(*next, {RemoveSnapshots{{3}}});
    ASSERT_THAT(next, IsOk());
    EXPECT_FALSE(next->current_snapshot_id);
    EXPECT_TRUE(next->refs.empty());
    EXPECT_EQ(next->last_sequence_number, 3);
}

TEST(RemoveSnapshotRef, OfMainLeavesATableWithoutRows) {
    auto next = apply(appended(sample_table(), 1), {RemoveSnapshotRef{"main"}});
    ASSERT_THAT(next, IsOk());
    EXPECT_FALSE(next->current_snapshot_id);
    EXPECT_EQ(next->snapshot_log.size(), 1U) << "a table that is replaced keeps its history";
    EXPECT_THAT(apply(*next, {RemoveSnapshotRef{"nobody"}}), IsOk());
}

TEST(AddSchema, IsFoundAgainOrNumberedAndLastAddedIsMinusOne) {
    auto schema = testing::wide_schema();
    auto table = sample_table();
    auto same = apply(table, {AddSchema{schema}, SetCurrentSchema{kLastAdded}});
    ASSERT_THAT(same, IsOk());
    EXPECT_EQ(same->schemas.size(), 1U);
    schema.fields.push_back({.id = 28, .name = "more", .type = TypeKind::kString});
    auto next = apply(table, {AddSchema{schema}, SetCurrentSchema{kLastAdded}});
    ASSERT_THAT(next, IsOk());
    EXPECT_EQ(next->current_schema_id, 1);
    EXPECT_EQ(next->last_column_id, 28);
    EXPECT_THAT(apply(table, {SetCurrentSchema{kLastAdded}}),
                HasMessage("Cannot set last added schema: no schema has been added"));
    EXPECT_THAT(apply(table, {SetCurrentSchema{9}}), HasMessage("unknown schema: 9"));
    EXPECT_THAT(apply(*next, {RemoveSchemas{{1}}}), HasMessage("Cannot remove the current schema"));
    EXPECT_EQ(apply(*next, {RemoveSchemas{{0}}})->schemas.size(), 1U);
}

TEST(AddPartitionSpec, AssignsIdsAndReusesThoseOfTheSameSource) {
    auto table = sample_table();
    PartitionSpec spec;
    spec.fields = {{.source_id = 3, .name = "kind", .transform = {}},
                   {.source_id = 2, .name = "d", .transform = {.kind = TransformKind::kDay}}};
    auto next = apply(table, {AddPartitionSpec{spec}, SetDefaultSpec{kLastAdded}});
    ASSERT_THAT(next, IsOk());
    EXPECT_EQ(next->default_spec_id, 1);
    EXPECT_EQ(next->default_spec()->fields[0].field_id, 1001);
    EXPECT_EQ(next->default_spec()->fields[1].field_id, 1000);
    EXPECT_EQ(next->last_partition_id, 1001);
    EXPECT_EQ(apply(*next, {AddPartitionSpec{spec}})->partition_specs.size(), 2U);
    EXPECT_THAT(apply(*next, {RemovePartitionSpecs{{1}}}),
                HasMessage("Cannot remove the default partition spec"));
    EXPECT_EQ(apply(*next, {RemovePartitionSpecs{{0}}})->partition_specs.size(), 1U);
    EXPECT_THAT(apply(table, {SetDefaultSpec{kLastAdded}}),
                HasMessage("Cannot set last added spec"));
    EXPECT_THAT(apply(table, {SetDefaultSpec{4}}), HasMessage("unknown spec: 4"));
    spec.fields[0].source_id = 99;
    EXPECT_THAT(apply(table, {AddPartitionSpec{spec}}), HasMessage("no source column"));
    spec.fields[0] = {.source_id = 2, .name = "kind", .transform = {.kind = TransformKind::kHour}};
    EXPECT_THAT(apply(table, {AddPartitionSpec{spec}}), HasMessage("name that exists in schema"));
}

TEST(AddSortOrder, UnsortedIsZeroAndOthersCountFromOne) {
    const SortOrder order{.fields = {{.source_id = 3}}};
    auto table = sample_table();
    auto next = apply(table, {AddSortOrder{order}, SetDefaultSortOrder{kLastAdded}});
    ASSERT_THAT(next, IsOk());
    EXPECT_EQ(next->default_sort_order_id, 1);
    EXPECT_EQ(apply(*next, {AddSortOrder{order}})->sort_orders.size(), 2U);
    next = apply(*next, {AddSortOrder{}, SetDefaultSortOrder{kLastAdded}});
    EXPECT_EQ(next->default_sort_order_id, 0);
    EXPECT_THAT(apply(table, {SetDefaultSortOrder{kLastAdded}}),
                HasMessage("no sort order has been added"));
    EXPECT_THAT(apply(table, {SetDefaultSortOrder{7}}), HasMessage("unknown sort order: 7"));
    EXPECT_THAT(apply(table, {AddSortOrder{{.fields = {{.source_id = 99}}}}}),
                IsError(ErrorCode::kInvalidArgument));
}

TEST(ApplyUpdates, PlainMembersAreSetAndRemoved) {
    auto table = sample_table();
    auto next = apply(table,
                      {SetProperties{{{"a", "1"}, {"b", "2"}}},
                       RemoveProperties{{"a", "owner"}},
                       SetLocation{"file:///elsewhere/"}});
    ASSERT_THAT(next, IsOk());
    EXPECT_EQ(next->properties, (std::map<std::string, std::string>{{"b", "2"}}));
    EXPECT_EQ(next->location, "file:///elsewhere");
    EXPECT_EQ(next->last_updated_ms, kNowMs + 1'000);
    EXPECT_THAT(apply(table, {SetLocation{""}}), IsError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(apply(table, {AssignUuid{testing::sample_uuid()}}), IsOk());
    EXPECT_THAT(apply(table, {AssignUuid{make_uuid_v7(kNow)}}), HasMessage("Cannot reassign uuid"));
    EXPECT_THAT(apply(table, {UpgradeFormatVersion{1}}),
                HasMessage("Cannot downgrade v2 table to v1"));
    EXPECT_THAT(apply(table, {UpgradeFormatVersion{9}}), IsError(ErrorCode::kInvalidArgument));
    next = apply(table,
                 {AddEncryptionKey{"k", R"({"key-id":"k"})"},
                  AddEncryptionKey{"l", R"({"key-id":"l"})"},
                  RemoveEncryptionKey{"k"}});
    EXPECT_EQ(next->other_members.at("encryption-keys"), R"([{"key-id":"l"}])");
}

TEST(ApplyUpdates, MakesATableFromNothingInTheOrderDuckDbSends) {
    auto made = apply(TableMetadata{},
                      {AssignUuid{testing::sample_uuid()},
                       UpgradeFormatVersion{2},
                       AddSchema{testing::wide_schema()},
                       AddPartitionSpec{testing::day_spec()},
                       SetDefaultSpec{0},
                       AddSortOrder{},
                       SetDefaultSortOrder{0},
                       SetLocation{"file:///lake/a/t"},
                       SetProperties{{{"owner", "tests"}}},
                       SetCurrentSchema{0}});
    ASSERT_THAT(made, IsOk());
    auto expected = sample_table();
    expected.last_updated_ms = made->last_updated_ms;
    EXPECT_EQ(*made, expected);
    EXPECT_THAT(apply(TableMetadata{}, {SetLocation{"file:///t"}}),
                HasMessage("current-schema-id"));
}

}  // namespace
}  // namespace icelight::iceberg
