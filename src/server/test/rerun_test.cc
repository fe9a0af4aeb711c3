#include "server/replay/rerun.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "event/codec.h"
#include "event/row.h"
#include "server/replay/dead_letter_query.h"
#include "server/testing/compressed.h"

namespace icelight::server {
namespace {

using ::icelight::testing::IsOk;
using testing::gzip;
using ::testing::HasSubstr;

DeadLetter make_letter(std::string path, std::string raw) {
    return {.offset = 41,
            .path = std::move(path),
            .raw = std::move(raw),
            .content_type = "application/json",
            .source_id = "web",
            .received_at = 1'700'000'000'000'000};
}

event::RowView first_row(const event::ParsedRequest& parsed) {
    const auto row =
        event::decode_row(std::string_view(parsed.rows).substr(0, parsed.row_refs.at(0).bytes));
    EXPECT_THAT(row, IsOk());
    return *row;
}

event::RejectView first_reject(const event::ParsedRequest& parsed) {
    const auto reject =
        event::decode_reject(std::string_view(parsed.rejects).substr(0, parsed.reject_bytes.at(0)));
    EXPECT_THAT(reject, IsOk());
    return *reject;
}

TEST(Rerun, AnEventOfABatchCarriesItsOriginAndAnIdOfIt) {
    const auto parsed = rerun(
        make_letter("batch[3].userId", R"({"type":"track","event":"e","userId":"u"})"), {}, {});
    ASSERT_EQ(parsed.row_refs.size(), 1U);
    const auto row = first_row(parsed);
    EXPECT_EQ(row.text(event::id::kMessageId), "replay-41-0");
    EXPECT_EQ(row.text(event::id::kSourceId), "web");
    EXPECT_EQ(row.timestamp(event::id::kReceivedAt), 1'700'000'000'000'000);
    EXPECT_THAT(row.text(event::id::kIngestInfo), HasSubstr(R"("replay_of":41)"));
}

TEST(Rerun, AWholeBodyIsABatchWhenItCanBe) {
    const auto parsed =
        rerun(make_letter(
                  "", R"({"batch":[{"type":"track","event":"e","userId":"u"},{"type":"track"}]})"),
              {},
              {});
    ASSERT_EQ(parsed.row_refs.size(), 1U);
    EXPECT_EQ(first_row(parsed).text(event::id::kMessageId), "replay-41-0");
    ASSERT_EQ(parsed.reject_bytes.size(), 1U);
    EXPECT_EQ(first_reject(parsed).number(event::rejected_id::kReplayOf), 41);
}

TEST(Rerun, AWholeBodyIsOneEventOtherwise) {
    const auto parsed =
        rerun(make_letter("userId", R"({"type":"track","event":"e","userId":"u","messageId":"m"})"),
              {},
              {});
    ASSERT_EQ(parsed.row_refs.size(), 1U);
    EXPECT_EQ(first_row(parsed).text(event::id::kMessageId), "m");
}

TEST(Rerun, AnEventWithoutATypeIsOfTheTypeThatItsUrlNamed) {
    const std::string event = R"({"event":"e","userId":"u"})";
    for (const char* path : {"track", "track.userId"}) {
        const auto parsed = rerun(make_letter(path, event), {}, {});
        ASSERT_EQ(parsed.row_refs.size(), 1U) << path;
        EXPECT_EQ(first_row(parsed).text(event::id::kType), "track");
    }
    // Nobody said a type.
    for (const char* path : {"", "userId", "batch[0].type", "batch"})
        EXPECT_TRUE(rerun(make_letter(path, event), {}, {}).row_refs.empty()) << path;
    // It is kept for the next replay.
    const auto again = rerun(make_letter("page.userId", "{}"), {}, {});
    EXPECT_EQ(first_reject(again).text(event::rejected_id::kPath), "page.userId");
}

TEST(Rerun, ACompressedBodyIsInflated) {
    const std::string body = R"({"batch":[{"type":"track","event":"e","userId":"u"}]})";
    const auto parsed = rerun(make_letter("", gzip(body)), {}, {});
    ASSERT_EQ(parsed.row_refs.size(), 1U);
    EXPECT_EQ(first_row(parsed).text(event::id::kEvent), "e");
    const auto single = rerun(make_letter("track", gzip(R"({"event":"s","userId":"u"})")), {}, {});
    ASSERT_EQ(single.row_refs.size(), 1U);
    EXPECT_EQ(first_row(single).text(event::id::kEvent), "s");
}

TEST(Rerun, WhatCannotBeInflatedStaysAsItWasSent) {
    const std::string cut = gzip(std::string(1000, 'x')).substr(0, 12);
    const std::string bomb = gzip(std::string(4 << 20, ' '));
    for (const auto& raw : {cut, bomb}) {
        const auto parsed = rerun(make_letter("", raw), {}, {});
        EXPECT_TRUE(parsed.row_refs.empty());
        EXPECT_EQ(first_reject(parsed).text(event::rejected_id::kRaw), raw);
    }
}

TEST(Rerun, ANoteNamesTheRejectItCloses) {
    const std::string bytes = make_stored_before(make_letter("track.userId", "{}"));
    const auto note = event::decode_reject(bytes);
    ASSERT_THAT(note, IsOk());
    EXPECT_EQ(note->number(event::rejected_id::kReplayOf), 41);
    EXPECT_EQ(note->text(event::rejected_id::kStage), "replay");
    EXPECT_EQ(note->text(event::rejected_id::kType), "duplicate");
    EXPECT_EQ(note->text(event::rejected_id::kSourceId), "web");
    EXPECT_EQ(note->timestamp(event::rejected_id::kReceivedAt), 1'700'000'000'000'000);
}

TEST(Rerun, WhatIsStillBadIsOneRejectThatSaysWhatItReplayed) {
    for (const auto& letter : {make_letter("", "{"),
                               make_letter("batch", R"({"batch":[]})"),
                               make_letter("batch[0]", "7"),
                               make_letter("userId", R"({"type":"track","event":"e"})")}) {
        const auto parsed = rerun(letter, {}, {});
        EXPECT_TRUE(parsed.row_refs.empty()) << letter.raw;
        ASSERT_EQ(parsed.reject_bytes.size(), 1U) << letter.raw;
        const auto reject = first_reject(parsed);
        EXPECT_EQ(reject.number(event::rejected_id::kReplayOf), 41) << letter.raw;
        EXPECT_EQ(reject.text(event::rejected_id::kRaw), letter.raw);
        EXPECT_EQ(reject.text(event::rejected_id::kPath).starts_with("batch"),
                  letter.path == "batch")
            << letter.raw;
    }
}

}  // namespace
}  // namespace icelight::server
