#include "wal/recovery.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "io/file_system.h"
#include "wal/housekeeper.h"
#include "wal/recovery_table.h"
#include "wal/scan.h"
#include "wal/sidecar.h"
#include "wal/telemetry.h"

namespace icelight::wal {
namespace {

constexpr std::size_t kZerosBytes = 1 << 20;
constexpr std::string_view kUntouched = "Nothing was changed";

tl::unexpected<Error> refuse(std::string message) {
    return fail(ErrorCode::kCorruption, std::move(message));
}

class Recovery {
public:
    Recovery(const Options& options,
             io::FileSystem& files,
             const Clock& clock,
             const TableWatermark& watermark)
        : options_(options),
          files_(files),
          clock_(clock),
          watermark_(watermark),
          recovered_(options) {}

    Result<Recovered> run(bool allow_new_log);

private:
    Result<bool> is_without_records() const;
    Result<> begin_log(bool allow_new_log);
    Result<> check_identity() const;
    Result<> read_old_sidecars();
    Result<> recover_sealed(const SegmentFile& segment, const SegmentHeader& successor);
    Result<bool> skip_flushed(const SegmentFile& segment, const SegmentHeader& successor);
    Result<> recover_last(const SegmentFile& segment);
    Result<> repair(const SegmentFile& segment, const ScanEnd& end, Verdict verdict);
    Result<> load(const SegmentFile& segment);
    void remember(const Fingerprint& fingerprint, std::uint64_t offset, TimestampUs written_at_us);
    VisitRecord remembering();

