#include "query/tail/tail_feed.h"

#include <span>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "engine/sql_text.h"
#include "event/codec.h"
#include "event/columns.h"
#include "event/row.h"
#include "query/plan/table_view.h"
#include "wal/reader.h"

namespace icelight::query {
namespace {

using engine::WriteType;
using event::ColumnType;

std::span<const event::Column> columns_of(TailKind kind) {
    if (kind == TailKind::kEvents) return event::kEventColumns;
    return event::kRejectedColumns;
}

WriteType write_type_of(ColumnType type) {
    switch (type) {
        case ColumnType::kTimestamptz:
            return WriteType::kTimestampTz;
        case ColumnType::kLong:
            return WriteType::kInt64;
        case ColumnType::kInt:
            return WriteType::kInt32;
        case ColumnType::kBinary:
            return WriteType::kBlob;
        default:
            return WriteType::kText;
    }
}

const char* sql_name_of(WriteType type) {
    switch (type) {
        case WriteType::kTimestampTz:
            return "TIMESTAMP WITH TIME ZONE";
        case WriteType::kInt64:
            return "BIGINT";
        case WriteType::kInt32:
            return "INTEGER";
        case WriteType::kBlob:
            return "BLOB";
        default:
            return "VARCHAR";
    }
}

std::string_view table_of(TailKind kind) {
    return kind == TailKind::kEvents ? kTailEvents : kTailRejected;
}

/// Values that come from the log record, not from the row's bytes.
struct LogColumns {
    std::int64_t offset = 0;
    TimestampUs written_at_us = 0;
};

template <class Values>
void set_row(const Values& values,
             const LogColumns& log,
             std::span<const event::Column> columns,
             engine::ChunkWriter& chunk,
             std::size_t row) {
    constexpr bool kIsEvent = Values::kColumnCount == event::kEventColumnCount;
    constexpr int kIngestTs =
        kIsEvent ? event::id::kIngestTs : static_cast<int>(event::rejected_id::kIngestTs);
    constexpr int kOffset =
        kIsEvent ? event::id::kLogOffset : static_cast<int>(event::rejected_id::kLogOffset);
    constexpr int kShard =
        kIsEvent ? event::id::kLogShard : static_cast<int>(event::rejected_id::kLogShard);
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const int id = columns[i].id;
        if (id == kIngestTs) {
            chunk.set_int64(i, row, log.written_at_us);
        } else if (id == kOffset) {
            chunk.set_int64(i, row, log.offset);
        } else if (id == kShard) {
            chunk.set_int32(i, row, 0);
        } else if (values.is_null(id)) {
            chunk.set_null(i, row);
        } else if (columns[i].type == ColumnType::kTimestamptz ||
                   columns[i].type == ColumnType::kLong) {
            chunk.set_int64(i, row, values.number(id));
        } else {
            chunk.set_text(i, row, values.text(id));
        }
    }
}

}  // namespace

std::string make_tail_table_sql(TailKind kind) {
    std::string columns;
    for (const auto& column : columns_of(kind)) {
        if (!columns.empty()) columns += ", ";
        columns += engine::quote_identifier(std::string(column.name)) + " " +
                   sql_name_of(write_type_of(column.type));
    }
    return fmt::format("CREATE TABLE {} ({})", table_of(kind), columns);
}

Result<TailFeed> TailFeed::open(engine::Session& session, TailKind kind) {
    std::vector<WriteType> types;
    for (const auto& column : columns_of(kind))
        types.push_back(write_type_of(column.type));
    // The appender takes names in the default schema only, which here is memory.main.
    const auto table = table_of(kind);
    ICE_ASSIGN(
        auto appender,
        engine::Appender::open(session, std::string(table.substr(table.rfind('.') + 1)), types));
    return TailFeed(std::move(appender), kind);
}

Result<> TailFeed::append(const wal::RecordView& record) {
    if (kind_ == TailKind::kEvents) {
        event::RowView row;
        return append_items(record, row, [](std::string_view bytes, event::RowView& out) {
            return event::decode_row(bytes, out);
        });
    }
    event::RejectView reject;
    return append_items(record, reject, [](std::string_view bytes, event::RejectView& out) {
        return event::decode_reject(bytes, out);
    });
}

template <class Values, class Decode>
Result<> TailFeed::append_items(const wal::RecordView& record, Values& values, Decode decode) {
    const auto columns = columns_of(kind_);
    // Records are often one row: chunks are filled across them, so their bytes are kept so long.
    held_.emplace_back(record.payload);
    wal::RecordView copy = record;
    copy.payload = held_.back();
    Result<> result;
    copy.for_each_item([&](std::uint64_t offset, std::string_view bytes) {
        if (!result) return;
        if (auto decoded = decode(bytes, values); !decoded) {
            result = fail_in(fmt::format("log offset {}", offset), decoded.error());
            return;
        }
        const LogColumns log{static_cast<std::int64_t>(offset), record.written_at_us};
        set_row(values, log, columns, appender_.chunk(), rows_);
        if (++rows_ == engine::kChunkRows) result = append_chunk();
    });
    return result;
}

Result<> TailFeed::append_chunk() {
    const std::size_t rows = rows_;
    rows_ = 0;
    auto appended = appender_.append_chunk(rows);
    // The record being read is the last one.
    while (held_.size() > 1)
        held_.pop_front();
    return appended;
}

Result<> TailFeed::flush() {
    if (rows_ > 0) {
        ICE_TRY(append_chunk());
    }
    held_.clear();
    return appender_.flush();
}

}  // namespace icelight::query
