#include <gtest/gtest.h>

#include "event/event_fields.h"
#include "event/testing/corpus.h"
#include "event/testing/decoded.h"
#include "event/testing/json_reader.h"

namespace icelight::event {
namespace {

using testing::Decoded;
using testing::JsonValue;

/// `json` with its lone surrogate escapes written as \ufffd: the one change that is allowed.
std::string repaired(std::string_view json) {
    std::string out(json);
    for (std::size_t at = 0; at + 1 < out.size(); ++at) {
        if (out[at] != '\\') continue;
        auto code = [&out](std::size_t from) -> unsigned long {
            if (from + 6 > out.size() || out[from] != '\\' || out[from + 1] != 'u') return 0;
            return std::stoul(out.substr(from + 2, 4), nullptr, 16);
        };
        const unsigned long first = code(at);
        const bool is_high = first >= 0xD800 && first < 0xDC00;
        const bool is_low = first >= 0xDC00 && first < 0xE000;
        const unsigned long second = is_high ? code(at + 6) : 0;
        if (is_high && second >= 0xDC00 && second < 0xE000) {
            at += 11;
        } else if (is_high || is_low) {
            out.replace(at + 2, 4, "fffd");
            at += 5;
        } else {
            ++at;
        }
    }
    return out;
}

std::optional<std::string> json_of(const JsonValue* value) {
    if (value == nullptr || value->kind == 'n') return std::nullopt;
    return repaired(value->raw);
}

std::optional<std::string> text_of(const JsonValue* value, bool is_id) {
    if (value == nullptr || value->kind == 'n') return std::nullopt;
    const std::string text = value->kind == '"' ? value->text : std::string(value->raw);
    if (is_id && text.find_first_not_of(" \t\r\n") == std::string::npos) return std::nullopt;
    return text;
}

std::optional<std::string> column(const RowView& row, int id) {
    if (row.is_null(id)) return std::nullopt;
    return std::string(row.text(id));
}

void expect_row_equals(const RowView& row, const JsonValue& event) {
    const JsonValue* context = event.find("context");
    const JsonValue* traits = event.find("traits");
    if (!json_of(traits) && context != nullptr) traits = context->find("traits");
    EXPECT_EQ(column(row, id::kProperties), json_of(event.find("properties")));
    EXPECT_EQ(column(row, id::kTraits), json_of(traits));
    EXPECT_EQ(column(row, id::kContext), json_of(context));
    EXPECT_EQ(column(row, id::kIntegrations), json_of(event.find("integrations")));
    EXPECT_EQ(column(row, id::kUserId), text_of(event.find("userId"), true));
    EXPECT_EQ(column(row, id::kAnonymousId), text_of(event.find("anonymousId"), true));
    EXPECT_EQ(column(row, id::kGroupId), text_of(event.find("groupId"), true));
    EXPECT_EQ(column(row, id::kPreviousId), text_of(event.find("previousId"), true));
    EXPECT_EQ(column(row, id::kEvent), text_of(event.find("event"), false));
    EXPECT_EQ(column(row, id::kName), text_of(event.find("name"), false));
    EXPECT_EQ(column(row, id::kCategory), text_of(event.find("category"), false));
    const auto message_id = text_of(event.find("messageId"), true);
    if (message_id) {
        EXPECT_EQ(column(row, id::kMessageId), message_id);
    }
}

/// `extra` holds the members without a column, then those with one only for times.
void expect_extra_equals(const RowView& row, const JsonValue& event) {
    std::vector<std::string> expected;
    for (const JsonValue::Member& member : event.members) {
        const bool has_column = find_field(member.name) != Field::kOther;
        if (!has_column) expected.push_back(repaired(member.raw));
    }
    const std::string text(row.is_null(id::kExtra) ? "{}" : row.text(id::kExtra));
    const JsonValue extra = testing::read_known_json(text);
    std::vector<std::string> got;
    for (const JsonValue::Member& member : extra.members) {
        const bool is_time = member.name == "timestamp" || member.name == "sentAt" ||
                             member.name == "originalTimestamp";
        if (!is_time) got.emplace_back(member.raw);
    }
    EXPECT_EQ(got, expected);
}

TEST(ByteExactness, RandomEventsAreStoredAsAPlainReaderSeesThem) {
    testing::RandomJson random(20261124);
    int stored = 0;
    for (int round = 0; round < 10'000; ++round) {
        const std::string event = random.event();
        const JsonValue value = testing::read_known_json(event);
        const Decoded decoded = testing::parse_batch(" " + event + "\n");
        if (decoded.rows.empty()) continue;
        ++stored;
        expect_row_equals(decoded.rows[0], value);
        expect_extra_equals(decoded.rows[0], value);
        if (::testing::Test::HasFailure()) FAIL() << event;
    }
    EXPECT_GT(stored, 5'000);
}

TEST(ByteExactness, SdkLikeBatchesAreStoredAsAPlainReaderSeesThem) {
    testing::Corpus corpus(1);
    const std::string batch = corpus.batch(500);
    const JsonValue body = testing::read_known_json(batch);
    const Decoded decoded = testing::parse_and_decode(batch, testing::make_facts());
    const auto& events = body.find("batch")->elements;
    ASSERT_EQ(decoded.rows.size(), events.size());
    for (std::size_t i = 0; i < events.size(); ++i) {
        expect_row_equals(decoded.rows[i], events[i]);
        expect_extra_equals(decoded.rows[i], events[i]);
    }
}

}  // namespace
}  // namespace icelight::event
