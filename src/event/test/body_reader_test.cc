#include "event/body_reader.h"

#include <gtest/gtest.h>

#include "event/limits.h"

namespace icelight::event {
namespace {

BodyVerdict verdict(std::string body, bool is_single = false) {
    BodyReader reader;
    return reader.read(body, is_single);
}

TEST(BodyReader, TellsWhatABodyIs) {
    EXPECT_EQ(verdict(R"({"batch":[{}]})"), BodyVerdict::kOk);
    EXPECT_EQ(verdict(R"({"batch":[]})"), BodyVerdict::kNoBatch);
    EXPECT_EQ(verdict(R"({"batch":{}})"), BodyVerdict::kNoBatch);
    EXPECT_EQ(verdict(R"({"batch":null})"), BodyVerdict::kNoBatch);
    EXPECT_EQ(verdict("{}"), BodyVerdict::kNoBatch);
    EXPECT_EQ(verdict("[]"), BodyVerdict::kNotAnObject);
    EXPECT_EQ(verdict("1"), BodyVerdict::kNotAnObject);
    EXPECT_EQ(verdict(R"("batch")"), BodyVerdict::kNotAnObject);
    EXPECT_EQ(verdict("1", true), BodyVerdict::kOk);
}

TEST(BodyReader, TakesOneJsonTextAndNothingElse) {
    for (const char* body : {"",
                             " ",
                             "\xEF\xBB\xBF{\"batch\":[{}]}",
                             R"({"batch":[{}]} x)",
                             R"({"batch":[{}]}{})",
                             R"({"batch":[{}]},)",
                             R"({"batch":[{}})",
                             R"({"batch":[{},]})",
                             R"({"batch":[{}])",
                             R"({"batch":[{}],})",
                             R"({"batch":[{)",
                             "hello",
                             "{]"})
        EXPECT_EQ(verdict(body), BodyVerdict::kNotJson) << body;
    EXPECT_EQ(verdict(" \n{\"batch\" : [ {} ] }\r\n\t"), BodyVerdict::kOk);
}

TEST(BodyReader, OfTwoBatchesTheLastCounts) {
    BodyReader reader;
    std::string body = R"({"batch":[{"a":1},{"a":1}],"\u0062atch":[{"b":2}]})";
    ASSERT_EQ(reader.read(body, false), BodyVerdict::kOk);
    ASSERT_EQ(reader.events().size(), 1u);
    ASSERT_EQ(reader.others().size(), 1u);
    EXPECT_EQ(reader.text(reader.others()[0]), R"("b":2)");
    EXPECT_EQ(verdict(R"({"batch":[{}],"batch":1})"), BodyVerdict::kNoBatch);
}

TEST(BodyReader, FindsTheEnvelopeOnEitherSideOfTheBatch) {
    BodyReader reader;
    for (
        std::string body :
        {R"({"context":{"library":{"name":"x"}},"sentAt":"t","integrations":{"A":1},"batch":[{}]})",
         R"({"batch":[{}],"context":{"library":{"name":"x"}},"sentAt":"t","integrations":{"A":1}})"}) {
        ASSERT_EQ(reader.read(body, false), BodyVerdict::kOk);
        const EnvelopeSpans& envelope = reader.envelope();
        EXPECT_EQ(reader.text(envelope.context.whole), R"({"library":{"name":"x"}})");
        EXPECT_EQ(reader.text(envelope.context.library_name), R"("x")");
        EXPECT_EQ(reader.text(envelope.integrations), R"({"A":1})");
        EXPECT_EQ(reader.text(envelope.sent_at), R"("t")");
    }
}

TEST(BodyReader, CountsDepthFromTheEventWhereverItStands) {
    BodyReader reader;
    std::string batch = R"({"batch":[{"a":[[1]]},{}]})";
    ASSERT_EQ(reader.read(batch, false), BodyVerdict::kOk);
    EXPECT_EQ(reader.events()[0].depth, 3u);
    EXPECT_EQ(reader.events()[1].depth, 1u);
    std::string single = R"({"context":{"library":{"name":[{}]}}})";
    ASSERT_EQ(reader.read(single, true), BodyVerdict::kOk);
    EXPECT_EQ(reader.events()[0].depth, 5u);
}

TEST(BodyReader, StopsAtTheFirstEventTooMany) {
    std::string events = "{}";
    for (std::size_t i = 1; i < kBatchEventsMax; ++i)
        events += ",{}";
    EXPECT_EQ(verdict(R"({"batch":[)" + events + "]}"), BodyVerdict::kOk);
    EXPECT_EQ(verdict(R"({"batch":[)" + events + ",{}]}"), BodyVerdict::kTooManyEvents);
    EXPECT_EQ(verdict(R"({"batch":[)" + events + ",{"), BodyVerdict::kTooManyEvents);
}

TEST(BodyReader, ALaterNullTakesAMemberAway) {
    BodyReader reader;
    std::string body = R"({"userId":"u","userId":null,"context":{"traits":{}},"context":null})";
    ASSERT_EQ(reader.read(body, true), BodyVerdict::kOk);
    const EventSpans& event = reader.events()[0];
    EXPECT_TRUE(event.field(Field::kUserId).is_empty());
    EXPECT_TRUE(event.field(Field::kContext).is_empty());
    EXPECT_TRUE(event.context.traits.is_empty());
}

}  // namespace
}  // namespace icelight::event
