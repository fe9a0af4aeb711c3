#include "lake/upkeep/retention.h"

#include <gtest/gtest.h>

namespace icelight::lake {
namespace {

using iceberg::RefType;
using iceberg::SnapshotRef;
using iceberg::TableMetadata;

/// Snapshots 1 … count, each the child of the one before, one a second; main at the last.
TableMetadata make_chain(std::int64_t count) {
    TableMetadata table;
    for (std::int64_t id = 1; id <= count; ++id) {
        iceberg::Snapshot snapshot;
        snapshot.snapshot_id = id;
        if (id > 1) snapshot.parent_snapshot_id = id - 1;
        snapshot.timestamp_ms = id * 1'000;
        table.snapshots.push_back(snapshot);
    }
    table.current_snapshot_id = count;
    table.refs["main"] = {.snapshot_id = count, .type = RefType::kBranch};
    return table;
}

std::vector<std::int64_t> first_ids(std::int64_t count) {
    std::vector<std::int64_t> ids;
    for (std::int64_t id = 1; id <= count; ++id)
        ids.push_back(id);
    return ids;
}

constexpr std::int64_t kNowMs = 1'000'000;

TEST(Retention, KeepsTheNewestWhateverTheirAge) {
    const auto expired = find_expired(make_chain(30), {.snapshots_kept = 10}, kNowMs);
    EXPECT_EQ(expired.snapshots, first_ids(20));
    EXPECT_TRUE(find_expired(make_chain(10), {.snapshots_kept = 10}, kNowMs).snapshots.empty());
}

TEST(Retention, KeepsThoseYoungerThanTheAge) {
    const Retention retention{.snapshots_kept = 2, .age = std::chrono::seconds(15)};
    // At 30 s snapshot 15 is 15 s old.
    EXPECT_EQ(find_expired(make_chain(30), retention, 30'000).snapshots, first_ids(15));
}

TEST(Retention, CountsAgesFromTheNewestSnapshotWhenTheClockWentBack) {
    EXPECT_EQ(find_expired(make_chain(30), {.snapshots_kept = 10}, 1).snapshots, first_ids(20));
    const Retention retention{.snapshots_kept = 2, .age = std::chrono::seconds(15)};
    EXPECT_EQ(find_expired(make_chain(30), retention, 1).snapshots, first_ids(15));
}

TEST(Retention, KeepsWhatTagsAndBranchesHold) {
    TableMetadata table = make_chain(30);
    table.refs["release"] = {.snapshot_id = 5, .type = RefType::kTag};
    table.refs["audit"] = {.snapshot_id = 9, .type = RefType::kBranch, .min_snapshots_to_keep = 2};
    const auto expired = find_expired(table, {.snapshots_kept = 10}, kNowMs);
    EXPECT_EQ(
        expired.snapshots,
        (std::vector<std::int64_t>{1, 2, 3, 4, 6, 7, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20}));
    EXPECT_TRUE(expired.refs.empty());
}

TEST(Retention, LetsTheTableAndTheRefSayOtherwise) {
    TableMetadata table = make_chain(30);
    table.properties["history.expire.min-snapshots-to-keep"] = "20";
    EXPECT_EQ(find_expired(table, {.snapshots_kept = 1}, kNowMs).snapshots, first_ids(10));
    table.refs["main"].min_snapshots_to_keep = 25;
    EXPECT_EQ(find_expired(table, {.snapshots_kept = 1}, kNowMs).snapshots, first_ids(5));
    table.refs["main"].max_snapshot_age_ms = kNowMs;
    EXPECT_TRUE(find_expired(table, {.snapshots_kept = 1}, kNowMs).snapshots.empty());
    table.properties["history.expire.min-snapshots-to-keep"] = "many";
    table.refs["main"] = {.snapshot_id = 30, .type = RefType::kBranch};
    EXPECT_EQ(find_expired(table, {.snapshots_kept = 1}, kNowMs).snapshots, first_ids(29));
}

TEST(Retention, ExpiresRefsOnlyByTheirOwnAgeAndNeverMain) {
    TableMetadata table = make_chain(30);
    table.refs["main"].max_ref_age_ms = 1;
    table.refs["old"] = {.snapshot_id = 3, .type = RefType::kTag, .max_ref_age_ms = 1};
    table.refs["kept"] = {.snapshot_id = 4, .type = RefType::kTag};
    const auto expired = find_expired(table, {.snapshots_kept = 27}, kNowMs);
    EXPECT_EQ(expired.refs, (std::vector<std::string>{"old"}));
    EXPECT_EQ(expired.snapshots, first_ids(3));
}

TEST(Retention, LeavesStagedSnapshotsTheirTime) {
    TableMetadata table = make_chain(3);
    iceberg::Snapshot staged;
    staged.snapshot_id = 77;
    staged.timestamp_ms = 2'500;
    table.snapshots.push_back(staged);
    Retention retention{.snapshots_kept = 3, .unreferenced_age = std::chrono::seconds(10)};
    EXPECT_TRUE(find_expired(table, retention, 12'000).snapshots.empty());
    EXPECT_EQ(find_expired(table, retention, 12'500).snapshots, (std::vector<std::int64_t>{77}));
}

TEST(Retention, EndsWhereTheHistoryIsDamaged) {
    TableMetadata table = make_chain(5);
    table.snapshots[0].parent_snapshot_id = 5;  // a circle
    EXPECT_EQ(find_expired(table, {.snapshots_kept = 2}, kNowMs).snapshots, first_ids(3));
    table.snapshots[3].parent_snapshot_id = 99;  // gone: 1, 2, 3 are led to by nobody
    EXPECT_EQ(find_expired(table, {.snapshots_kept = 5}, kNowMs).snapshots, first_ids(3));
}

TEST(Retention, NeverExpiresTheCurrentSnapshot) {
    TableMetadata table = make_chain(5);
    table.refs.clear();
    EXPECT_EQ(find_expired(table, {.snapshots_kept = 1}, kNowMs).snapshots, first_ids(4));
}

}  // namespace
}  // namespace icelight::lake
