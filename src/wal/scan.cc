#include "wal/scan.h"

#include <algorithm>
#include <cstring>

namespace icelight::wal {
namespace {

struct Found {
    RecordHeader header;
    std::string_view payload;
};

std::optional<Found> find_record(const SegmentHeader& segment,
                                 std::string_view bytes,
                                 std::uint64_t at) {
    if (at >= bytes.size()) return std::nullopt;
    const std::string_view rest = bytes.substr(at);
    const auto header = find_record_header(rest, segment, rest.size());
    if (!header) return std::nullopt;
    const auto payload = rest.substr(kRecordHeaderBytes, padded_bytes(header->length));
    if (!is_payload_valid(*header, payload, segment.salt)) return std::nullopt;
    return Found{*header, payload};
}

bool is_all_zero(std::string_view bytes) {
    // Comparing with itself, one byte on, is the fastest portable way.
    return bytes.empty() ||
           (bytes[0] == 0 && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0);
}

bool is_magic_at(std::string_view bytes, std::uint64_t at) {
    return std::memcmp(bytes.data() + at, &kRecordMagic, sizeof(kRecordMagic)) == 0;
}

}  // namespace

ScanEnd scan_records(const SegmentHeader& segment,
                     std::string_view bytes,
                     std::optional<std::uint64_t> stop_offset,
                     const VisitRecord& visit) {
    ScanEnd end;
    end.next_offset = segment.first_offset;
    end.last_item_crc = segment.prev_crc;
    end.counters = segment.counters;
    end.written_at_us = segment.created_at_us;
    while (!stop_offset || end.next_offset < *stop_offset) {
        const auto found = find_record(segment, bytes, end.bytes);
        if (!found) break;
        const RecordHeader& header = found->header;
        if (header.first_offset != end.next_offset || header.prev_crc != end.last_crc) break;
        if (stop_offset && header.end_offset() > *stop_offset) break;
        visit(header, view_of(header, found->payload));
        end.bytes += record_bytes(header);
        end.next_offset = header.end_offset();
        end.last_crc = header.header_crc;
        if (header.count > 0) end.last_item_crc = header.header_crc;
        end.attested_bytes = std::max<std::uint64_t>(end.attested_bytes, header.durable_bytes);
        end.counters = header.counters;
        end.written_at_us = header.written_at_us;
    }
    return end;
}

Rest scan_rest(const SegmentHeader& segment, std::string_view bytes, const ScanEnd& end) {
    Rest rest;
    if (end.bytes >= bytes.size()) return rest;
    rest.is_zero = is_all_zero(bytes.substr(end.bytes));
    if (rest.is_zero) return rest;
    for (std::uint64_t at = end.bytes; at + kRecordHeaderBytes <= bytes.size();) {
        const auto found = is_magic_at(bytes, at) ? find_record(segment, bytes, at) : std::nullopt;
        if (!found) {
            at += kRecordAlignment;
            continue;
        }
        const RecordHeader& header = found->header;
        if (header.durable_to > end.next_offset || header.durable_bytes > end.bytes)
            return Rest{.is_zero = false, .later = Later::kAttesting, .later_at_bytes = at};
        if (rest.later == Later::kNone) rest.later_at_bytes = at;
        rest.later = Later::kSilent;
        at += record_bytes(header);
    }
    return rest;
}

}  // namespace icelight::wal
