#include "event/row_builder.h"

#include <gtest/gtest.h>

#include "base/ids.h"
#include "event/limits.h"
#include "event/testing/decoded.h"

namespace icelight::event {
namespace {

using testing::Decoded;
using testing::make_facts;
using testing::parse_and_decode;
using testing::parse_batch;

/// The one row of a track event with an anonymous id and `members` more.
RowView row_of(Decoded& decoded, const std::string& members, const std::string& envelope = "") {
    decoded =
        parse_batch(R"({"type":"track","event":"E","anonymousId":"a")" + members + "}", envelope);
    EXPECT_EQ(decoded.rows.size(), 1u) << members;
    return decoded.rows.empty() ? RowView{} : decoded.rows[0];
}

/// The message of the one event, which is refused.
std::string refusal_of(const std::string& event) {
    const Decoded decoded = parse_batch(event);
    EXPECT_TRUE(decoded.rows.empty()) << event;
    if (decoded.parsed.errors.size() != 1) return "";
    EXPECT_EQ(decoded.parsed.errors[0].path, "batch[0]");
    return decoded.parsed.errors[0].code + ": " + decoded.parsed.errors[0].message;
}

TEST(EventRules, NameTheMemberThatIsMissingOrWrong) {
    const std::string no_identity = "missing_field: Event must have either userId or anonymousId";
    const std::string wrong_kind = "type_mismatch: Ids and names must be strings or numbers";
    const std::pair<std::string, std::string> cases[] = {
        {"1", "type_mismatch: Event must be an object"},
        {"null", "type_mismatch: Event must be an object"},
        {"[]", "type_mismatch: Event must be an object"},
        {"{}", "missing_field: Event must have a type"},
        {R"({"type":"page"})", no_identity},
        {R"({"type":"page","anonymousId":null})", no_identity},
        {R"({"type":"page","anonymousId":"","userId":" "})", no_identity},
        {R"({"type":"page","groupId":"g","previousId":"p"})", no_identity},
        {R"({"type":"page","userId":{}})", wrong_kind},
        {R"({"type":"page","userId":"u","anonymousId":[]})", wrong_kind},
        {R"({"type":"page","userId":true})", wrong_kind},
        {R"({"type":"page","userId":"u","messageId":{}})", wrong_kind},
        {R"({"type":{},"userId":"u"})", wrong_kind},
        {R"({"type":"track","userId":"u"})", "missing_field: Track event must have an event name"},
        {R"({"type":"track","userId":"u","event":""})",
         "missing_field: Track event must have an event name"},
        {R"({"type":"group","userId":"u"})", "missing_field: Group event must have a groupId"},
        {R"({"type":"alias","userId":"u"})", "missing_field: Alias event must have a previousId"},
    };
    for (const auto& [event, message] : cases)
        EXPECT_EQ(refusal_of(event), message) << event;
    EXPECT_TRUE(refusal_of(R"({"type":"Track","userId":"u"})").starts_with("invalid_value: "));
}

TEST(EventRules, TakeEveryTypeAndAScreenWithoutName) {
    for (const char* event : {R"({"type":"track","userId":"u","event":"e"})",
                              R"({"type":"identify","userId":"u"})",
                              R"({"type":"page","userId":"u"})",
                              R"({"type":"screen","userId":"u"})",
                              R"({"type":"group","userId":"u","groupId":0})",
                              R"({"type":"alias","userId":"u","previousId":"p"})",
                              R"({"type":"merge","userId":"u","mergeProperties":[]})"})
        EXPECT_EQ(parse_batch(event).rows.size(), 1u) << event;
}

TEST(Ids, NumbersBecomeTheirTextByteExact) {
    for (const char* number :
         {"0", "-0", "1.50", "1e400", "9007199254740993", "123456789012345678901234567890"}) {
        Decoded decoded;
        std::string members;
        for (const char* name : {"userId", "messageId", "groupId"}) {
            members += ",\"";
            members += name;
            members += "\": ";
            members += number;
        }
        const RowView row = row_of(decoded, members);
        EXPECT_EQ(row.text(id::kUserId), number);
        EXPECT_EQ(row.text(id::kMessageId), number);
        EXPECT_EQ(row.text(id::kGroupId), number);
    }
}

TEST(Ids, ANulEscapeIsANulByte) {
    Decoded decoded;
    const RowView row = row_of(decoded, R"(,"userId":"a\u0000b","name":"\u0000")");
    EXPECT_EQ(row.text(id::kUserId), std::string_view("a\0b", 3));
    EXPECT_EQ(row.text(id::kName), std::string_view("\0", 1));
}

TEST(Ids, EscapesAreResolvedAndLoneSurrogatesReplaced) {
    Decoded decoded;
    const RowView row = row_of(decoded, R"(,"userId":"\u00e9\ud83d\ude00\"","groupId":"x\ud800y")");
    EXPECT_EQ(row.text(id::kUserId), "é😀\"");
    EXPECT_EQ(row.text(id::kGroupId), "x\xEF\xBF\xBDy");
    EXPECT_NE(row.text(id::kIngestInfo).find(R"("repaired":1)"), std::string_view::npos);
}

TEST(Ids, BlankIdsAreNull) {
    Decoded decoded;
    const RowView row = row_of(decoded, R"(,"userId":"","groupId":" \t","name":"")");
    EXPECT_TRUE(row.is_null(id::kUserId));
    EXPECT_TRUE(row.is_null(id::kGroupId));
    EXPECT_FALSE(row.is_null(id::kName));
}

TEST(MessageId, IsMadeWhenBlankOrMissing) {
    for (const char* members :
         {"", R"(,"messageId":"")", R"(,"messageId":"  ")", R"(,"messageId":null)"}) {
        Decoded decoded;
        const auto uuid = find_uuid(row_of(decoded, members).text(id::kMessageId));
        ASSERT_TRUE(uuid) << members;
        EXPECT_EQ(uuid->bytes[6] >> 4, 7);
    }
}

TEST(MessageId, OfAReplayIsMadeFromTheOffset) {
    auto facts = make_facts();
    facts.replay_of = 77;
    const std::string body = R"({"batch":[{"type":"page","userId":"u"},{"type":"page","userId":"u"},
        {"type":"page","userId":"u","messageId":"m"}]})";
    const Decoded first = parse_and_decode(body, facts);
    const Decoded again = parse_and_decode(body, facts);
    ASSERT_EQ(first.rows.size(), 3u);
    EXPECT_EQ(first.rows[0].text(id::kMessageId), make_replay_message_id(77, 0));
    EXPECT_EQ(first.rows[1].text(id::kMessageId), make_replay_message_id(77, 1));
    EXPECT_EQ(first.rows[2].text(id::kMessageId), "m");
    EXPECT_EQ(first.parsed.row_refs[0].fingerprint, again.parsed.row_refs[0].fingerprint);
    EXPECT_NE(first.rows[0].text(id::kIngestInfo).find(R"("replay_of":77)"),
              std::string_view::npos);
}

