#include "lake/row_feed.h"

#include <algorithm>
#include <utility>

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

/// The type is known when this is compiled: a row costs no look at the table of columns.
template <ColumnType type, std::size_t count>
inline void put_value(const event::ColumnValues<count>& row,
                      int id,
                      std::size_t at,
                      engine::ChunkWriter& chunk,
                      ColumnBounds& bounds) {
    constexpr bool kHasNoBounds = type == ColumnType::kJsonText || type == ColumnType::kBinary;
    const auto column = static_cast<std::size_t>(id - 1);
    if (row.is_null(id)) {
        chunk.set_null(column, at);
    } else if constexpr (type == ColumnType::kString || kHasNoBounds) {
        if constexpr (!kHasNoBounds) bounds.add_text(id, row.text(id));
        chunk.set_text(column, at, row.text(id));
    } else {
        bounds.add_number(id, row.number(id));
        if constexpr (type == ColumnType::kInt) {
            chunk.set_int32(column, at, static_cast<std::int32_t>(row.number(id)));
        } else {
            chunk.set_int64(column, at, row.number(id));
        }
    }
}

/// Field ids count from 1 in the order of the columns (event/columns.h).
template <const auto& columns, std::size_t... i>
void put_row(const event::ColumnValues<columns.size()>& row,
             std::size_t at,
             engine::ChunkWriter& chunk,
             ColumnBounds& bounds,
             std::index_sequence<i...>) {
    static_assert(((columns[i].id == static_cast<int>(i) + 1) && ...));
    (put_value<columns[i].type>(row, columns[i].id, at, chunk, bounds), ...);
}

template <const auto& columns>
void put_row(const event::ColumnValues<columns.size()>& row,
             std::size_t at,
             engine::ChunkWriter& chunk,
             ColumnBounds& bounds) {
    put_row<columns>(row, at, chunk, bounds, std::make_index_sequence<columns.size()>());
}

// The order of a file jumps about in the log's bytes: asked for this many rows ahead, they are
// there when they are wanted.
constexpr std::size_t kItemsAhead = 16;
constexpr std::size_t kBytesAhead = 8;
constexpr std::size_t kCacheLine = 64;
constexpr std::size_t kPrefetchBytesMax = 512;

void prefetch_row(std::string_view bytes) {
    const std::size_t count = std::min(bytes.size(), kPrefetchBytesMax);
    for (std::size_t at = 0; at < count; at += kCacheLine)
        __builtin_prefetch(bytes.data() + at);
}

}  // namespace

std::vector<engine::ParquetColumn> parquet_columns(std::span<const Column> columns) {
    std::vector<engine::ParquetColumn> out;
    out.reserve(columns.size());
    for (const Column& column : columns)
        out.push_back({std::string(column.name), write_type(column.type), column.id});
    return out;
}

void EventFeed::prefetch(std::size_t place) const {
    if (place + kItemsAhead < order_.size())
        __builtin_prefetch(&items_[order_[place + kItemsAhead].item]);
    if (place + kBytesAhead < order_.size())
        prefetch_row(items_[order_[place + kBytesAhead].item].bytes);
}

Result<std::size_t> EventFeed::fill(engine::ChunkWriter& chunk) {
    const std::size_t count = std::min(engine::kChunkRows, order_.size() - next_);
    for (std::size_t at = 0; at < count; ++at) {
        prefetch(next_ + at);
        const LogItem& item = items_[order_[next_ + at].item];
        ICE_TRY(event::decode_row(item.bytes, row_));
        if (hook_) hook_(row_);
        row_.set_number(event::id::kIngestTs, item.written_at_us);
        row_.set_number(event::id::kLogOffset, static_cast<std::int64_t>(item.offset));
        row_.set_number(event::id::kLogShard, kShard);
        put_row<event::kEventColumns>(row_, at, chunk, bounds_);
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
        put_row<event::kRejectedColumns>(row, at, chunk, bounds_);
    }
    next_ += count;
    return count;
}

}  // namespace icelight::lake
