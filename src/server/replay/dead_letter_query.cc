#include "server/replay/dead_letter_query.h"

#include <charconv>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "event/limits.h"
#include "event/timestamps.h"
#include "http/response.h"

namespace icelight::server {
namespace {

namespace json = boost::json;

constexpr std::size_t kTextBytesMax = 256;
constexpr int kBodyDepthMax = 4;

tl::unexpected<Error> bad(std::string_view name, std::string_view wanted) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("`{}` must be {}", name, wanted));
}

Result<> read_text(std::string_view name, const json::value& value, std::string& out) {
    if (!value.is_string() || value.get_string().size() > kTextBytesMax)
        return bad(name, "a string of at most 256 bytes");
    out = value.get_string();
    for (const char c : out)
        if (c >= 0 && c < ' ') return bad(name, "a string without control characters");
    return {};
}

Result<> read_time(std::string_view name,
                   const json::value& value,
                   std::optional<TimestampUs>& out) {
    if (value.is_string()) out = event::find_timestamp(value.get_string());
    if (!out) return bad(name, "a time such as \"2026-11-01T00:00:00Z\"");
    return {};
}

Result<> read_offsets(const json::value& value, std::vector<std::uint64_t>& out) {
    const auto* list = value.if_array();
    if (list == nullptr || list->empty() || list->size() > kReplayOffsetsMax)
        return bad("offsets", "an array of 1 to 1000 offsets");
    for (const auto& item : *list) {
        const auto* number = item.if_int64();
        if (number == nullptr || *number < 0) return bad("offsets", "an array of whole numbers");
        out.push_back(static_cast<std::uint64_t>(*number));
    }
    return {};
}

Result<> read_member(const json::key_value_pair& member, ReplayRequest& out) {
    const std::string_view name = member.key();
    const json::value& value = member.value();
    if (name == "offsets") return read_offsets(value, out.offsets);
    if (name == "stage") return read_text(name, value, out.stage);
    if (name == "source") return read_text(name, value, out.source);
    if (name == "from") return read_time(name, value, out.from);
    if (name == "to") return read_time(name, value, out.to);
    if (name == "limit") {
        const auto* number = value.if_int64();
        if (number == nullptr || *number < 1 ||
            *number > static_cast<std::int64_t>(kReplayLimitMax))
            return bad(name, "a number from 1 to 10000");
        out.limit = static_cast<std::uint64_t>(*number);
        return {};
    }
    if (name == "below") {
        const auto* number = value.if_int64();
        if (number == nullptr || *number < 0) return bad(name, "an offset");
        out.below = static_cast<std::uint64_t>(*number);
        return {};
    }
    if (name == "dry_run") {
        if (!value.is_bool()) return bad(name, "true or false");
        out.is_dry_run = value.get_bool();
        return {};
    }
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("Unknown member `{}`; there are offsets, stage, source, from, to, "
                            "below, limit and dry_run",
                            name.substr(0, kTextBytesMax)));
}

std::string quote(std::string_view text, char mark) {
    std::string out(1, mark);
    for (const char c : text) {
        if (c == mark) out += mark;
        out += c;
    }
    return out + mark;
}

std::string join(std::span<const std::uint64_t> offsets) {
    return fmt::format("{}", fmt::join(offsets, ","));
}

/// The conditions of `request` on the rejects r.
std::string conditions(const ReplayRequest& request) {
    std::string out = "r._log_offset IS NOT NULL AND r.stage <> 'replay'";
    if (!request.offsets.empty())
        out += fmt::format(" AND r._log_offset IN ({})", join(request.offsets));
    if (!request.stage.empty()) out += " AND r.stage = " + quote(request.stage, '\'');
    if (!request.source.empty()) out += " AND r.source_id = " + quote(request.source, '\'');
    if (request.below) out += fmt::format(" AND r._log_offset < {}", *request.below);
    if (request.from) out += fmt::format(" AND epoch_us(r.received_at) >= {}", *request.from);
    if (request.to) out += fmt::format(" AND epoch_us(r.received_at) < {}", *request.to);
    return out;
}

/// `m`: the rejects that match, each with whether it was replayed and whether it can be.
std::string matched(const DeadLetterTables& tables, const ReplayRequest& request) {
    // The pattern is there to spare the JSON of nearly all events; ingest_info is the server's own.
    return fmt::format(
        "WITH named AS (SELECT replay_of AS o FROM {0} WHERE replay_of IS NOT NULL UNION "
        "SELECT TRY_CAST(json_extract_string(ingest_info, '$.replay_of') AS BIGINT) AS o FROM {1} "
        "WHERE ingest_info LIKE '%\"replay_of\":%'), "
        "m AS (SELECT r._log_offset AS o, r.stage AS s, r.raw_bytes AS b, n.o IS NOT NULL AS done, "
        "r.stage <> 'flush' AND r.raw_bytes <= {2} AS can FROM {0} r LEFT JOIN named n "
        "ON n.o = r._log_offset WHERE {3}) ",
        tables.rejects,
        tables.events,
        event::kRejectRawBytesMax,
        conditions(request));
}

