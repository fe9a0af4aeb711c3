#include <fstream>
#include <map>
#include <sstream>

#include <gtest/gtest.h>

#include "event/testing/decoded.h"
#include "event/testing/json_reader.h"
#include "event/timestamps.h"

namespace icelight::event {
namespace {

using testing::Decoded;
using testing::JsonValue;

Path path_of(const std::string& name) {
    const std::map<std::string, Path> paths{{"batch", Path::kBatch},
                                            {"short", Path::kShort},
                                            {"import", Path::kImport},
                                            {"beacon", Path::kBeacon}};
    return paths.at(name);
}

std::optional<TimestampUs> expected_time(const JsonValue& expect, std::string_view name) {
    const JsonValue* value = expect.find(name);
    return value == nullptr || value->kind == 'n' ? std::nullopt : find_timestamp(value->text);
}

std::optional<TimestampUs> column(const RowView& row, int id) {
    return row.is_null(id) ? std::nullopt : std::optional(row.timestamp(id));
}

/// An identify event with the members of the case.
std::string body_of(const JsonValue& golden) {
    std::string event(golden.find("event")->raw);
    event.pop_back();
    event += event.size() > 1 ? "," : "";
    std::string body =
        R"({"batch":[)" + event + R"("type":"identify","userId":"u","messageId":"m"}])";
    if (const JsonValue* envelope = golden.find("envelope")) {
        body += ',';
        body += envelope->raw.substr(1, envelope->raw.size() - 2);
    }
    body += '}';
    return body;
}

void expect_golden(const JsonValue& golden, TimestampUs received_at) {
    auto facts = testing::make_facts();
    facts.path = path_of(golden.find("path")->text);
    facts.received_at = received_at;
    if (const JsonValue* header = golden.find("sent_at_header")) {
        facts.sent_at_header = header->text;
    }
    const Decoded decoded = testing::parse_and_decode(body_of(golden), facts);
    ASSERT_EQ(decoded.rows.size(), 1u);
    const RowView& row = decoded.rows[0];
    const JsonValue& expect = *golden.find("expect");
    EXPECT_EQ(column(row, id::kTimestamp), expected_time(expect, "timestamp"));
    EXPECT_EQ(column(row, id::kOriginalTimestamp), expected_time(expect, "original_timestamp"));
    EXPECT_EQ(column(row, id::kSentAt), expected_time(expect, "sent_at"));
    EXPECT_EQ(row.timestamp(id::kReceivedAt), received_at);
    const auto info = testing::read_json(row.text(id::kIngestInfo));
    if (!info) FAIL() << "ingest_info is no JSON";
    EXPECT_EQ(info->find("rule")->text, expect.find("rule")->text);
    for (const char* name : {"skew_ms", "clamped"}) {
        const JsonValue* want = expect.find(name);
        const JsonValue* got = info->find(name);
        ASSERT_EQ(want == nullptr, got == nullptr) << name;
        if (want != nullptr) {
            EXPECT_EQ(got->raw, want->raw) << name;
        }
    }
}

TEST(GoldenTimes, EveryCaseOfTheContractHolds) {
    std::ostringstream text;
    text << std::ifstream(ICELIGHT_SOURCE_DIR "/contracts/golden/timestamps.json").rdbuf();
    const std::string json = text.str();
    const auto golden = testing::read_json(json);
    if (!golden) FAIL() << "the golden file is no JSON";
    const auto received_at = find_timestamp(golden->find("received_at")->text);
    if (!received_at) FAIL() << "the golden file has no received_at";
    const auto& cases = golden->find("cases")->elements;
    EXPECT_GE(cases.size(), 30u);
    for (const JsonValue& each : cases) {
        SCOPED_TRACE(each.find("name")->text);
        expect_golden(each, *received_at);
    }
}

}  // namespace
}  // namespace icelight::event
