#include "server/live/message.h"

#include <ctime>
#include <iterator>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "event/columns.h"
#include "event/json_text.h"

namespace icelight::server::live {
namespace {

constexpr TimestampUs kSecondUs = 1'000'000;

template <class... Values>
void append(std::string& out, fmt::format_string<Values...> format, Values&&... values) {
    fmt::format_to(std::back_inserter(out), format, std::forward<Values>(values)...);
}

void append_time(TimestampUs time, std::string& out) {
    TimestampUs micros = time % kSecondUs;
    if (micros < 0) micros += kSecondUs;
    const auto seconds = static_cast<std::time_t>((time - micros) / kSecondUs);
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    append(out, "\"{:%Y-%m-%dT%H:%M:%S}.{:06}Z\"", parts, micros);
}

/// Only blanks between tokens can be line ends: inside strings they are escaped.
void append_on_one_line(std::string_view json, std::string& out) {
    for (const char c : json)
        out += c == '\n' || c == '\r' ? ' ' : c;
}

template <std::size_t count>
void append_value(const event::ColumnValues<count>& row,
                  const event::Column& column,
                  std::string& out) {
    switch (column.type) {
        case event::ColumnType::kJsonText:
            append_on_one_line(row.text(column.id), out);
            break;
        case event::ColumnType::kTimestamptz:
            append_time(row.timestamp(column.id), out);
            break;
        case event::ColumnType::kLong:
        case event::ColumnType::kInt:
            append(out, "{}", row.number(column.id));
            break;
        case event::ColumnType::kString:
        case event::ColumnType::kBinary:
            event::append_json_string(out, row.text(column.id));
            break;
    }
}

template <std::size_t count>
void append_row(event::ColumnValues<count> row,
                const std::array<event::Column, count>& columns,
                std::string& out) {
    bool is_first = true;
    for (const event::Column& column : columns) {
        if (row.is_null(column.id) || column.type == event::ColumnType::kBinary) continue;
        append(out, "{}\"{}\":", is_first ? "data: {" : ",", column.name);
        is_first = false;
        append_value(row, column, out);
    }
    out += "}\n\n";
}

}  // namespace

void append_open(std::uint64_t next_offset, std::uint64_t committed, std::string& out) {
    append(out,
           "event: open\ndata: {{\"next_offset\":{},\"committed\":{}}}\n\n",
           next_offset,
           committed);
}

void append_stored(std::uint64_t offset,
                   TimestampUs written_at,
                   const event::RowView& row,
                   std::string& out) {
    append(out, "id: {}\nevent: stored\n", offset);
    event::RowView whole = row;
    whole.set_number(event::id::kIngestTs, written_at);
    whole.set_number(event::id::kLogOffset, static_cast<std::int64_t>(offset));
    append_row(whole, event::kEventColumns, out);
}

void append_rejected(std::uint64_t offset,
                     TimestampUs written_at,
                     const event::RejectView& reject,
                     std::string& out) {
    append(out, "id: {}\nevent: rejected\n", offset);
    event::RejectView whole = reject;
    whole.set_number(event::rejected_id::kIngestTs, written_at);
    whole.set_number(event::rejected_id::kLogOffset, static_cast<std::int64_t>(offset));
    append_row(whole, event::kRejectedColumns, out);
}

void append_committed(std::int64_t snapshot_id, Range offsets, std::string& out) {
    append(out,
           "event: committed\ndata: {{\"snapshot_id\":\"{}\",\"from\":{},\"to\":{}}}\n\n",
           snapshot_id,
           offsets.from,
           offsets.to);
}

void append_gap(Range offsets, std::string& out) {
    append(out, "event: gap\ndata: {{\"from\":{},\"to\":{}}}\n\n", offsets.from, offsets.to);
}

void append_quiet(std::uint64_t next_offset, std::string& out) {
    out += ": quiet\n";
    if (next_offset > 0) append(out, "id: {}\n", next_offset - 1);
    out += '\n';
}

}  // namespace icelight::server::live