TEST(MessageId, Of256BytesIsTakenAndOneMoreIsNot) {
    Decoded decoded;
    const std::string fits(kMessageIdBytesMax, 'm');
    EXPECT_EQ(row_of(decoded, R"(,"messageId":")" + fits + '"').text(id::kMessageId), fits);
    const std::string event = R"({"type":"page","userId":"u","messageId":")" + fits + R"(m"})";
    EXPECT_EQ(refusal_of(event), "too_large: messageId is longer than 256 bytes");
}

TEST(Columns, HoldJsonAsItWasSent) {
    Decoded decoded;
    const std::string json = R"({ "z" : 1.10,"a":[ 1e400 , 12345678901234567890123],"a":"\u0000"})";
    const RowView row = row_of(decoded,
                               R"(,"properties": )" + json + R"( , "traits":)" + json +
                                   R"(,"context":)" + json + R"(,"integrations":)" + json);
    for (const int column : {id::kProperties, id::kTraits, id::kContext, id::kIntegrations})
        EXPECT_EQ(row.text(column), json);
}

TEST(Columns, TraitsOfTheContextStandInForMissingOnes) {
    Decoded decoded;
    EXPECT_EQ(row_of(decoded, R"(,"context":{"traits":{"a": 1}})").text(id::kTraits),
              R"({"a": 1})");
    EXPECT_EQ(row_of(decoded, R"(,"traits":{},"context":{"traits":{"a":1}})").text(id::kTraits),
              "{}");
    EXPECT_EQ(row_of(decoded, R"(,"traits":null,"context":{"traits":[1]})").text(id::kTraits),
              "[1]");
    EXPECT_TRUE(row_of(decoded, R"(,"context":{"traits":null})").is_null(id::kTraits));
}

TEST(Columns, ExtraHoldsEveryOtherMember) {
    Decoded decoded;
    const RowView row = row_of(
        decoded, R"(,"channel" : "web","x":[1, 2],"x":{},"\u0079":null,"__proto__":{"p":1})");
    EXPECT_EQ(row.text(id::kExtra),
              R"({"channel" : "web","x":[1, 2],"x":{},"\u0079":null,"__proto__":{"p":1}})");
    EXPECT_TRUE(row_of(decoded, "").is_null(id::kExtra));
}

TEST(Columns, ExtraKeepsTimesThatCouldNotBeRead) {
    Decoded decoded;
    const RowView row = row_of(decoded, R"(,"timestamp":"soon","sentAt":{},"x":1)");
    EXPECT_EQ(row.text(id::kExtra), R"({"timestamp":"soon","sentAt":{},"x":1})");
    EXPECT_EQ(row.timestamp(id::kTimestamp), testing::kReceivedAt);
}

TEST(Columns, EscapedSpellingsCountAndTheLastOfTwoWins) {
    Decoded decoded;
    const RowView row = row_of(decoded, R"(,"use\u0072Id":"u1","userId":"u2","\u0065vent":"last")");
    EXPECT_EQ(row.text(id::kUserId), "u2");
    EXPECT_EQ(row.text(id::kEvent), "last");
    EXPECT_TRUE(row.is_null(id::kExtra));
}

TEST(SingleRoute, ThePathDecidesTheTypeAndExtraKeepsTheOther) {
    Decoded decoded =
        parse_and_decode(R"({"type":"page","userId":"u","event":"e"})", make_facts("track"));
    ASSERT_EQ(decoded.rows.size(), 1u);
    EXPECT_EQ(decoded.rows[0].text(id::kType), "track");
    EXPECT_EQ(decoded.rows[0].text(id::kExtra), R"({"type":"page"})");
    decoded = parse_and_decode(R"({"\u0074ype":"trac\u006b","userId":"u","event":"e"})",
                               make_facts("track"));
    ASSERT_EQ(decoded.rows.size(), 1u);
    EXPECT_TRUE(decoded.rows[0].is_null(id::kExtra));
    decoded = parse_and_decode(R"({"type":{},"userId":"u","event":"e"})", make_facts("track"));
    ASSERT_EQ(decoded.rows.size(), 1u);
    EXPECT_EQ(decoded.rows[0].text(id::kExtra), R"({"type":{}})");
}

TEST(Envelope, ContextAndIntegrationsAreLentToEvents) {
    Decoded decoded;
    const std::string envelope =
        R"(,"context":{"library":{"name":"analytics-go"},"ip": "::1"},"integrations":{"A":true})";
    RowView row = row_of(decoded, "", envelope);
    EXPECT_EQ(row.text(id::kContext), R"({"library":{"name":"analytics-go"},"ip": "::1"})");
    EXPECT_EQ(row.text(id::kIntegrations), R"({"A":true})");
    EXPECT_NE(row.text(id::kIngestInfo).find("segment"), std::string_view::npos);
    row = row_of(decoded, R"(,"context":{"ip":"own"},"integrations":{"B":{}})", envelope);
    EXPECT_EQ(row.text(id::kContext), R"({"ip":"own","library":{"name":"analytics-go"}})");
    EXPECT_EQ(row.text(id::kIntegrations), R"({"B":{},"A":true})");
}

TEST(Envelope, OtherMembersAreNotTheEvents) {
    Decoded decoded;
    const RowView row = row_of(
        decoded, "", R"(,"messageId":"no","timestamp":"2020-01-01","userId":"no","writeKey":"k")");
    EXPECT_NE(row.text(id::kMessageId), "no");
    EXPECT_TRUE(row.is_null(id::kUserId));
    EXPECT_TRUE(row.is_null(id::kOriginalTimestamp));
    EXPECT_TRUE(row.is_null(id::kExtra));
}

TEST(IngestInfoColumn, FlagsBotsIllegalIdsAndTheAddress) {
    auto facts = make_facts();
    facts.remote_ip = "203.0.113.9\xff\"";
    const Decoded decoded = parse_and_decode(
        R"({"batch":[{"type":"page","userId":"NULL","anonymousId":"x",
            "context":{"userAgent":"Goog\u006cebot"}}]})",
        facts);
    ASSERT_EQ(decoded.rows.size(), 1u);
    EXPECT_EQ(decoded.rows[0].text(id::kIngestInfo),
              R"({"rule":"plain","ip":"203.0.113.9?\"","bot":true,"illegal_ids":["user_id"]})");
}

}  // namespace
}  // namespace icelight::event
