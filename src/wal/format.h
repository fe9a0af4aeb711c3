#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "wal/batch.h"
#include "wal/record.h"

/// Segment and record bytes: docs/formats/wal.md, "Grammar".
namespace icelight::wal {

inline constexpr std::uint32_t kFormatVersion = 1;
inline constexpr std::size_t kSegmentHeaderBytes = 128;
inline constexpr std::size_t kRecordHeaderBytes = 104;
/// Every write ends at a multiple of it, filled up with zeros: a block that is written whole need
/// not be read first.
inline constexpr std::uint64_t kBlockBytes = 4096;
inline constexpr std::size_t kRecordAlignment = 8;
inline constexpr std::uint32_t kRecordMagic = 0x4c455249;
inline constexpr std::size_t kLengthBytes = 4;
inline constexpr std::size_t kFingerprintBytes = 16;
inline constexpr std::uint64_t kSegmentBytesMin = 4096;
inline constexpr std::uint64_t kSegmentBytesMax = 1ULL << 30;

struct SegmentHeader {
    std::uint32_t salt = 0;  ///< Seeds every crc of the segment; random.
    Uuid log_uuid;
    std::uint64_t seq = 0;
    std::uint64_t first_offset = 0;
    std::uint64_t segment_bytes = 0;
    Counters counters;  ///< Before the first record.
    TimestampUs created_at_us = 0;
    std::uint32_t prev_crc = 0;  ///< header_crc of the record that ends at first_offset, or 0.
};

std::string encode_segment_header(const SegmentHeader& header);
/// @error kCorruption  not a header; kUnsupported  of a newer version.
Result<SegmentHeader> decode_segment_header(std::string_view bytes);

struct RecordHeader {
    RecordKind kind = RecordKind::kCounters;
    std::uint32_t header_crc = 0;
    std::uint32_t payload_crc = 0;
    std::uint32_t prev_crc = 0;
    std::uint32_t count = 0;
    std::uint32_t length = 0;         ///< Of the payload without padding.
    std::uint32_t durable_bytes = 0;  ///< Of this segment, when the record was made.
    std::uint64_t segment_seq = 0;
    std::uint64_t first_offset = 0;
    TimestampUs written_at_us = 0;
    std::uint64_t durable_to = 0;
    Counters counters;

    std::uint64_t end_offset() const { return first_offset + count; }
};

constexpr std::size_t padded_bytes(std::size_t length) {
    return (length + kRecordAlignment - 1) / kRecordAlignment * kRecordAlignment;
}

/// The whole record's bytes, header and padding included.
inline std::size_t record_bytes(const RecordHeader& header) {
    return kRecordHeaderBytes + padded_bytes(header.length);
}

/// Writes the kRecordHeaderBytes at `out`; fills in `header.header_crc`.
void encode_record_header(RecordHeader& header, std::uint32_t salt, char* out);

/// The header at the start of `bytes`, if it is whole, of this segment, and its payload fits into
/// `room` bytes. The payload itself is not looked at.
std::optional<RecordHeader> find_record_header(std::string_view bytes,
                                               const SegmentHeader& segment,
                                               std::uint64_t room);

/// True when `padded` (payload and padding) has the header's crc and its lengths add up.
bool is_payload_valid(const RecordHeader& header, std::string_view padded, std::uint32_t salt);

/// @pre is_payload_valid(). Views into `payload`.
RecordView view_of(const RecordHeader& header, std::string_view payload);

Fingerprint fingerprint_at(std::string_view fingerprints, std::size_t index);

}  // namespace icelight::wal
