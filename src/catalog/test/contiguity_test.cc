#include "catalog/sink/contiguity.h"

#include <optional>

#include <gtest/gtest.h>

#include "base/testing/matchers.h"

namespace icelight::catalog {
namespace {

using icelight::testing::IsError;
using icelight::testing::IsOk;

const Uuid kLog = *find_uuid("018f4e2a-0000-7000-8000-000000000001");
const Uuid kOtherLog = *find_uuid("018f4e2a-0000-7000-8000-000000000002");
const Uuid kCommit = *find_uuid("018f4e2a-0000-7000-8000-00000000000a");
const Uuid kOtherCommit = *find_uuid("018f4e2a-0000-7000-8000-00000000000b");

AppendIntent make_intent(std::uint64_t from, std::uint64_t to) {
    AppendIntent intent;
    intent.appends.push_back({{{"analytics"}, "events"}, std::nullopt, {}});
    intent.log_uuid = kLog;
    intent.from = from;
    intent.to = to;
    intent.commit_id = kCommit;
    return intent;
}

struct Case {
    const char* label = nullptr;
    Uuid log;                     // of the sink
    std::uint64_t watermark = 0;  // of shard 0
    Uuid last_commit;             // of shard 0
    std::uint64_t from = 0;
    std::uint64_t to = 0;
    std::optional<AppendVerdict> verdict;  // empty: conflict
};

const Case kCases[] = {
    {"next in line", kLog, 10, kOtherCommit, 10, 20, AppendVerdict::kAppend},
    {"an earlier try landed", kLog, 20, kCommit, 10, 20, AppendVerdict::kLanded},
    {"the same offsets by another commit", kLog, 20, kOtherCommit, 10, 20, std::nullopt},
    {"a part landed", kLog, 15, kOtherCommit, 10, 20, std::nullopt},
    {"more landed", kLog, 25, kOtherCommit, 10, 20, std::nullopt},
    {"more landed, by the same commit", kLog, 25, kCommit, 10, 20, std::nullopt},
    {"a gap", kLog, 5, kOtherCommit, 10, 20, std::nullopt},
    {"another log", kOtherLog, 10, kOtherCommit, 10, 20, std::nullopt},
    {"another log that ends alike", kOtherLog, 20, kCommit, 10, 20, std::nullopt},
    {"the first of an adopted log", kLog, 0, Uuid{}, 0, 20, AppendVerdict::kAppend},
};

TEST(Contiguity, EveryCaseHasItsVerdict) {
    for (const Case& row : kCases) {
        const SinkProgress progress{{row.log, {{0, row.watermark}}}, {{0, row.last_commit.text()}}};
        const auto verdict = judge_append(&progress, make_intent(row.from, row.to));
        if (row.verdict) {
            ASSERT_THAT(verdict, IsOk()) << row.label;
            EXPECT_EQ(*verdict, *row.verdict) << row.label;
        } else {
            EXPECT_THAT(verdict, IsError(ErrorCode::kConflict)) << row.label;
        }
    }
}

void expect_verdict(std::uint64_t watermark,
                    const Uuid& last,
                    std::uint64_t from,
                    std::uint64_t to) {
    const SinkProgress progress{{kLog, {{0, watermark}}}, {{0, last.text()}}};
    const auto verdict = judge_append(&progress, make_intent(from, to));
    const bool is_next = watermark == from;
    const bool is_landed = watermark == to && last == kCommit;
    ASSERT_EQ(verdict.has_value(), is_next || is_landed);
    if (!verdict) return;
    EXPECT_EQ(*verdict == AppendVerdict::kAppend, is_next);
}

TEST(Contiguity, AllSmallCombinationsLandExactlyWhenTheyAreNext) {
    for (std::uint64_t watermark = 0; watermark < 6; ++watermark) {
        for (std::uint64_t from = 0; from < 6; ++from) {
            for (std::uint64_t to = from + 1; to < 7; ++to) {
                expect_verdict(watermark, kCommit, from, to);
                expect_verdict(watermark, kOtherCommit, from, to);
            }
        }
    }
}

TEST(Contiguity, NewSinkStartsAtZero) {
    EXPECT_THAT(judge_append(nullptr, make_intent(0, 1)), IsOk());
    EXPECT_THAT(judge_append(nullptr, make_intent(1, 2)), IsError(ErrorCode::kConflict));
}

TEST(Contiguity, ShardsMoveApart) {
    const SinkProgress progress{{kLog, {{0, 10}}}, {{0, kOtherCommit.text()}}};
    AppendIntent intent = make_intent(0, 5);
    intent.shard = 1;
    EXPECT_THAT(judge_append(&progress, intent), IsOk());
}

TEST(Contiguity, IntentsThatCannotBeAreInvalid) {
    EXPECT_THAT(check_intent(make_intent(1, 2)), IsOk());
    EXPECT_THAT(check_intent(make_intent(2, 2)), IsError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(check_intent(make_intent(3, 2)), IsError(ErrorCode::kInvalidArgument));
    AppendIntent intent = make_intent(1, 2);
    intent.commit_id = Uuid{};
    EXPECT_THAT(check_intent(intent), IsError(ErrorCode::kInvalidArgument));
    intent = make_intent(1, 2);
    intent.log_uuid = Uuid{};
    EXPECT_THAT(check_intent(intent), IsError(ErrorCode::kInvalidArgument));
    intent = make_intent(1, 2);
    intent.appends.push_back(intent.appends.front());
    EXPECT_THAT(check_intent(intent), IsError(ErrorCode::kInvalidArgument));
    intent.appends.clear();
    EXPECT_THAT(check_intent(intent), IsError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace icelight::catalog
