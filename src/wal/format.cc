#include "wal/format.h"

#include <algorithm>
#include <cstring>

#include "base/bytes.h"
#include "base/crc32c.h"

namespace icelight::wal {
namespace {

constexpr std::string_view kSegmentMagic = "ICELWAL1";
constexpr std::size_t kSegmentCrcAt = kSegmentHeaderBytes - sizeof(std::uint32_t);
constexpr std::size_t kRecordCrcFrom = 8;  // Magic and the crc itself come before.

template <class T>
void put(char*& out, T value) {
    std::memcpy(out, &value, sizeof(value));
    out += sizeof(value);
}

void append_counters(std::string& out, const Counters& counters) {
    append_fixed(out, counters.received);
    append_fixed(out, counters.stored);
    append_fixed(out, counters.rejected);
    append_fixed(out, counters.dropped);
    append_fixed(out, counters.duplicate);
}

Counters read_counters(ByteReader& in) {
    Counters counters;
    counters.received = in.fixed<std::uint64_t>();
    counters.stored = in.fixed<std::uint64_t>();
    counters.rejected = in.fixed<std::uint64_t>();
    counters.dropped = in.fixed<std::uint64_t>();
    counters.duplicate = in.fixed<std::uint64_t>();
    return counters;
}

std::size_t item_overhead(RecordKind kind) {
    return kind == RecordKind::kRows ? kLengthBytes + kFingerprintBytes : kLengthBytes;
}

bool is_shape_valid(const RecordHeader& header) {
    switch (header.kind) {
        case RecordKind::kRows:
        case RecordKind::kRejects:
            return header.count > 0 && header.count * item_overhead(header.kind) <= header.length;
        case RecordKind::kCounters:
            return header.count == 0 && header.length == 0;
    }
    return false;
}

}  // namespace

std::string encode_segment_header(const SegmentHeader& header) {
    std::string out(kSegmentMagic);
    append_fixed(out, kFormatVersion);
    append_fixed(out, header.salt);
    append_fixed(out, header.log_uuid.bytes);
    append_fixed(out, header.seq);
    append_fixed(out, header.first_offset);
    append_fixed(out, header.segment_bytes);
    append_fixed(out, std::uint64_t{0});
    append_counters(out, header.counters);
    append_fixed(out, header.created_at_us);
    append_fixed(out, header.prev_crc);
    append_fixed(out, std::uint64_t{0});
    append_fixed(out, crc32c(out));
    return out;
}

Result<SegmentHeader> decode_segment_header(std::string_view bytes) {
    if (bytes.size() < kSegmentHeaderBytes || !bytes.starts_with(kSegmentMagic))
        return fail(ErrorCode::kCorruption, "no segment header");
    ByteReader in(bytes.substr(kSegmentMagic.size()));
    const auto version = in.fixed<std::uint32_t>();
    if (crc32c(bytes.substr(0, kSegmentCrcAt)) !=
        ByteReader(bytes.substr(kSegmentCrcAt)).fixed<std::uint32_t>())
        return fail(ErrorCode::kCorruption, "segment header fails its checksum");
    if (version != kFormatVersion) {
        return fail(ErrorCode::kUnsupported,
                    "written by a newer version (format " + std::to_string(version) + ")");
    }
    SegmentHeader header;
    header.salt = in.fixed<std::uint32_t>();
    header.log_uuid.bytes = in.fixed<std::array<unsigned char, 16>>();
    header.seq = in.fixed<std::uint64_t>();
    header.first_offset = in.fixed<std::uint64_t>();
    header.segment_bytes = in.fixed<std::uint64_t>();
    in.fixed<std::uint64_t>();
    header.counters = read_counters(in);
    header.created_at_us = in.fixed<TimestampUs>();
    header.prev_crc = in.fixed<std::uint32_t>();
    if (header.segment_bytes < kSegmentBytesMin || header.segment_bytes > kSegmentBytesMax)
        return fail(ErrorCode::kCorruption, "segment header with an impossible size");
    return header;
}

void encode_record_header(RecordHeader& header, std::uint32_t salt, char* out) {
    char* const begin = out;
    put(out, kRecordMagic);
    put(out, std::uint32_t{0});
    put(out, header.payload_crc);
    put(out, header.prev_crc);
    put(out, static_cast<std::uint32_t>(header.kind));
    put(out, header.count);
    put(out, header.length);
    put(out, header.durable_bytes);
    put(out, header.segment_seq);
    put(out, header.first_offset);
    put(out, header.written_at_us);
    put(out, header.durable_to);
    put(out, header.counters.received);
    put(out, header.counters.stored);
    put(out, header.counters.rejected);
    put(out, header.counters.dropped);
    put(out, header.counters.duplicate);
    header.header_crc = crc32c({begin + kRecordCrcFrom, kRecordHeaderBytes - kRecordCrcFrom}, salt);
    std::memcpy(begin + sizeof(kRecordMagic), &header.header_crc, sizeof(header.header_crc));
}

std::optional<RecordHeader> find_record_header(std::string_view bytes,
                                               const SegmentHeader& segment,
                                               std::uint64_t room) {
    if (bytes.size() < kRecordHeaderBytes || room < kRecordHeaderBytes) return std::nullopt;
    ByteReader in(bytes);
    if (in.fixed<std::uint32_t>() != kRecordMagic) return std::nullopt;
    RecordHeader header;
    header.header_crc = in.fixed<std::uint32_t>();
    const auto covered = bytes.substr(kRecordCrcFrom, kRecordHeaderBytes - kRecordCrcFrom);
    if (crc32c(covered, segment.salt) != header.header_crc) return std::nullopt;
    header.payload_crc = in.fixed<std::uint32_t>();
    header.prev_crc = in.fixed<std::uint32_t>();
    const auto kind = in.fixed<std::uint32_t>();
    header.count = in.fixed<std::uint32_t>();
    header.length = in.fixed<std::uint32_t>();
    header.durable_bytes = in.fixed<std::uint32_t>();
    header.segment_seq = in.fixed<std::uint64_t>();
    header.first_offset = in.fixed<std::uint64_t>();
    header.written_at_us = in.fixed<TimestampUs>();
    header.durable_to = in.fixed<std::uint64_t>();
    header.counters = read_counters(in);
    if (kind == 0 || kind > static_cast<std::uint32_t>(RecordKind::kCounters)) return std::nullopt;
    header.kind = static_cast<RecordKind>(kind);
    if (header.segment_seq != segment.seq || record_bytes(header) > room || !is_shape_valid(header))
        return std::nullopt;
    return header;
}

bool is_payload_valid(const RecordHeader& header, std::string_view padded, std::uint32_t salt) {
    if (padded.size() != padded_bytes(header.length)) return false;
    if (crc32c(padded, salt) != header.payload_crc) return false;
    std::uint64_t total = header.count * item_overhead(header.kind);
    for (std::uint32_t index = 0; index < header.count; ++index) {
        std::uint32_t bytes = 0;
        std::memcpy(&bytes, padded.data() + std::size_t{index} * kLengthBytes, kLengthBytes);
        total += bytes;
    }
    return header.kind == RecordKind::kCounters || total == header.length;
}

RecordView view_of(const RecordHeader& header, std::string_view payload) {
    RecordView view;
    view.kind = header.kind;
    view.first_offset = header.first_offset;
    view.count = header.count;
    view.written_at_us = header.written_at_us;
    payload = payload.substr(0, header.length);
    view.lengths = payload.substr(0, header.count * kLengthBytes);
    payload.remove_prefix(view.lengths.size());
    if (header.kind == RecordKind::kRows) {
        view.fingerprints = payload.substr(0, header.count * kFingerprintBytes);
        payload.remove_prefix(view.fingerprints.size());
    }
    view.payload = payload;
    return view;
}

RecordView cut(const RecordView& view, std::uint64_t from, std::uint64_t to) {
    const std::uint64_t end = view.first_offset + view.count;
    if (from <= view.first_offset && to >= end) return view;
    from = std::clamp(from, view.first_offset, end);
    to = std::clamp(to, from, end);
    const auto skipped = static_cast<std::uint32_t>(from - view.first_offset);
    RecordView part = view;
    part.first_offset = from;
    part.count = static_cast<std::uint32_t>(to - from);
    std::size_t begin = 0;
    for (std::uint32_t index = 0; index < skipped; ++index)
        begin += view.item_bytes(index);
    std::size_t bytes = 0;
    for (std::uint32_t index = 0; index < part.count; ++index)
        bytes += view.item_bytes(skipped + index);
    part.payload = view.payload.substr(begin, bytes);
    part.lengths = view.lengths.substr(skipped * kLengthBytes, part.count * kLengthBytes);
    if (!view.fingerprints.empty()) {
        part.fingerprints =
            view.fingerprints.substr(skipped * kFingerprintBytes, part.count * kFingerprintBytes);
    }
    return part;
}

Fingerprint fingerprint_at(std::string_view fingerprints, std::size_t index) {
    Fingerprint fingerprint;
    const char* at = fingerprints.data() + index * kFingerprintBytes;
    std::memcpy(&fingerprint.high, at, sizeof(fingerprint.high));
    std::memcpy(&fingerprint.low, at + sizeof(fingerprint.high), sizeof(fingerprint.low));
    return fingerprint;
}

}  // namespace icelight::wal
