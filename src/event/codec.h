#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "event/row.h"

/// Rows as opaque bytes for the log.
///
///   row    := codec u8 (1 event, 2 reject), received_at i64 LE, present varint, head*, byte*
///   present:= bit (field id - 1) for each column held but received_at
///   head   := for each present column by id: text: varint length; timestamp: zigzag varint of
///             (value - received_at); other numbers: zigzag varint
///   byte*  := the texts' bytes, by id, without gaps, to the end of the row
///
/// __ingest_ts, _log_offset and _log_shard are not in the bytes: they come from the log record.
/// Thread safety: free functions without state.
namespace icelight::event {

/// Appends `row` to `out`. Needs the required columns; skips those that come from the log.
void encode_row(const RowView& row, std::string& out);
void encode_reject(const RejectView& reject, std::string& out);

/// Reads exactly one row; the texts of the result point into `bytes`.
///
/// @error kCorruption  not the bytes of one whole row: unknown codec, lengths that do not fill
///                     `bytes` exactly, unknown or missing columns.
Result<RowView> decode_row(std::string_view bytes);
Result<RejectView> decode_reject(std::string_view bytes);

/// The same into a row that is used again and again. `row` is unspecified after an error.
Result<> decode_row(std::string_view bytes, RowView& row);
Result<> decode_reject(std::string_view bytes, RejectView& reject);

/// Only received_at and the columns of `wanted` (bit id - 1 for each); the others are NULL.
/// Checks the bytes as the whole decoding does. @error as decode_row.
Result<> decode_row(std::string_view bytes, std::uint32_t wanted, RowView& row);
Result<> decode_reject(std::string_view bytes, std::uint32_t wanted, RejectView& reject);

/// What a file of events is ordered by.
struct RowOrder {
    TimestampUs timestamp = 0;
    std::optional<std::string_view> event;  ///< Points into the bytes.
};

/// Reads no more than that. @error as decode_row, for the same bytes.
Result<RowOrder> decode_row_order(std::string_view bytes);

}  // namespace icelight::event
