#include "event/reject_builder.h"

#include <gtest/gtest.h>

#include "base/hash.h"
#include "event/limits.h"
#include "event/testing/decoded.h"

namespace icelight::event {
namespace {

using testing::Decoded;
using testing::make_facts;
using testing::parse_and_decode;
using testing::parse_batch;

TEST(Rejects, HoldTheEventsOwnBytesAsSent) {
    const std::string bad = R"({ "type":"track","userId":"u\ud800","messageId":"m-1" })";
    auto facts = make_facts();
    facts.content_type = "text/plain\xff";
    facts.source_id = "web";
    const Decoded decoded =
        parse_and_decode(R"({"batch":[{"type":"page","userId":"\ud800"}, )" + bad + "]}", facts);
    ASSERT_EQ(decoded.rejects.size(), 1u);
    ASSERT_EQ(decoded.rows.size(), 1u);
    const RejectView& reject = decoded.rejects[0];
    EXPECT_EQ(reject.text(rejected_id::kStage), "validate");
    EXPECT_EQ(reject.text(rejected_id::kFamily), "validation");
    EXPECT_EQ(reject.text(rejected_id::kType), "missing_field");
    EXPECT_EQ(reject.text(rejected_id::kPath), "batch[1].event");
    EXPECT_EQ(reject.text(rejected_id::kDetail), "Track event must have an event name");
    EXPECT_EQ(reject.text(rejected_id::kRaw), bad);
    EXPECT_EQ(reject.number(rejected_id::kRawBytes), static_cast<std::int64_t>(bad.size()));
    EXPECT_EQ(reject.text(rejected_id::kRawSha256), sha256_hex(bad));
    EXPECT_EQ(reject.text(rejected_id::kContentType), "text/plain?");
    EXPECT_EQ(reject.text(rejected_id::kSourceId), "web");
    EXPECT_EQ(reject.text(rejected_id::kMessageId), "m-1");
    EXPECT_EQ(reject.timestamp(rejected_id::kReceivedAt), testing::kReceivedAt);
    EXPECT_TRUE(reject.is_null(rejected_id::kReplayOf));
    // The good neighbour stays repaired.
    EXPECT_EQ(decoded.rows[0].text(id::kUserId), "\xEF\xBF\xBD");
}

TEST(Rejects, HoldTheHeadOfWhatIsLong) {
    const std::string body(kRejectRawBytesMax + 10, '[');
    const Decoded decoded = parse_and_decode(body, make_facts());
    ASSERT_EQ(decoded.rejects.size(), 1u);
    EXPECT_EQ(decoded.rejects[0].text(rejected_id::kRaw), body.substr(0, kRejectRawBytesMax));
    EXPECT_EQ(decoded.rejects[0].number(rejected_id::kRawBytes),
              static_cast<std::int64_t>(body.size()));
    EXPECT_EQ(decoded.rejects[0].text(rejected_id::kRawSha256), sha256_hex(body));
}

TEST(Rejects, OfBodiesThatAreNotJsonHoldTheWholeBody) {
    const std::string body = R"({"batch":[{"type":"page","userId":"\ud800"},{"type":tru}]})";
    auto facts = make_facts();
    facts.replay_of = 5;
    const Decoded decoded = parse_and_decode(body, facts);
    ASSERT_EQ(decoded.rejects.size(), 1u);
    const RejectView& reject = decoded.rejects[0];
    EXPECT_EQ(reject.text(rejected_id::kStage), "parse");
    EXPECT_EQ(reject.text(rejected_id::kFamily), "deserialization");
    EXPECT_EQ(reject.text(rejected_id::kType), "parse_failure");
    EXPECT_EQ(reject.text(rejected_id::kPath), "");
    EXPECT_EQ(reject.text(rejected_id::kRaw), body);
    EXPECT_EQ(reject.number(rejected_id::kReplayOf), 5);
    EXPECT_TRUE(reject.is_null(rejected_id::kMessageId));
}

TEST(Rejects, OfSingleRoutesSayWhatTheUrlSaid) {
    auto facts = make_facts();
    facts.path = Path::kSingle;
    facts.route_type = "track";
    const Decoded event = parse_and_decode(R"({"event":"e"})", facts);
    ASSERT_EQ(event.rejects.size(), 1u);
    EXPECT_EQ(event.rejects[0].text(rejected_id::kPath), "track.userId");
    const Decoded body = parse_and_decode("{", facts);
    ASSERT_EQ(body.rejects.size(), 1u);
    EXPECT_EQ(body.rejects[0].text(rejected_id::kPath), "track");
}

TEST(Rejects, CanBeReplayedFromTheirRawBytes) {
    const Decoded first = parse_batch(R"({"type":"group","userId":"u","messageId":"m"})");
    ASSERT_EQ(first.rejects.size(), 1u);
    std::string raw(first.rejects[0].text(rejected_id::kRaw));
    raw.insert(1, R"("groupId":"g",)");
    auto facts = make_facts();
    facts.path = Path::kReplay;
    facts.replay_of = 9;
    const Decoded replayed = parse_and_decode(raw, facts);
    ASSERT_EQ(replayed.rows.size(), 1u);
    EXPECT_EQ(replayed.rows[0].text(id::kType), "group");
}

}  // namespace
}  // namespace icelight::event