std::uint64_t number_of(const json::object& row, const char* name) {
    const auto* value = row.if_contains(name);
    return value != nullptr && value->is_int64() ? static_cast<std::uint64_t>(value->get_int64())
                                                 : 0;
}

std::string text_of(const json::object& row, const char* name) {
    const auto* value = row.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string())
                                                  : std::string();
}

/// Calls add(row) for each row of the reply.
template <class Add>
Result<> for_each_row(const std::string& reply, Add&& add) {
    json::error_code error;
    const auto parsed = json::parse(reply, error);
    const auto* whole = error ? nullptr : parsed.if_object();
    const auto* data = whole == nullptr ? nullptr : whole->if_contains("data");
    if (data == nullptr || !data->is_array())
        return fail(ErrorCode::kCorruption, "the dead letters could not be read: no rows came");
    for (const auto& row : data->get_array()) {
        if (!row.is_object())
            return fail(ErrorCode::kCorruption, "the dead letters could not be read: a bad row");
        add(row.get_object());
    }
    return {};
}

std::string from_hex(std::string_view text) {
    std::string out;
    out.reserve(text.size() / 2);
    for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
        unsigned byte = 0;
        std::from_chars(text.data() + i, text.data() + i + 2, byte, 16);
        out.push_back(static_cast<char>(byte));
    }
    return out;
}

}  // namespace

Result<ReplayRequest> parse_replay_request(const std::string& body) {
    json::error_code error;
    const auto parsed = json::parse(body, error, {}, {.max_depth = kBodyDepthMax});
    if (error || !parsed.is_object()) return fail(ErrorCode::kInvalidArgument, "Invalid JSON body");
    ReplayRequest request;
    for (const auto& member : parsed.get_object()) {
        ICE_TRY(read_member(member, request));
    }
    return request;
}

DeadLetterTables::DeadLetterTables(std::string_view space, std::string_view table)
    : events(quote(space, '"') + "." + quote(table, '"')),
      rejects(quote(space, '"') + "." + quote(std::string(table) + "__rejected", '"')) {}

std::string totals_sql(const DeadLetterTables& tables, const ReplayRequest& request) {
    return matched(tables, request) +
           "SELECT count(*) AS matched, count(*) FILTER (WHERE done) AS replayed, "
           "count(*) FILTER (WHERE NOT done AND NOT can) AS not_replayable FROM m";
}

std::string candidates_sql(const DeadLetterTables& tables, const ReplayRequest& request) {
    return matched(tables, request) +
           fmt::format("SELECT o FROM m WHERE can AND NOT done ORDER BY o LIMIT {}", request.limit);
}

std::string not_replayable_sql(const DeadLetterTables& tables, const ReplayRequest& request) {
    return matched(tables, request) +
           fmt::format("SELECT o, s, b FROM m WHERE NOT can AND NOT done ORDER BY o LIMIT {}",
                       kNotReplayableNamedMax);
}

std::string letters_sql(const DeadLetterTables& tables, std::span<const std::uint64_t> offsets) {
    return fmt::format(
        "SELECT _log_offset AS o, path, hex(raw) AS raw, content_type, source_id, "
        "epoch_us(received_at) AS received_us FROM {} WHERE _log_offset IN ({}) "
        "ORDER BY _log_offset",
        tables.rejects,
        join(offsets));
}

Result<ReplayTotals> decode_totals(const std::string& reply) {
    ReplayTotals totals;
    ICE_TRY(for_each_row(reply, [&totals](const json::object& row) {
        totals = {number_of(row, "matched"),
                  number_of(row, "replayed"),
                  number_of(row, "not_replayable")};
    }));
    return totals;
}

Result<std::vector<std::uint64_t>> decode_candidates(const std::string& reply) {
    std::vector<std::uint64_t> offsets;
    ICE_TRY(for_each_row(
        reply, [&offsets](const json::object& row) { offsets.push_back(number_of(row, "o")); }));
    return offsets;
}

Result<std::vector<DeadLetter>> decode_dead_letters(const std::string& reply) {
    std::vector<DeadLetter> letters;
    ICE_TRY(for_each_row(reply, [&letters](const json::object& row) {
        DeadLetter letter;
        letter.offset = number_of(row, "o");
        letter.path = text_of(row, "path");
        letter.raw = from_hex(text_of(row, "raw"));
        letter.content_type = text_of(row, "content_type");
        letter.source_id = text_of(row, "source_id");
        letter.received_at = static_cast<TimestampUs>(number_of(row, "received_us"));
        letters.push_back(std::move(letter));
    }));
    return letters;
}

Result<std::string> describe_not_replayable(const std::string& reply) {
    std::string out = "[";
    ICE_TRY(for_each_row(reply, [&out](const json::object& row) {
        const bool is_row = text_of(row, "s") == "flush";
        const std::string reason =
            is_row
                ? std::string("stage flush: a stored row that could not be written")
                : fmt::format("only the first 64 KiB of {} bytes were kept", number_of(row, "b"));
        if (out.size() > 1) out += ',';
        out += fmt::format(
            R"({{"offset":{},"reason":{}}})", number_of(row, "o"), http::quote_json(reason));
    }));
    return out + "]";
}

}  // namespace icelight::server
