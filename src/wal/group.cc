#include "wal/group.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/crc32c.h"
#include "wal/sidecar.h"

namespace icelight::wal {
namespace {

constexpr std::size_t kRowsAhead = 8;  // Enough to hide a cache miss of the window's table.

}  // namespace

std::size_t GroupBuilder::bytes_max(const Batch& batch) {
    std::size_t bytes = 0;
    if (!batch.row_refs.empty()) {
        bytes += kRecordHeaderBytes +
                 padded_bytes(batch.rows.size() +
                              batch.row_refs.size() * (kLengthBytes + kFingerprintBytes));
    }
    if (!batch.reject_bytes.empty()) {
        bytes += kRecordHeaderBytes +
                 padded_bytes(batch.rejects.size() + batch.reject_bytes.size() * kLengthBytes);
    }
    return bytes;
}

void GroupBuilder::begin(const SegmentHeader& header, const LogState& durable, TimestampUs now_us) {
    seq_ = header.seq;
    salt_ = header.salt;
    segment_bytes_ = header.segment_bytes;
    durable_ = durable;
    state_ = durable;
    // The record clock never goes back, whatever the machine's does.
    state_.written_at_us = std::max(durable.written_at_us, now_us);
    window_.set_time(state_.written_at_us);
    buffer_.clear();
    runs_.clear();
}

Appended GroupBuilder::add(const Batch& batch) {
    Appended appended;
    Counters& counters = state_.counters;
    const std::uint32_t stored = find_outcomes(batch, appended);
    counters.received += batch.row_refs.size() + batch.dropped;
    counters.stored += stored;
    counters.duplicate += batch.row_refs.size() - stored;
    counters.dropped += batch.dropped;
    if (stored > 0) append_rows(batch, appended, stored);
    if (!batch.reject_bytes.empty()) {
        counters.received += batch.reject_bytes.size();
        counters.rejected += batch.reject_bytes.size();
        appended.reject_offsets.reserve(batch.reject_bytes.size());
        for (std::size_t index = 0; index < batch.reject_bytes.size(); ++index)
            appended.reject_offsets.push_back(state_.next_offset + index);
        append_rejects(batch);
    }
    appended.next_offset = state_.next_offset;
    return appended;
}

std::uint32_t GroupBuilder::find_outcomes(const Batch& batch, Appended& appended) {
    const auto& refs = batch.row_refs;
    appended.rows.reserve(refs.size());
    for (std::size_t index = 0; index < std::min(kRowsAhead, refs.size()); ++index)
        window_.prefetch(refs[index].fingerprint);
    std::uint32_t stored = 0;
    for (std::size_t index = 0; index < refs.size(); ++index) {
        if (index + kRowsAhead < refs.size())
            window_.prefetch(refs[index + kRowsAhead].fingerprint);
        const std::uint64_t offset = state_.next_offset + stored;
        const auto held = window_.insert(refs[index].fingerprint, offset);
        appended.rows.push_back({held.value_or(offset), held.has_value()});
        if (!held) ++stored;
    }
    return stored;
}

void GroupBuilder::append_rows(const Batch& batch, const Appended& appended, std::uint32_t stored) {
    const std::size_t start = buffer_.size();
    buffer_.reserve(start + bytes_max(batch));
    buffer_.append(kRecordHeaderBytes, '\0');
    const auto& refs = batch.row_refs;
    for (std::size_t index = 0; index < refs.size(); ++index) {
        if (!appended.rows[index].is_duplicate) append_fixed(buffer_, refs[index].bytes);
    }
    for (std::size_t index = 0; index < refs.size(); ++index) {
        if (appended.rows[index].is_duplicate) continue;
        append_fixed(buffer_, refs[index].fingerprint.high);
        append_fixed(buffer_, refs[index].fingerprint.low);
    }
    const std::size_t fingerprint_bytes = stored * kFingerprintBytes;
    append_run(runs_,
               state_.next_offset,
               state_.written_at_us,
               std::string_view(buffer_).substr(buffer_.size() - fingerprint_bytes));
    if (stored == refs.size()) {
        buffer_.append(batch.rows);
    } else {
        std::size_t at = 0;
        for (std::size_t index = 0; index < refs.size(); ++index) {
            if (!appended.rows[index].is_duplicate)
                buffer_.append(batch.rows, at, refs[index].bytes);
            at += refs[index].bytes;
        }
    }
    finish_record(start, RecordKind::kRows, stored);
}

void GroupBuilder::append_rejects(const Batch& batch) {
    const std::size_t start = buffer_.size();
    buffer_.append(kRecordHeaderBytes, '\0');
    for (const std::uint32_t bytes : batch.reject_bytes)
        append_fixed(buffer_, bytes);
    buffer_.append(batch.rejects);
    finish_record(
        start, RecordKind::kRejects, static_cast<std::uint32_t>(batch.reject_bytes.size()));
}

void GroupBuilder::add_counters() {
    const std::size_t start = buffer_.size();
    buffer_.append(kRecordHeaderBytes, '\0');
    finish_record(start, RecordKind::kCounters, 0);
}

std::string_view GroupBuilder::whole_blocks() {
    const std::uint64_t end = (state_.segment_bytes + kBlockBytes - 1) / kBlockBytes * kBlockBytes;
    buffer_.resize(std::min(end, segment_bytes_) - durable_.segment_bytes, '\0');
    return buffer_;
}

void GroupBuilder::finish_record(std::size_t start, RecordKind kind, std::uint32_t count) {
    RecordHeader header;
    header.kind = kind;
    header.count = count;
    header.length = static_cast<std::uint32_t>(buffer_.size() - start - kRecordHeaderBytes);
    buffer_.append(padded_bytes(header.length) - header.length, '\0');
    const auto payload = std::string_view(buffer_).substr(start + kRecordHeaderBytes);
    header.payload_crc = crc32c(payload, salt_);
    header.prev_crc = state_.last_crc;
    header.durable_bytes = static_cast<std::uint32_t>(durable_.segment_bytes);
    header.segment_seq = seq_;
    header.first_offset = state_.next_offset;
    header.written_at_us = state_.written_at_us;
    header.durable_to = durable_.next_offset;
    header.counters = state_.counters;
    encode_record_header(header, salt_, buffer_.data() + start);
    state_.last_crc = header.header_crc;
    if (count > 0) state_.last_item_crc = header.header_crc;
    state_.next_offset += count;
    state_.segment_bytes += buffer_.size() - start;
}

}  // namespace icelight::wal
