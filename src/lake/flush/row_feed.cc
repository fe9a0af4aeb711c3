#include "lake/flush/row_feed.h"

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

template <ColumnType type, std::size_t count>
void put_texts(std::span<const event::ColumnValues<count>> rows,
               int id,
               std::size_t at,
               engine::ChunkWriter::Column column,
               TextBounds& bounds) {
    TextBounds seen = bounds;
    for (const event::ColumnValues<count>& row : rows) {
        if (row.is_null(id)) {
            column.set_null(at++);
            continue;
        }
        const std::string_view text = row.text(id);
        if constexpr (type == ColumnType::kString) seen.add(text);
        column.set_text(at++, text);
    }
    bounds = seen;
}

template <ColumnType type, std::size_t count>
void put_numbers(std::span<const event::ColumnValues<count>> rows,
                 int id,
                 std::size_t at,
                 engine::ChunkWriter::Column column,
                 NumberBounds& bounds) {
    NumberBounds seen = bounds;
    for (const event::ColumnValues<count>& row : rows) {
        if (row.is_null(id)) {
            column.set_null(at++);
            continue;
        }
        const std::int64_t number = row.number(id);
        seen.add(number);
        if constexpr (type == ColumnType::kInt) {
            column.set_int32(at++, static_cast<std::int32_t>(number));
        } else {
            column.set_int64(at++, number);
        }
    }
    bounds = seen;
}

/// The type is known when this is compiled: a value costs no look at the table of columns.
template <ColumnType type, std::size_t count>
void put_column(std::span<const event::ColumnValues<count>> rows,
                int id,
                std::size_t at,
                engine::ChunkWriter& chunk,
                ColumnBounds& bounds) {
    constexpr bool kIsNumber =
        type == ColumnType::kTimestamptz || type == ColumnType::kLong || type == ColumnType::kInt;
    const engine::ChunkWriter::Column column = chunk.column(static_cast<std::size_t>(id - 1));
    if constexpr (kIsNumber) {
        put_numbers<type>(rows, id, at, column, bounds.numbers(id));
    } else {
        put_texts<type>(rows, id, at, column, bounds.texts(id));
    }
}

/// Field ids count from 1 in the order of the columns (event/columns.h).
template <const auto& columns, std::size_t... i>
void put_rows(std::span<const event::ColumnValues<columns.size()>> rows,
              std::size_t at,
              engine::ChunkWriter& chunk,
              ColumnBounds& bounds,
              std::index_sequence<i...>) {
    static_assert(((columns[i].id == static_cast<int>(i) + 1) && ...));
    (put_column<columns[i].type>(rows, columns[i].id, at, chunk, bounds), ...);
}

/// Sets the chunk's rows from `at` on.
template <const auto& columns>
void put_rows(std::span<const event::ColumnValues<columns.size()>> rows,
              std::size_t at,
              engine::ChunkWriter& chunk,
              ColumnBounds& bounds) {
    put_rows<columns>(rows, at, chunk, bounds, std::make_index_sequence<columns.size()>());
}

// The order of a file jumps about in the log's bytes: asked for this many rows ahead, they are
// there when they are wanted.
constexpr std::size_t kItemsAhead = 32;
constexpr std::size_t kBytesAhead = 16;
constexpr std::size_t kCacheLine = 64;
constexpr std::size_t kPrefetchBytesMax = 512;

}  // namespace

std::vector<engine::ParquetColumn> parquet_columns(std::span<const Column> columns) {
    std::vector<engine::ParquetColumn> out;
    out.reserve(columns.size());
    for (const Column& column : columns)
        out.push_back({std::string(column.name), write_type(column.type), column.id});
    return out;
}

Result<> EventFeed::read(std::size_t place, event::RowView& out) const {
    // Not a function of its own: GCC 12 takes one that only prefetches for one without effect and
    // leaves out its calls.
    if (place + kItemsAhead < order_.size())
        __builtin_prefetch(&items_[order_[place + kItemsAhead].item]);
    if (place + kBytesAhead < order_.size()) {
        const std::string_view bytes = items_[order_[place + kBytesAhead].item].bytes;
        const std::size_t count = std::min(bytes.size(), kPrefetchBytesMax);
        for (std::size_t at = 0; at < count; at += kCacheLine)
            __builtin_prefetch(bytes.data() + at);
    }
    const LogItem& item = items_[order_[place].item];
    ICE_TRY(event::decode_row(item.bytes, out));
    if (hook_) hook_(out);
    out.set_number(event::id::kIngestTs, item.written_at_us);
    out.set_number(event::id::kLogOffset, static_cast<std::int64_t>(item.offset));
    out.set_number(event::id::kLogShard, kShard);
    return {};
}

Result<std::size_t> EventFeed::fill(engine::ChunkWriter& chunk) {
    const std::size_t count = std::min(engine::kChunkRows, order_.size() - next_);
    for (std::size_t at = 0; at < count; at += rows_.size()) {
        const std::size_t rows = std::min(rows_.size(), count - at);
        for (std::size_t i = 0; i < rows; ++i) {
            ICE_TRY(read(next_ + at + i, rows_[i]));
        }
        put_rows<event::kEventColumns>(std::span(rows_).first(rows), at, chunk, bounds_);
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
        put_rows<event::kRejectedColumns>(std::span(&row, 1), at, chunk, bounds_);
    }
    next_ += count;
    return count;
}

}  // namespace icelight::lake
