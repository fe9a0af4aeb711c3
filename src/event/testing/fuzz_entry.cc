#include "event/testing/fuzz_entry.h"

#include <string>
#include <string_view>

#include "base/check.h"
#include "event/body_reader.h"
#include "event/codec.h"
#include "event/columns.h"
#include "event/parse.h"
#include "event/testing/json_reader.h"

namespace icelight::event::testing {
namespace {

constexpr std::size_t kPaddingBytes = 64;  ///< That the parser may read behind a text.
constexpr std::size_t kWindowBytesMax = 100;

void check_column(const RowView& row, const Column& column) {
    if (column.type != ColumnType::kJsonText || row.is_null(column.id)) return;
    ICE_CHECK(read_json(row.text(column.id)).has_value(), "a column is no JSON");
}

void check_rows(const ParsedRequest& parsed) {
    std::string_view bytes = parsed.rows;
    for (const RowRef& ref : parsed.row_refs) {
        const auto row = decode_row(bytes.substr(0, ref.bytes));
        ICE_CHECK(row.has_value(), "a row does not decode");
        for (const Column& column : kEventColumns)
            check_column(*row, column);
        bytes.remove_prefix(ref.bytes);
    }
    ICE_CHECK(bytes.empty(), "bytes after the last row");
}

void check_rejects(const ParsedRequest& parsed) {
    std::string_view bytes = parsed.rejects;
    for (const std::uint32_t length : parsed.reject_bytes) {
        ICE_CHECK(decode_reject(bytes.substr(0, length)).has_value(), "a reject does not decode");
        bytes.remove_prefix(length);
    }
    ICE_CHECK(bytes.empty(), "bytes after the last reject");
    ICE_CHECK(parsed.errors.size() == parsed.reject_bytes.size(), "a reject without an error");
    ICE_CHECK(parsed.received == parsed.row_refs.size() + parsed.errors.size(), "an event is lost");
}

/// Windows of any size must give one verdict, and the same events and repairs.
void check_windows(const std::string& body, bool is_single) {
    static BodyReader whole;
    std::string first = body;
    std::string second = body;
    first.reserve(body.size() + kPaddingBytes);
    second.reserve(body.size() + kPaddingBytes);
    BodyReader narrow(1 + body.size() % kWindowBytesMax);
    const BodyVerdict verdict = whole.read(first, is_single);
    const BodyVerdict same = narrow.read(second, is_single);
    // The rest is not looked at; what of it a window has seen depends on the window.
    if (verdict == BodyVerdict::kTooManyEvents || same == BodyVerdict::kTooManyEvents) return;
    ICE_CHECK(same == verdict, "another verdict in smaller windows");
    if (verdict == BodyVerdict::kNotJson) return;
    ICE_CHECK(second == first, "other repairs in smaller windows");
    ICE_CHECK(narrow.events().size() == whole.events().size(), "other events in smaller windows");
    for (std::size_t i = 0; i < whole.events().size(); ++i) {
        ICE_CHECK(narrow.text(narrow.events()[i].whole) == whole.text(whole.events()[i].whole),
                  "another event in smaller windows");
    }
}

}  // namespace

int fuzz_parse(const std::uint8_t* data, std::size_t bytes) {
    static Parser parser;
    static const FingerprintKey key{7};
    const std::string body(reinterpret_cast<const char*>(data), bytes);
    RequestFacts facts;
    facts.key = &key;
    facts.received_at = 1'767'225'660'000'000;
    for (const std::string_view route_type : {"", "track", "page"}) {
        facts.route_type = route_type;
        check_windows(body, !route_type.empty());
        facts.path = route_type.empty() ? Path::kBatch : Path::kSingle;
        const ParsedRequest parsed = parser.parse(body, facts);
        check_rows(parsed);
        check_rejects(parsed);
    }
    return 0;
}

}  // namespace icelight::event::testing
