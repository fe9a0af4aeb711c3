#include "event/parse.h"

#include <gtest/gtest.h>

#include "event/limits.h"
#include "event/testing/corpus.h"
#include "event/testing/decoded.h"
#include "event/testing/fuzz_entry.h"

namespace icelight::event {
namespace {

using testing::Decoded;
using testing::make_facts;
using testing::parse_and_decode;
using testing::parse_batch;

const std::string kGoodEvent = R"({"type":"page","userId":"u"})";

std::string nested(std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
}

TEST(ParseBatch, OneBadEventDoesNotRejectItsNeighbours) {
    std::string events;
    for (int i = 0; i < 100; ++i) {
        if (i != 0) events += ',';
        events += i == 42 ? std::string("{}")
                          : R"({"type":"page","userId":"u","messageId":)" + std::to_string(i) + "}";
    }
    const Decoded decoded = parse_batch(events);
    ASSERT_EQ(decoded.rows.size(), 99u);
    ASSERT_EQ(decoded.rejects.size(), 1u);
    EXPECT_EQ(decoded.parsed.errors[0].index, 42u);
    EXPECT_EQ(decoded.parsed.errors[0].path, "batch[42]");
    EXPECT_EQ(decoded.rows[41].text(id::kMessageId), "41");
    EXPECT_EQ(decoded.rows[42].text(id::kMessageId), "43");
    EXPECT_FALSE(decoded.parsed.is_whole_request_bad);
}

TEST(ParseBatch, ABodyThatIsNotJsonIsOneReject) {
    const std::string start = R"({"batch":[)" + kGoodEvent;
    for (const std::string& body : {std::string(),
                                    std::string("{"),
                                    start,
                                    start + "]",
                                    start + "]} x",
                                    "\xEF\xBB\xBF" + start + "]}",
                                    start + R"(,{"a":1,}]})",
                                    start + R"(,{"a":01}]})",
                                    start + R"(,{"a":1.}]})",
                                    start + R"(,{"a":tru}]})",
                                    start + R"(,{"a":[1}]}]})",
                                    start + ",{\"a\":\"\xff\"}]}",
                                    std::string("\x1f\x8b\x08\x00", 4)}) {
        const Decoded decoded = parse_and_decode(body, make_facts());
        EXPECT_TRUE(decoded.rows.empty()) << body;
        EXPECT_EQ(decoded.rejects.size(), 1u) << body;
        EXPECT_TRUE(decoded.parsed.is_whole_request_bad);
        EXPECT_EQ(decoded.parsed.request_error, "Invalid JSON body");
        EXPECT_EQ(decoded.parsed.received, 1u);
    }
}

TEST(ParseBatch, ABatchThatIsMissingOrEmptyIsOneReject) {
    for (const char* body : {"{}", R"({"batch":[]})", R"({"batch":null})", R"({"batch":"x"})"}) {
        const Decoded decoded = parse_and_decode(body, make_facts());
        EXPECT_EQ(decoded.parsed.request_error, "batch must be a non-empty array") << body;
        ASSERT_EQ(decoded.rejects.size(), 1u) << body;
        EXPECT_EQ(decoded.rejects[0].text(rejected_id::kPath), "batch");
    }
    EXPECT_EQ(parse_and_decode("[]", make_facts()).parsed.request_error,
              "Request body must be an object");
}

TEST(ParseBatch, MoreThanTenThousandEventsLeaveNothing) {
    std::string events = kGoodEvent;
    for (std::size_t i = 1; i < kBatchEventsMax; ++i)
        events += "," + kGoodEvent;
    EXPECT_EQ(parse_batch(events).rows.size(), kBatchEventsMax);
    const Decoded decoded = parse_batch(events + "," + kGoodEvent);
    EXPECT_TRUE(decoded.parsed.is_too_large);
    EXPECT_TRUE(decoded.parsed.is_whole_request_bad);
    EXPECT_EQ(decoded.parsed.received, 0u);
    EXPECT_TRUE(decoded.rejects.empty());
}

TEST(ParseBatch, AnEventOfDepth64IsTakenAndOf65RefusedAlone) {
    // The event object is the first level.
    const std::string fits = R"({"type":"page","userId":"u","x":)" + nested(63) + "}";
    const std::string deep = R"({"type":"page","userId":"u","x":)" + nested(64) + "}";
    const Decoded decoded = parse_batch(fits + "," + deep + "," + kGoodEvent);
    EXPECT_EQ(decoded.rows.size(), 2u);
    ASSERT_EQ(decoded.rejects.size(), 1u);
    EXPECT_EQ(decoded.parsed.errors[0].path, "batch[1]");
    EXPECT_EQ(decoded.parsed.errors[0].code, "too_deep");
    // In a context, and through the envelope, the same.
    EXPECT_EQ(parse_batch(kGoodEvent, R"(,"context":{"a":)" + nested(62) + "}").rows.size(), 1u);
    EXPECT_EQ(parse_batch(kGoodEvent, R"(,"context":{"a":)" + nested(63) + "}").rejects.size(), 1u);
    EXPECT_EQ(parse_batch(kGoodEvent, R"(,"other":)" + nested(5'000)).rows.size(), 1u);
}

TEST(ParseBatch, AnEventOf512KiBIsTakenAndOneByteMoreRefusedAlone) {
    const std::string start = R"({"type":"page","userId":"u","x":")";
    const std::string fits = start + std::string(kEventBytesMax - start.size() - 2, 'x') + "\"}";
    const std::string large = start + std::string(kEventBytesMax - start.size() - 1, 'x') + "\"}";
    ASSERT_EQ(fits.size(), kEventBytesMax);
    const Decoded decoded = parse_batch(fits + "," + large + "," + kGoodEvent);
    EXPECT_EQ(decoded.rows.size(), 2u);
    ASSERT_EQ(decoded.rejects.size(), 1u);
    EXPECT_EQ(decoded.parsed.errors[0].code, "too_large");
    EXPECT_EQ(decoded.rejects[0].text(rejected_id::kRaw).size(), kRejectRawBytesMax);
}

TEST(ParseBatch, AnEnvelopeCannotBeMultipliedWithoutBound) {
    std::string events = kGoodEvent;
    for (int i = 1; i < 100; ++i)
        events += "," + kGoodEvent;
    const std::string context = R"(,"context":{"a":")" + std::string(200'000, 'x') + "\"}";
    EXPECT_TRUE(parse_batch(events, context).parsed.is_too_large);
    EXPECT_EQ(parse_batch(kGoodEvent, context).rows.size(), 1u);
}

TEST(ParseBatch, TenThousandKeysAreKept) {
    std::string keys;
    for (int i = 0; i < 10'000; ++i)
        keys += ",\"k" + std::to_string(i) + "\":" + std::to_string(i);
    const Decoded decoded = parse_batch(R"({"type":"page","userId":"u")" + keys + "}");
    ASSERT_EQ(decoded.rows.size(), 1u);
    EXPECT_EQ(decoded.rows[0].text(id::kExtra), "{" + keys.substr(1) + "}");
}

TEST(WriteKey, IsTakenFromTheEnvelopeElseFromAnEventAndIsInNoRow) {
    const auto key_of = [](std::string body, std::string_view route_type) {
        const Decoded decoded = parse_and_decode(std::move(body), make_facts(route_type));
        for (const RowView& row : decoded.rows)
            EXPECT_TRUE(row.is_null(id::kExtra));
        return decoded.parsed.write_key;
    };
    const std::string keyed = R"({"type":"page","userId":"u","writeKey":"event"})";
    EXPECT_EQ(key_of(R"({"writeKey":"k","batch":[)" + keyed + "]}", ""), "k");
    EXPECT_EQ(key_of(R"({"batch":[)" + keyed + R"(],"wr\u0069teKey":"\u006b\""})", ""), "k\"");
    EXPECT_EQ(key_of(R"({"batch":[)" + keyed + "]}", ""), "event");
    EXPECT_EQ(key_of(keyed, "page"), "event");
    EXPECT_EQ(key_of(R"({"writeKey":"k","batch":[]})", ""), "k")
        << "also of a body that is refused";
    EXPECT_EQ(key_of(R"({"writeKey":"k","userId":"u")", "page"), "") << "no JSON, no key";
    for (const char* value : {"7", "null", R"({"a":1})"})
        EXPECT_EQ(key_of(R"({"userId":"u","writeKey":)" + std::string(value) + "}", "page"), "");
    const std::string longest(kWriteKeyBytesMax, 'k');
    EXPECT_EQ(key_of(R"({"userId":"u","writeKey":")" + longest + "\"}", "page"), longest);
    EXPECT_EQ(key_of(R"({"userId":"u","writeKey":"k)" + longest + "\"}", "page"), "");
}

TEST(NameSource, IsAskedOnceWithTheKeyAndItsAnswerIsInEveryRow) {
    std::vector<std::string> asked;
    const NameSource name_source = [&asked](std::string_view key, RequestFacts& facts) {
        asked.emplace_back(key);
        facts.source_id = "shop";
        facts.remote_ip = "203.0.113.0";
        return !key.empty();
    };
    RequestFacts facts = make_facts("");
    facts.name_source = &name_source;
    const std::string body =
        R"({"batch":[{"type":"page","userId":"u"},{"type":"page","userId":"v"}],"writeKey":"k"})";
    const Decoded decoded = parse_and_decode(body, facts);
    ASSERT_EQ(decoded.rows.size(), 2U);
    EXPECT_EQ(decoded.rows[1].text(id::kSourceId), "shop");
    EXPECT_NE(decoded.rows[1].text(id::kIngestInfo).find("203.0.113.0"), std::string_view::npos);
    for (const char* unwanted : {R"({"batch":[{"type":"page","userId":"u"}]})", "{", "[]"}) {
        const Decoded nothing = parse_and_decode(unwanted, facts);
        EXPECT_EQ(nothing.parsed.received, 0U) << unwanted;
        EXPECT_TRUE(nothing.parsed.rejects.empty()) << unwanted;
        EXPECT_TRUE(nothing.parsed.errors.empty()) << unwanted;
    }
    EXPECT_EQ(asked, (std::vector<std::string>{"k", "", "", ""}));
}

TEST(ParseSingle, ErrorsHaveNoPath) {
    const Decoded decoded = parse_and_decode(R"({"event":"e"})", make_facts("track"));
    ASSERT_EQ(decoded.parsed.errors.size(), 1u);
    EXPECT_EQ(decoded.parsed.errors[0].path, "");
    EXPECT_EQ(decoded.parsed.errors[0].message, "Event must have either userId or anonymousId");
    EXPECT_EQ(decoded.rejects[0].text(rejected_id::kPath), "track.userId");
    EXPECT_EQ(parse_and_decode("[]", make_facts("track")).parsed.errors[0].code, "type_mismatch");
    EXPECT_TRUE(parse_and_decode("[", make_facts("track")).parsed.is_whole_request_bad);
}

TEST(Fingerprints, StandForSourceAndMessage) {
    auto facts = make_facts();
    const std::string body = R"({"batch":[{"type":"page","userId":"u","messageId":7},
        {"type":"track","event":"e","userId":"v","messageId":"\u0037"},
        {"type":"page","userId":"u","messageId":"8"}]})";
    const auto refs = parse_and_decode(body, facts).parsed.row_refs;
    ASSERT_EQ(refs.size(), 3u);
    EXPECT_EQ(refs[0].fingerprint, make_fingerprint(testing::kKey, "default", "7"));
    EXPECT_EQ(refs[0].fingerprint, refs[1].fingerprint);
    EXPECT_FALSE(refs[0].fingerprint == refs[2].fingerprint);
    facts.source_id = "other";
    EXPECT_FALSE(parse_and_decode(body, facts).parsed.row_refs[0].fingerprint ==
                 refs[0].fingerprint);
}

TEST(Parser, CanBeUsedAgainAfterAnyRequest) {
    Parser parser;
    testing::RandomJson random(3);
    testing::Corpus corpus(3);
    const std::string batch = corpus.batch(20);
    const std::string expected = parser.parse(batch, make_facts()).rows;
    for (int round = 0; round < 300; ++round) {
        parser.parse(random.damage(batch), make_facts());
        parser.parse(std::string(random.below(3'000'000), '['), make_facts());
        round += 10;
        ASSERT_EQ(parser.parse(batch, make_facts()).rows, expected);
    }
}

TEST(Parser, NoBytesOfAnyKindBreakIt) {
    testing::RandomJson random(13);
    auto fuzz = [](const std::string& body) {
        testing::fuzz_parse(reinterpret_cast<const std::uint8_t*>(body.data()), body.size());
    };
    for (int round = 0; round < 3'000; ++round) {
        const std::string event = random.damage(random.event());
        fuzz(event);
        std::string body = R"({"batch":[)";
        body += event;
        body += ',';
        body += random.event();
        body += ']';
        body += random.damage(R"(,"context":)" + random.value(2));
        body += '}';
        fuzz(body);
    }
}

}  // namespace
}  // namespace icelight::event
