#include "catalog/sqlite/append_group.h"

#include <future>

#include "catalog/table_commit.h"
#include "catalog/test/fixture.h"

namespace icelight::catalog::sqlite {
namespace {

class AppendGroupTest : public CatalogFixture {
protected:
    void SetUp() override { open_with_tables(); }
};

TEST_F(AppendGroupTest, AppendAddsOneSnapshotWithEverythingInIt) {
    AppendIntent intent = make_intent(0, 100);
    intent.summary["icelight.received"] = "103";
    const auto landed = commit(intent);
    ASSERT_THAT(landed, IsOk());
    EXPECT_EQ(landed->watermark, 100U);
    const LoadedTable table = load();
    const iceberg::Snapshot* snapshot = table.metadata->current_snapshot();
    ASSERT_NE(snapshot, nullptr);
    EXPECT_EQ(landed->snapshot_ids.at(kEvents), snapshot->snapshot_id);
    EXPECT_EQ(snapshot->sequence_number, 1);
    EXPECT_EQ(snapshot->schema_id, table.metadata->current_schema_id);
    const std::string watermark = kLog.text() + ":0:100";
    const std::map<std::string, std::string> expected = {
        {"operation", "append"},
        {"added-data-files", "1"},
        {"added-records", "100"},
        {"total-records", "100"},
        {"total-data-files", "1"},
        {"icelight.watermark", watermark},
        {"icelight.from", "0"},
        {"icelight.to", "100"},
        {"icelight.commit-id", intent.commit_id.text()},
        {"icelight.received", "103"}};
    for (const auto& [key, value] : expected)
        EXPECT_EQ(snapshot->summary.at(key), value) << key;
    EXPECT_EQ(table.metadata->properties.at("icelight.watermark"), watermark);
    EXPECT_EQ(watermark, encode_watermark(**catalog_->watermark(kEventSink)));
    EXPECT_EQ(rows_of(), 100);
    EXPECT_EQ(*catalog_->offsets_gone(kEventSink), 0U);
    EXPECT_TRUE(catalog_->list_journals()->empty());
    EXPECT_EQ(catalog_->pins().lowest_offset(), 100U);
}

TEST_F(AppendGroupTest, EveryAppendBuildsOnTheOneBefore) {
    std::int64_t last_ms = 0;
    for (std::uint64_t i = 0; i < 5; ++i) {
        ASSERT_THAT(commit(make_intent(i * 10, i * 10 + 10)), IsOk());
        const auto table = load();
        const auto& snapshots = table.metadata->snapshots;
        ASSERT_EQ(snapshots.size(), i + 1);
        EXPECT_EQ(snapshots.back().sequence_number, static_cast<std::int64_t>(i) + 1);
        EXPECT_EQ(snapshots.back().summary.at("total-records"), std::to_string((i + 1) * 10));
        // The clock stands still here: times must grow all the same.
        EXPECT_GT(snapshots.back().timestamp_ms, last_ms);
        last_ms = snapshots.back().timestamp_ms;
        EXPECT_EQ(table.metadata->metadata_log.size(), i + 1);
    }
    EXPECT_EQ(rows_of(), 50);
}

TEST_F(AppendGroupTest, ClockThatGoesBackDoesNotTakeTheTableAlong) {
    ASSERT_THAT(commit(make_intent(0, 10)), IsOk());
    const auto before = load().metadata->last_updated_ms;
    clock_.set(1'000'000);
    ASSERT_THAT(commit(make_intent(10, 20)), IsOk());
    EXPECT_EQ(load().metadata->last_updated_ms, before + 1);
    clock_.set((before + 5'000) * 1'000);
    ASSERT_THAT(commit(make_intent(20, 30)), IsOk());
    EXPECT_EQ(load().metadata->last_updated_ms, before + 5'000);
}

TEST_F(AppendGroupTest, OneMissingTableLeavesTheOtherAlone) {
    AppendIntent intent = make_intent(0, 12);
    intent.appends.push_back({{{"analytics"}, "none"}, std::nullopt, {}});
    EXPECT_THAT(commit(intent), IsError(ErrorCode::kNotFound));
    EXPECT_EQ(load().metadata->current_snapshot(), nullptr);
    EXPECT_EQ(watermark(), 0U);
    EXPECT_TRUE(metadata_names(".avro").size() == 1) << "the manifest only, no list";
    ASSERT_THAT(commit(make_intent(0, 10)), IsOk());
}

TEST_F(AppendGroupTest, AppendWithoutManifestIsAnEmptySnapshot) {
    AppendIntent intent = make_intent(0, 3);
    intent.appends.front().manifest.reset();
    intent.appends.front().added = {};
    intent.appends.push_back(make_append(kRejected, intent.commit_id, 3));
    ASSERT_THAT(commit(intent), IsOk());
    EXPECT_EQ(load().metadata->snapshots.size(), 1U);
    EXPECT_EQ(rows_of(kEvents), 0);
    EXPECT_EQ(rows_of(kRejected), 3);
    EXPECT_EQ(watermark(), 3U);
    ASSERT_THAT(commit(make_intent(3, 5)), IsOk());
    EXPECT_EQ(rows_of(kEvents), 2);
}

TEST_F(AppendGroupTest, SameIntentAgainIsToldThatItLanded) {
    const AppendIntent intent = make_intent(0, 10);
    ASSERT_THAT(commit(intent), IsOk());
    const auto again = commit(intent);
    ASSERT_THAT(again, IsOk());
    EXPECT_EQ(again->watermark, 10U);
    EXPECT_TRUE(again->snapshot_ids.empty());
    EXPECT_EQ(load().metadata->snapshots.size(), 1U);
    EXPECT_EQ(metadata_names(".metadata.json").size(), 2U);
}

TEST_F(AppendGroupTest, OverlapAndGapAreConflictsAndChangeNothing) {
    ASSERT_THAT(commit(make_intent(0, 10)), IsOk());
    const std::string location = load().metadata_location;
    EXPECT_THAT(commit(make_intent(0, 10)), IsError(ErrorCode::kConflict));
    EXPECT_THAT(commit(make_intent(5, 15)), IsError(ErrorCode::kConflict));
    EXPECT_THAT(commit(make_intent(11, 15)), IsError(ErrorCode::kConflict));
    AppendIntent foreign = make_intent(10, 15);
    foreign.log_uuid = make_uuid_v7(1);
    EXPECT_THAT(commit(foreign), IsError(ErrorCode::kConflict));
    EXPECT_EQ(load().metadata_location, location);
    EXPECT_EQ(watermark(), 10U);
}

TEST_F(AppendGroupTest, IntentsQueuedTogetherShareOneMetadataFile) {
    std::vector<AppendIntent> intents;
    for (std::uint64_t i = 0; i < 4; ++i)
        intents.push_back(make_intent(i, i + 1));
    const AppendIntent overlap = make_intent(1, 3);
    // Hold the queue with a task so that all of them are waiting when it goes on.
    std::promise<void> entered;
    std::promise<void> release;
    options_.step_hook = nullptr;
    std::promise<void> held;
    AppendIntent first = make_intent(0, 1);
    catalog_->commit(first, [&](const Result<Committed>& result) {
        EXPECT_THAT(result, IsOk());
        entered.set_value();
        release.get_future().wait();
    });
    entered.get_future().wait();
    std::vector<std::promise<Result<Committed>>> answers(4);
    catalog_->commit(intents[1], [&](auto result) { answers[0].set_value(result); });
    catalog_->commit(overlap, [&](auto result) { answers[1].set_value(result); });
    catalog_->commit(intents[2], [&](auto result) { answers[2].set_value(result); });
    catalog_->commit(intents[3], [&](auto result) { answers[3].set_value(result); });
    release.set_value();
    EXPECT_THAT(answers[0].get_future().get(), IsOk());
    EXPECT_THAT(answers[1].get_future().get(), IsError(ErrorCode::kConflict));
    EXPECT_THAT(answers[2].get_future().get(), IsOk());
    EXPECT_THAT(answers[3].get_future().get(), IsOk());
    EXPECT_EQ(watermark(), 4U);
    EXPECT_EQ(load().metadata->snapshots.size(), 4U);
    EXPECT_EQ(rows_of(), 4);
    // Version 0 by create, 1 by the first intent, 2 by the three together.
    EXPECT_EQ(metadata_names(".metadata.json").size(), 3U);
}

TEST_F(AppendGroupTest, AClockThatJumpsADayBackAndForthKeepsTheOrderOfSnapshots) {
    std::uint64_t next = 0;
    for (const int hours : {0, -24, 24, 24, -48, 1}) {
        clock_.advance(std::chrono::hours(hours));
        ASSERT_THAT(commit(make_intent(next, next + 1)), IsOk()) << hours;
        ++next;
    }
    const auto snapshots = load().metadata->snapshots;
    ASSERT_EQ(snapshots.size(), next);
    for (std::size_t i = 1; i < snapshots.size(); ++i)
        EXPECT_GT(snapshots[i].timestamp_ms, snapshots[i - 1].timestamp_ms);
    close();
    ASSERT_THAT(open(), IsOk());
    EXPECT_EQ(watermark(), next);
    // The control: a client whose clock is a day behind is told so, rather than let into the
    // history.
    iceberg::Snapshot late = snapshots.back();
    late.snapshot_id = 1;
    late.sequence_number += 1;
    late.timestamp_ms -= 24 * 3'600'000;
    EXPECT_THAT(catalog_->commit_table({kEvents, {}, {iceberg::AddSnapshot{late}}}),
                IsError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace icelight::catalog::sqlite
