#include "event/client_time.h"

#include <gtest/gtest.h>

namespace icelight::event {
namespace {

Dialect named(std::string_view library, Path path = Path::kBatch) {
    Dialect dialect;
    dialect.path = path;
    dialect.library_name = library;
    return dialect;
}

TEST(FindRule, KnowsTheSdksByTheirLibraries) {
    EXPECT_EQ(find_rule(named("RudderLabs JavaScript SDK")), Rule::kRudder);
    EXPECT_EQ(find_rule(named("@rudderstack/rudder-sdk-node")), Rule::kRudder);
    EXPECT_EQ(find_rule(named("com.rudderstack.android.sdk.core")), Rule::kRudder);
    EXPECT_EQ(find_rule(named("analytics.js")), Rule::kSegment);
    EXPECT_EQ(find_rule(named("@segment/analytics-node")), Rule::kSegment);
    EXPECT_EQ(find_rule(named("analytics-python")), Rule::kSegment);
    EXPECT_EQ(find_rule(named("Analytics-CSharp")), Rule::kSegment);
    EXPECT_EQ(find_rule(named("analytics-nodex")), Rule::kPlain);
    EXPECT_EQ(find_rule(named("")), Rule::kPlain);
}

TEST(FindRule, KnowsTheSdksByTheirPaths) {
    EXPECT_EQ(find_rule(named("", Path::kBeacon)), Rule::kRudder);
    EXPECT_EQ(find_rule(named("", Path::kPixel)), Rule::kRudder);
    EXPECT_EQ(find_rule(named("", Path::kShort)), Rule::kSegment);
    EXPECT_EQ(find_rule(named("", Path::kImport)), Rule::kSegment);
    EXPECT_EQ(find_rule(named("rudder", Path::kShort)), Rule::kRudder);
}

TEST(FindRule, KnowsRudderByItsMembersWhateverTheLibrarySays) {
    Dialect node = named("analytics-node");
    node.has_original_timestamp = true;
    EXPECT_EQ(find_rule(node), Rule::kRudder);
    Dialect java = named("analytics-java");
    java.has_server_channel = true;
    EXPECT_EQ(find_rule(java), Rule::kRudder);
}

TEST(LibraryMemo, AnswersForTheLibraryItIsAskedAbout) {
    LibraryMemo memo;
    EXPECT_EQ(memo.find_family(""), Rule::kPlain);
    EXPECT_EQ(memo.find_family("rudder"), Rule::kRudder);
    EXPECT_EQ(memo.find_family("rudder"), Rule::kRudder);
    EXPECT_EQ(memo.find_family("analytics.js"), Rule::kSegment);
    EXPECT_EQ(memo.find_family(""), Rule::kPlain);
}

TEST(ResolveTime, ATimeTooFarAheadBecomesTheTimeOfReceipt) {
    constexpr TimestampUs kDay = 86'400'000'000;
    ClientTimes times;
    times.received_at = 1'000 * kDay;
    times.timestamp = times.received_at + kDay;
    EXPECT_FALSE(resolve_time(times).is_clamped);
    times.timestamp = times.received_at + kDay + 1;
    const ResolvedTime resolved = resolve_time(times);
    EXPECT_TRUE(resolved.is_clamped);
    EXPECT_EQ(resolved.timestamp, times.received_at);
    EXPECT_EQ(resolved.client_time, times.timestamp);
}

TEST(ResolveTime, ACorrectionBeforeYearOneBecomesTheTimeOfReceipt) {
    ClientTimes times;
    times.rule = Rule::kSegment;
    times.received_at = 0;
    times.sent_at = 253'402'300'799'999'999;
    times.timestamp = -62'135'596'800'000'000;
    EXPECT_TRUE(resolve_time(times).is_clamped);
    EXPECT_EQ(resolve_time(times).timestamp, 0);
}

}  // namespace
}  // namespace icelight::event
