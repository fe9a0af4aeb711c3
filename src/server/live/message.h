#pragma once

#include <cstdint>
#include <string>

#include "base/clock.h"
#include "event/row.h"

/// What /api/live says, as server-sent events (HTML standard, "Server-sent events"). Each function
/// appends one message; `data` is one JSON object on one line.
namespace icelight::server::live {

/// Offsets, dense: [from, to).
struct Range {
    std::uint64_t from = 0;
    std::uint64_t to = 0;
};

/// First: what is durable and what is committed now.
///   event: open, data: {"next_offset":n,"committed":n}
void append_open(std::uint64_t next_offset, std::uint64_t committed, std::string& out);

/// id: n, event: stored, data: the columns that are not NULL, in their order; JSON columns as JSON.
void append_stored(std::uint64_t offset,
                   TimestampUs written_at,
                   const event::RowView& row,
                   std::string& out);

/// id: n, event: rejected, data: likewise, without `raw`.
void append_rejected(std::uint64_t offset,
                     TimestampUs written_at,
                     const event::RejectView& reject,
                     std::string& out);

/// event: committed, data: {"snapshot_id":"n","from":n,"to":n}. The id is text: it has 64 bits.
void append_committed(std::int64_t snapshot_id, Range offsets, std::string& out);

/// event: gap, data: {"from":n,"to":n}: these offsets are not shown.
void append_gap(Range offsets, std::string& out);

/// A comment, and where to resume: nothing for the application, but a dead client is noticed.
void append_quiet(std::uint64_t next_offset, std::string& out);

}  // namespace icelight::server::live
