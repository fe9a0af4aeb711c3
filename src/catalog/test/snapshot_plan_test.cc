#include "catalog/snapshot_plan.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "iceberg/manifest_avro.h"
#include "iceberg/new_table.h"

namespace icelight::catalog {
namespace {

using icelight::testing::IsError;
using icelight::testing::IsOk;

constexpr TimestampUs kNow = 1'700'000'000'000'000;

iceberg::TableMetadata make_base() {
    iceberg::NewTable table;
    table.uuid = make_uuid_v7(kNow);
    table.location = "file:///w/analytics/events";
    table.schema.fields = {{1, "message_id", true, iceberg::TypeKind::kString}};
    return *iceberg::make_table(std::move(table), kNow);
}

AppendIntent make_intent() {
    AppendIntent intent;
    intent.log_uuid = make_uuid_v7(kNow);
    intent.commit_id = make_uuid_v7(kNow);
    intent.from = 5;
    intent.to = 9;
    intent.summary = {{"icelight.to", "forged"}, {"note", "kept"}};
    return intent;
}

TableAppend make_append(const std::string& path) {
    iceberg::ManifestFile manifest;
    manifest.manifest_path = path;
    manifest.manifest_length = 100;
    manifest.added_files_count = 1;
    manifest.added_rows_count = 4;
    return {{{"analytics"}, "events"}, manifest, {1, 4, 1'000, 1}};
}

TEST(SnapshotPlan, NewManifestStandsFirstWithTheSnapshotsNumbers) {
    const auto base = make_base();
    const AppendIntent intent = make_intent();
    const PlanMoment moment{{intent.log_uuid, {{0, 9}}}, kNow};
    const auto first = plan_append(base, {}, intent, make_append("a.avro"), moment);
    ASSERT_THAT(first, IsOk());
    const auto second =
        plan_append(first->metadata, first->manifests, intent, make_append("b.avro"), moment);
    ASSERT_THAT(second, IsOk());
    const auto list = iceberg::decode_manifest_list(second->list_bytes);
    ASSERT_THAT(list, IsOk());
    EXPECT_EQ(*list, second->manifests);
    ASSERT_EQ(list->size(), 2U);
    EXPECT_EQ(list->at(0).manifest_path, "b.avro");
    EXPECT_EQ(list->at(0).sequence_number, 2);
    EXPECT_EQ(list->at(0).min_sequence_number, 2);
    EXPECT_EQ(list->at(0).added_snapshot_id, second->snapshot_id);
    EXPECT_EQ(list->at(1).manifest_path, "a.avro");
    EXPECT_EQ(list->at(1).sequence_number, 1);
    EXPECT_EQ(list->at(1).added_snapshot_id, first->snapshot_id);
    EXPECT_EQ(second->metadata.current_snapshot()->parent_snapshot_id, first->snapshot_id);
    EXPECT_EQ(second->metadata.last_sequence_number, 2);
    EXPECT_EQ(second->metadata.current_snapshot()->summary.at("total-records"), "8");
}

TEST(SnapshotPlan, CallersSummaryAddsButDoesNotReplace) {
    const AppendIntent intent = make_intent();
    const auto plan =
        plan_append(make_base(), {}, intent, make_append("a"), {{intent.log_uuid, {{0, 9}}}, kNow});
    ASSERT_THAT(plan, IsOk());
    const auto& summary = plan->metadata.current_snapshot()->summary;
    EXPECT_EQ(summary.at("icelight.to"), "9");
    EXPECT_EQ(summary.at("note"), "kept");
}

TEST(SnapshotPlan, BranchKeepsItsRetentionSettings) {
    auto base = make_base();
    const AppendIntent intent = make_intent();
    const PlanMoment moment{{intent.log_uuid, {{0, 9}}}, kNow};
    auto first = plan_append(base, {}, intent, make_append("a"), moment);
    ASSERT_THAT(first, IsOk());
    first->metadata.refs.at("main").min_snapshots_to_keep = 7;
    const auto second =
        plan_append(first->metadata, first->manifests, intent, make_append("b"), moment);
    ASSERT_THAT(second, IsOk());
    EXPECT_EQ(second->metadata.refs.at("main").min_snapshots_to_keep, 7);
    EXPECT_EQ(second->metadata.refs.at("main").snapshot_id, second->snapshot_id);
}

TEST(SnapshotPlan, TimesGrowWhateverTheClockSays) {
    const auto base = make_base();
    EXPECT_EQ(next_timestamp_ms(base, kNow + 5'000'000), kNow / 1'000 + 5'000);
    EXPECT_EQ(next_timestamp_ms(base, kNow), base.last_updated_ms + 1);
    EXPECT_EQ(next_timestamp_ms(base, 0), base.last_updated_ms + 1);
}

TEST(SnapshotPlan, UnknownSpecAndLaterFormatAreRefused) {
    auto base = make_base();
    const AppendIntent intent = make_intent();
    const PlanMoment moment{{intent.log_uuid, {{0, 9}}}, kNow};
    TableAppend append = make_append("a");
    append.manifest->partition_spec_id = 5;
    EXPECT_THAT(plan_append(base, {}, intent, append, moment),
                IsError(ErrorCode::kInvalidArgument));
    base.format_version = 3;
    EXPECT_THAT(plan_append(base, {}, intent, make_append("a"), moment),
                IsError(ErrorCode::kUnsupported));
}

}  // namespace
}  // namespace icelight::catalog
