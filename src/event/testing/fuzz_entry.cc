#include "event/testing/fuzz_entry.h"

#include <string>
#include <string_view>

#include "base/check.h"
#include "event/codec.h"
#include "event/columns.h"
#include "event/parse.h"
#include "event/testing/json_reader.h"

namespace icelight::event::testing {
namespace {

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
        facts.path = route_type.empty() ? Path::kBatch : Path::kSingle;
        const ParsedRequest parsed = parser.parse(body, facts);
        check_rows(parsed);
        check_rejects(parsed);
    }
    return 0;
}

}  // namespace icelight::event::testing
