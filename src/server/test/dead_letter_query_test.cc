#include "server/replay/dead_letter_query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"

namespace icelight::server {
namespace {

using ::icelight::testing::HasMessage;
using ::icelight::testing::IsError;
using ::icelight::testing::IsOk;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const DeadLetterTables& tables() {
    static const DeadLetterTables kTables("an\"alytics", "events");
    return kTables;
}

TEST(ReplayRequest, ReadsEveryMember) {
    const auto request = parse_replay_request(
        R"({"offsets":[3,1],"stage":"parse","source":"web","from":"2026-11-01T00:00:00Z",)"
        R"("to":"2026-11-02","limit":7,"below":9,"dry_run":true})");
    ASSERT_THAT(request, IsOk());
    EXPECT_THAT(request->offsets, ElementsAre(3U, 1U));
    EXPECT_EQ(request->stage, "parse");
    EXPECT_EQ(request->source, "web");
    EXPECT_EQ(*request->to - *request->from, 86'400'000'000);
    EXPECT_EQ(request->limit, 7U);
    EXPECT_EQ(request->below, 9U);
    EXPECT_TRUE(request->is_dry_run);
    EXPECT_EQ(parse_replay_request("{}")->limit, kReplayLimitDefault);
}

TEST(ReplayRequest, RefusesWhatItDoesNotKnowAndNamesIt) {
    for (const auto& [body, word] : std::initializer_list<std::pair<const char*, const char*>>{
             {"", "Invalid JSON body"},
             {"[]", "Invalid JSON body"},
             {R"({"offset":1})", "offset"},
             {R"({"offsets":[]})", "offsets"},
             {R"({"offsets":[-1]})", "offsets"},
             {R"({"offsets":[1.5]})", "offsets"},
             {R"({"offsets":7})", "offsets"},
             {R"({"stage":1})", "stage"},
             {"{\"source\":\"a\\u0000b\"}", "source"},
             {R"({"from":"yesterday"})", "from"},
             {R"({"to":5})", "to"},
             {R"({"below":-1})", "below"},
             {R"({"limit":0})", "limit"},
             {R"({"limit":10001})", "limit"},
             {R"({"dry_run":"no"})", "dry_run"}})
        EXPECT_THAT(parse_replay_request(body),
                    AllOf(IsError(ErrorCode::kInvalidArgument), HasMessage(word)))
            << body;
}

TEST(DeadLetterSql, QuotesNamesAndValues) {
    ReplayRequest request;
    request.stage = "it's";
    request.offsets = {5, 9};
    request.from = 1;
    request.to = 2;
    request.below = 77;
    for (const auto& sql : {totals_sql(tables(), request),
                            candidates_sql(tables(), request),
                            not_replayable_sql(tables(), request)}) {
        EXPECT_THAT(sql, HasSubstr(R"("an""alytics"."events__rejected" r)")) << sql;
        EXPECT_THAT(sql, HasSubstr(R"(FROM "an""alytics"."events" WHERE)")) << sql;
        EXPECT_THAT(sql, HasSubstr("r.stage = 'it''s'")) << sql;
        EXPECT_THAT(sql, HasSubstr("r._log_offset IN (5,9)")) << sql;
        EXPECT_THAT(sql, HasSubstr("epoch_us(r.received_at) >= 1")) << sql;
        EXPECT_THAT(sql, HasSubstr("epoch_us(r.received_at) < 2")) << sql;
        EXPECT_THAT(sql, HasSubstr("r._log_offset < 77")) << sql;
    }
    EXPECT_THAT(candidates_sql(tables(), {}), Not(HasSubstr("r.stage =")));
    EXPECT_THAT(candidates_sql(tables(), {}), HasSubstr("r.stage <> 'replay'"));
}

TEST(DeadLetterReplies, AreDecoded) {
    const auto totals =
        decode_totals(R"({"data":[{"matched":5,"replayed":2,"not_replayable":1}]})");
    ASSERT_THAT(totals, IsOk());
    EXPECT_EQ(totals->matched, 5U);
    EXPECT_EQ(totals->replayed, 2U);
    EXPECT_EQ(totals->not_replayable, 1U);

    EXPECT_THAT(*decode_candidates(R"({"data":[{"o":1},{"o":4}]})"), ElementsAre(1U, 4U));

    const auto letters = decode_dead_letters(
        R"({"data":[{"o":4,"path":"batch[0]","raw":"7B00FF7D","content_type":null,)"
        R"("source_id":"web","received_us":1700000000000000}]})");
    ASSERT_THAT(letters, IsOk());
    ASSERT_EQ(letters->size(), 1U);
    const DeadLetter& letter = letters->front();
    EXPECT_EQ(letter.offset, 4U);
    EXPECT_EQ(letter.path, "batch[0]");
    EXPECT_EQ(letter.raw, std::string("{\0\xff}", 4));
    EXPECT_EQ(letter.content_type, "");
    EXPECT_EQ(letter.source_id, "web");
    EXPECT_EQ(letter.received_at, 1'700'000'000'000'000);

    EXPECT_EQ(*describe_not_replayable(
                  R"({"data":[{"o":1,"s":"parse","b":70000},{"o":2,"s":"flush","b":10}]})"),
              R"([{"offset":1,"reason":"only the first 64 KiB of 70000 bytes were kept"},)"
              R"({"offset":2,"reason":"stage flush: a stored row that could not be written"}])");
}

TEST(DeadLetterReplies, ThatAreNoneAreErrors) {
    for (const char* reply : {"", "[]", "{}", R"({"data":{}})", R"({"data":[1]})"})
        EXPECT_THAT(decode_candidates(reply), IsError(ErrorCode::kCorruption)) << reply;
}

}  // namespace
}  // namespace icelight::server