    const Options& options_;
    io::FileSystem& files_;
    const Clock& clock_;
    const TableWatermark watermark_;
    Directory directory_;
    std::string bytes_;  ///< Of the segment at hand, zeros where the file is short.
    TimestampUs window_time_us_ = 0;
    Recovered recovered_;
};

Result<Recovered> Recovery::run(bool allow_new_log) {
    ICE_TRY(files_.create_directories_durably(options_.directory));
    ICE_ASSIGN(directory_, load_directory(options_.directory, files_, {}));
    if (!directory_.has_key) {
        ICE_ASSIGN(const bool is_fresh, is_without_records());
        if (!is_fresh) {
            return refuse(
                fmt::format("{}: the file `key` is missing beside segments with records; "
                            "restore it from a backup. {}",
                            options_.directory.string(),
                            kUntouched));
        }
        ICE_TRY(begin_log(allow_new_log));
        return std::move(recovered_);
    }
    if (directory_.segments.empty()) {
        return refuse(
            fmt::format("{}: the log's segments are gone; restore them from a backup, or "
                        "move `key` away and start with --new-log. {}",
                        options_.directory.string(),
                        kUntouched));
    }
    ICE_ASSIGN(recovered_.identity, load_identity(options_.directory, files_));
    ICE_TRY(check_identity());
    ICE_TRY(read_old_sidecars());
    const auto live = live_segments(directory_);
    const std::set<const SegmentFile*> is_live(live.begin(), live.end());
    for (const auto& [seq, segment] : directory_.segments) {
        recovered_.next_seq = seq + 1;
        if (!is_live.contains(&segment)) {
            recovered_.ledger->add({segment, true, 0});
            continue;
        }
        const auto at = std::find(live.begin(), live.end(), &segment);
        if (at + 1 == live.end()) {
            ICE_TRY(recover_last(segment));
        } else {
            ICE_TRY(recover_sealed(segment, at[1]->header));
        }
    }
    return std::move(recovered_);
}

Result<bool> Recovery::is_without_records() const {
    for (const auto& [seq, segment] : directory_.segments) {
        ICE_ASSIGN(const std::string bytes, files_.read_file(segment.path, kSegmentBytesMax));
        const ScanEnd end{};
        if (!scan_rest(segment.header, bytes, end).is_zero) return false;
    }
    return true;
}

Result<> Recovery::begin_log(bool allow_new_log) {
    if (!watermark_.log_uuid.is_nil() && !allow_new_log) {
        return refuse(fmt::format(
            "{}: no log here, but the table was written up to offset {} from log {}. Restore the "
            "log directory, or start with --new-log to go on from there: events that were "
            "acknowledged and are not in the table are then lost. {}",
            options_.directory.string(),
            watermark_.next_offset,
            watermark_.log_uuid.text(),
            kUntouched));
    }
    for (const auto& [seq, segment] : directory_.segments) {
        ICE_TRY(files_.remove(segment.path));
    }
    Identity& identity = recovered_.identity;
    identity.log_uuid = make_uuid_v7(clock_.now_us());
    identity.parent_uuid = watermark_.log_uuid;
    identity.start_offset = watermark_.next_offset;
    fill_random(identity.secret.data(), identity.secret.size());
    LogState& state = recovered_.state;
    state.next_offset = identity.start_offset;
    state.written_at_us = clock_.now_us();
    const SegmentHeader header = make_segment_header(options_, identity.log_uuid, 1, state);
    ICE_ASSIGN(recovered_.active, make_spare(options_.directory, files_, options_.segment_bytes));
    ICE_TRY(name_spare(options_.directory, files_, *recovered_.active, header));
    ICE_TRY(store_identity(options_.directory, files_, identity));
    recovered_.next_seq = 2;
    recovered_.active_file = {options_.directory / segment_name(1), header, options_.segment_bytes};
    recovered_.ledger->add({recovered_.active_file, false, 0});
    recovered_.ledger->advance(state.next_offset, 0);
    return {};
}

Result<> Recovery::check_identity() const {
    const Identity& identity = recovered_.identity;
    const std::string where = options_.directory.string();
    for (const auto& [seq, segment] : directory_.segments) {
        if (segment.header.log_uuid == identity.log_uuid) continue;
        return refuse(
            fmt::format("{}: belongs to log {}, the directory to log {}; move the file "
                        "away. {}",
                        segment.path.string(),
                        segment.header.log_uuid.text(),
                        identity.log_uuid.text(),
                        kUntouched));
    }
    const bool is_ours = watermark_.log_uuid == identity.log_uuid;
    const bool is_child = watermark_.log_uuid == identity.parent_uuid &&
                          watermark_.next_offset == identity.start_offset;
    const bool is_unread = watermark_.log_uuid.is_nil();
    if (!is_ours && !is_child && !is_unread) {
        return refuse(
            fmt::format("{}: this is log {}, the table was written from log {} up to "
                        "offset {}; put that log's directory here. {}",
                        where,
                        identity.log_uuid.text(),
                        watermark_.log_uuid.text(),
                        watermark_.next_offset,
                        kUntouched));
    }
    const std::uint64_t first = live_segments(directory_).front()->header.first_offset;
    if (first <= watermark_.next_offset) return {};
    return refuse(
        fmt::format("{}: the table holds offsets below {}, the oldest segment here begins "
                    "at {}; restore the missing segments, or an older catalog was put "
                    "beside this log. {}",
                    where,
                    watermark_.next_offset,
                    first,
                    kUntouched));
}

Result<> Recovery::read_old_sidecars() {
    const std::uint64_t first_seq = directory_.segments.begin()->first;
    for (const std::uint64_t seq : directory_.sidecars) {
        if (seq >= first_seq) break;
        const auto sidecar = load_sidecar(options_.directory, seq, files_);
        if (!sidecar) {
            telemetry::sidecar_unreadable(sidecar.error());
            recovered_.ledger->add_old_sidecar({seq, 0});
            continue;
        }
        for_each_row(*sidecar, [this](const Fingerprint& fingerprint, auto offset, auto at_us) {
            remember(fingerprint, offset, at_us);
        });
        recovered_.ledger->add_old_sidecar({seq, sidecar->newest_us});
    }
    return {};
}

void Recovery::remember(const Fingerprint& fingerprint,
                        std::uint64_t offset,
                        TimestampUs written_at_us) {
    if (written_at_us < clock_.now_us() - std::chrono::microseconds(options_.window_age).count())
        return;
    if (written_at_us != window_time_us_) recovered_.window.set_time(written_at_us);
    window_time_us_ = written_at_us;
    recovered_.window.insert(fingerprint, offset);
}

VisitRecord Recovery::remembering() {
    return [this](const RecordHeader& header, const RecordView& view) {
        for (std::uint32_t index = 0; index < view.fingerprints.size() / kFingerprintBytes;
             ++index) {
            remember(fingerprint_at(view.fingerprints, index),
                     view.first_offset + index,
                     view.written_at_us);
        }
        recovered_.ledger->advance(header.end_offset(), record_bytes(header));
    };
}

Result<> Recovery::load(const SegmentFile& segment) {
    bytes_.assign(segment.header.segment_bytes, '\0');
    ICE_ASSIGN(const auto file, files_.open(segment.path, io::OpenMode::kRead));
    ICE_TRY(file->read_at(0, bytes_.data(), bytes_.size()));
    return {};
}

Result<bool> Recovery::skip_flushed(const SegmentFile& segment, const SegmentHeader& successor) {
    const bool is_flushed = successor.first_offset <= watermark_.next_offset;
    const bool is_short = segment.file_bytes < segment.header.segment_bytes;
    const std::uint64_t seq = segment.header.seq;
    if (!is_flushed || is_short || !directory_.sidecars.contains(seq)) return false;
    const auto sidecar = load_sidecar(options_.directory, seq, files_);
    if (!sidecar || sidecar->log_uuid != segment.header.log_uuid ||
        sidecar->end_offset != successor.first_offset)
        return false;
    for_each_row(*sidecar, [this](const Fingerprint& fingerprint, auto offset, auto at_us) {
        remember(fingerprint, offset, at_us);
    });
    recovered_.ledger->add({segment, true, sidecar->newest_us});
    recovered_.ledger->advance(successor.first_offset, segment.header.segment_bytes);
    return true;
}

Result<> Recovery::recover_sealed(const SegmentFile& segment, const SegmentHeader& successor) {
    ICE_ASSIGN(const bool is_done, skip_flushed(segment, successor));
    if (is_done) return {};
    ICE_TRY(load(segment));
    const ScanEnd end = scan_records(segment.header, bytes_, successor.first_offset, remembering());
    const bool is_short = segment.file_bytes < segment.header.segment_bytes;
    if (is_short || end.next_offset != successor.first_offset ||
        end.last_item_crc != successor.prev_crc) {
        const TailRule& rule = find_rule({.is_last = false, .is_short = is_short});
        return refuse(
            fmt::format("{}: byte {}: damaged ({}): offsets {} to {} should follow. "
                        "{}; restore this file from a backup",
                        segment.path.string(),
                        end.bytes,
                        rule.label,
                        end.next_offset,
                        successor.first_offset,
                        kUntouched));
    }
    const bool has_sidecar = directory_.sidecars.contains(segment.header.seq) &&
                             load_sidecar(options_.directory, segment.header.seq, files_);
    recovered_.ledger->add({segment, has_sidecar, end.written_at_us});
    if (!has_sidecar) recovered_.unsealed.push_back({segment, successor.first_offset});
    return {};
}

Result<> Recovery::recover_last(const SegmentFile& segment) {
    ICE_TRY(load(segment));
    const ScanEnd end = scan_records(segment.header, bytes_, std::nullopt, remembering());
    const Rest rest = scan_rest(segment.header, bytes_, end);
    const TailRule& rule =
        find_rule({.is_short = segment.file_bytes < segment.header.segment_bytes,
                   .is_rest_zero = rest.is_zero,
                   .later = rest.later,
                   .is_below_watermark = end.next_offset < watermark_.next_offset});
    if (rule.verdict == Verdict::kDamaged) {
        return refuse(fmt::format(
            "{}: byte {}: damaged ({}): the records end at offset {}, the table holds offsets "
            "below {}, the next valid record is at byte {}. {}; restore the log directory from "
            "a backup that is not older than the table",
            segment.path.string(),
            end.bytes,
            rule.label,
            end.next_offset,
            watermark_.next_offset,
            rest.later_at_bytes,
            kUntouched));
    }
    ICE_TRY(repair(segment, end, rule.verdict));
    if (rule.verdict == Verdict::kTorn)
        telemetry::torn_tail(segment.path.string(), end.bytes, rule.label);
    recovered_.active_file = segment;
    recovered_.active_file.file_bytes = segment.header.segment_bytes;
    recovered_.ledger->add({recovered_.active_file, false, end.written_at_us});
    recovered_.ledger->advance(end.next_offset, 0);
    recovered_.state = {.next_offset = end.next_offset,
                        .segment_bytes = end.bytes,
                        .last_crc = end.last_crc,
                        .last_item_crc = end.last_item_crc,
                        .counters = end.counters,
                        .written_at_us = end.written_at_us};
    // At most one empty record lies after what is attested.
    recovered_.is_attested = end.attested_bytes + kRecordHeaderBytes >= end.bytes;
    return {};
}

Result<> Recovery::repair(const SegmentFile& segment, const ScanEnd& end, Verdict verdict) {
    ICE_ASSIGN(auto file, files_.open(segment.path, io::OpenMode::kReadWrite));
    if (verdict == Verdict::kTorn) {
        static const std::string zeros(kZerosBytes, '\0');
        for (std::uint64_t at = end.bytes; at < bytes_.size(); at += kZerosBytes) {
            const auto part = std::min<std::uint64_t>(kZerosBytes, bytes_.size() - at);
            ICE_TRY(file->write_at(at, std::string_view(zeros).substr(0, part)));
        }
    }
    // Reads may show what an earlier, failed sync lost: what no record attests is written anew.
    const auto doubtful =
        std::string_view(bytes_).substr(end.attested_bytes, end.bytes - end.attested_bytes);
    if (!doubtful.empty()) {
        ICE_TRY(file->write_at(end.attested_bytes, doubtful));
    }
    ICE_TRY(file->sync_all());
    recovered_.active = std::move(file);
    return {};
}

}  // namespace

SegmentHeader make_segment_header(const Options& options,
                                  const Uuid& log_uuid,
                                  std::uint64_t seq,
                                  const LogState& state) {
    SegmentHeader header;
    unsigned char random[sizeof(header.salt)];
    fill_random(random, sizeof(random));
    std::copy_n(random, sizeof(random), reinterpret_cast<unsigned char*>(&header.salt));
    header.log_uuid = log_uuid;
    header.seq = seq;
    header.first_offset = state.next_offset;
    header.segment_bytes = options.segment_bytes;
    header.counters = state.counters;
    header.created_at_us = state.written_at_us;
    header.prev_crc = state.last_item_crc;
    return header;
}

Result<Recovered> recover(const Options& options,
                          io::FileSystem& files,
                          const Clock& clock,
                          const TableWatermark& watermark,
                          bool allow_new_log) {
    return Recovery(options, files, clock, watermark).run(allow_new_log);
}

}  // namespace icelight::wal
