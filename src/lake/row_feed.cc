#include "lake/row_feed.h"

#include <algorithm>

#include "base/hash.h"
#include "event/codec.h"

namespace icelight::lake {
namespace {

using event::Column;
using event::ColumnType;

/// One log, one shard, on one machine.
constexpr std::int64_t kShard = 0;

engine::WriteType write_type(ColumnType type) {
    switch (type) {
        case ColumnType::kTimestamptz:
            return engine::WriteType::kTimestampTz;
        case ColumnType::kLong:
            return engine::WriteType::kInt64;
        case ColumnType::kInt:
            return engine::WriteType::kInt32;
        case ColumnType::kBinary:
            return engine::WriteType::kBlob;
        case ColumnType::kString:
        case ColumnType::kJsonText:
            break;
    }
    return engine::WriteType::kText;
}

template <std::size_t count>
void put_row(const event::ColumnValues<count>& row,
             const std::array<Column, count>& columns,
             std::size_t at,
             engine::ChunkWriter& chunk,
             ColumnBounds& bounds) {
    for (std::size_t i = 0; i < count; ++i) {
        const Column& column = columns[i];
        if (row.is_null(column.id)) {
            chunk.set_null(i, at);
            continue;
        }
        switch (column.type) {
            case ColumnType::kString:
                bounds.add_text(column.id, row.text(column.id));
                chunk.set_text(i, at, row.text(column.id));
                break;
            case ColumnType::kJsonText:
            case ColumnType::kBinary:
                chunk.set_text(i, at, row.text(column.id));
                break;
            case ColumnType::kTimestamptz:
            case ColumnType::kLong:
                bounds.add_number(column.id, row.number(column.id));
                chunk.set_int64(i, at, row.number(column.id));
                break;
            case ColumnType::kInt:
                bounds.add_number(column.id, row.number(column.id));
                chunk.set_int32(i, at, static_cast<std::int32_t>(row.number(column.id)));
                break;
        }
    }
}

}  // namespace

std::vector<engine::ParquetColumn> parquet_columns(std::span<const Column> columns) {
    std::vector<engine::ParquetColumn> out;
    out.reserve(columns.size());
    for (const Column& column : columns)
        out.push_back({std::string(column.name), write_type(column.type), column.id});
    return out;
}

Result<std::size_t> EventFeed::fill(engine::ChunkWriter& chunk) {
    const std::size_t count = std::min(engine::kChunkRows, order_.size() - next_);
    for (std::size_t at = 0; at < count; ++at) {
        const LogItem& item = items_[order_[next_ + at].item];
        ICE_TRY(event::decode_row(item.bytes, row_));
        if (hook_) hook_(row_);
        row_.set_number(event::id::kIngestTs, item.written_at_us);
        row_.set_number(event::id::kLogOffset, static_cast<std::int64_t>(item.offset));
        row_.set_number(event::id::kLogShard, kShard);
        put_row(row_, event::kEventColumns, at, chunk, bounds_);
    }
    next_ += count;
    return count;
}

Result<> RejectFeed::read(const RejectItem& from, event::RejectView& out) {
    namespace id = event::rejected_id;
    const LogItem& item = *from.item;
    if (from.failure.empty()) {
        ICE_TRY(event::decode_reject(item.bytes, out));
    } else {
        out.clear();
        out.set_text(id::kStage, "flush");
        out.set_text(id::kFamily, "internal");
        out.set_text(id::kType, from.failure);
        out.set_text(id::kDetail,
                     "The row could not be written; raw holds all of it as the log kept it.");
        out.set_text(id::kRaw, item.bytes);
        out.set_number(id::kRawBytes, static_cast<std::int64_t>(item.bytes.size()));
        out.set_text(id::kRawSha256, hashes_.emplace_back(sha256_hex(item.bytes)));
        out.set_number(id::kReceivedAt, item.written_at_us);
    }
    out.set_number(id::kIngestTs, item.written_at_us);
    out.set_number(id::kLogOffset, static_cast<std::int64_t>(item.offset));
    out.set_number(id::kLogShard, kShard);
    return {};
}

Result<std::size_t> RejectFeed::fill(engine::ChunkWriter& chunk) {
    const std::size_t count = std::min(engine::kChunkRows, items_.size() - next_);
    event::RejectView row;
    for (std::size_t at = 0; at < count; ++at) {
        ICE_TRY(read(items_[next_ + at], row));
        put_row(row, event::kRejectedColumns, at, chunk, bounds_);
    }
    next_ += count;
    return count;
}

}  // namespace icelight::lake
