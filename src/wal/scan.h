#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "wal/format.h"
#include "wal/recovery_table.h"

/// Reading a whole segment in memory, for recovery.
namespace icelight::wal {

/// Where a segment's records end and what they add up to.
struct ScanEnd {
    std::uint64_t bytes = kSegmentHeaderBytes;  ///< The place after the last record.
    std::uint64_t next_offset = 0;
    std::uint32_t last_crc = 0;       ///< header_crc of the last record of the segment, or 0.
    std::uint32_t last_item_crc = 0;  ///< Of the last record with items, or the header's prev_crc.
    std::uint64_t attested_bytes = kSegmentHeaderBytes;  ///< Known to have been durable.
    Counters counters;
    TimestampUs written_at_us = 0;
};

using VisitRecord = std::function<void(const RecordHeader&, const RecordView&)>;

/// Walks the records that continue each other, up to the first that does not.
///
/// @param stop_offset  of a sealed segment: where its successor begins.
ScanEnd scan_records(const SegmentHeader& segment,
                     std::string_view bytes,
                     std::optional<std::uint64_t> stop_offset,
                     const VisitRecord& visit);

/// What lies from `end` on.
struct Rest {
    bool is_zero = true;
    Later later = Later::kNone;
    std::uint64_t later_at_bytes = 0;  ///< Of the record that decided `later`.
};

Rest scan_rest(const SegmentHeader& segment, std::string_view bytes, const ScanEnd& end);

}  // namespace icelight::wal
