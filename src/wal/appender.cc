#include "wal/appender.h"

#include <algorithm>
#include <utility>

#include "io/file_system.h"
#include "wal/recovery.h"
#include "wal/telemetry.h"

namespace icelight::wal {
namespace {

// A group is held in memory beside its batches; past this it is written and the next one begins.
constexpr std::size_t kGroupBytesMax = 8 << 20;
// Fingerprints of the active segment that are kept until it is sealed; past it, as after a start,
// the segment is read for them. A segment of 64 MiB with rows of 100 bytes has 10 MiB of them.
constexpr std::size_t kGatheredBytesMax = 16 << 20;

Error unavailable(const Error& cause) {
    return {ErrorCode::kUnavailable, "not durable, retry: " + cause.message};
}

}  // namespace

Appender::Appender(const Options& options,
                   io::FileSystem& files,
                   const Clock& clock,
                   Recovered recovered)
    : options_(options),
      files_(files),
      clock_(clock),
      log_uuid_(recovered.identity.log_uuid),
      ledger_(std::move(recovered.ledger)),
      duplicates_(std::move(recovered.window)),
      builder_(duplicates_),
      durable_(recovered.state),
      file_(std::move(recovered.active)),
      segment_(std::move(recovered.active_file)),
      next_seq_(recovered.next_seq),
      is_attested_(recovered.is_attested),
      durable_offset_(recovered.state.next_offset),
      counters_(recovered.state.counters),
      window_(duplicates_.info()),
      housekeeper_(std::make_unique<Housekeeper>(
          options.directory,
          files,
          options.segment_bytes,
          [ledger = ledger_.get()](std::uint64_t seq, TimestampUs newest_us) {
              ledger->set_sealed(seq, newest_us);
          })) {
    housekeeper_->ask_spare();
    for (auto& unsealed : recovered.unsealed)
        housekeeper_->seal(std::move(unsealed.file), unsealed.end_offset);
    telemetry::segments_held(ledger_->size());
}

Appender::~Appender() = default;

void Appender::commit(std::vector<Pending> batches) {
    const SteadyTime now = clock_.steady();
    const auto is_in_time = [now](const Pending& one) {
        return one.deadline > now;
    };
    auto too_late = batches.end();
    if (!std::all_of(batches.begin(), batches.end(), is_in_time))
        too_late = std::stable_partition(batches.begin(), batches.end(), is_in_time);
    for (auto at = too_late; at != batches.end(); ++at) {
        telemetry::refused("deadline");
        at->done(fail(ErrorCode::kTimeout, "waited too long in the log's queue"));
    }
    std::span<Pending> rest(batches.begin(), too_late);
    while (!rest.empty()) {
        if (!file_) {
            give_up(rest, {ErrorCode::kUnavailable, "no segment of the log can be written"});
            return;
        }
        const std::size_t taken = fill_group(rest);
        if (taken == 0) {
            retire_segment();
            begin_segment();
            continue;
        }
        finish_group(rest.first(taken));
        rest = rest.subspan(taken);
    }
}

std::size_t Appender::fill_group(std::span<Pending> batches) {
    const std::size_t room = std::min<std::uint64_t>(
        kGroupBytesMax, segment_.header.segment_bytes - durable_.segment_bytes);
    const std::size_t whole_room = segment_.header.segment_bytes - durable_.segment_bytes;
    std::size_t taken = 0;
    builder_.begin(segment_.header, durable_, clock_.now_us());
    for (Pending& one : batches) {
        const std::size_t bytes = GroupBuilder::bytes_max(one.batch);
        if (bytes + builder_.bytes().size() > (taken == 0 ? whole_room : room)) break;
        one.appended = builder_.add(one.batch);
        ++taken;
    }
    return taken;
}

void Appender::finish_group(std::span<Pending> batches) {
    const Counters before = durable_.counters;
    const SteadyTime began = clock_.steady();
    const auto written = write_and_sync();
    if (!written) {
        abandon_segment(written.error());
        give_up(batches, unavailable(written.error()));
        return;
    }
    telemetry::Group group{.batches = batches.size(), .bytes = builder_.bytes().size()};
    group.sync_took =
        std::chrono::duration_cast<std::chrono::microseconds>(clock_.steady() - began);
    group.rows_stored = durable_.counters.stored - before.stored;
    group.rejects_stored = durable_.counters.rejected - before.rejected;
    group.duplicates = durable_.counters.duplicate - before.duplicate;
    publish();
    for (Pending& one : batches)
        one.done(std::move(one.appended));
    telemetry::synced(group);
    telemetry::window_holds(duplicates_.info(), durable_.written_at_us);
}

Result<> Appender::write_and_sync() {
    const std::size_t bytes = builder_.bytes().size();
    if (bytes > 0) {
        ICE_TRY(file_->write_at(durable_.segment_bytes, builder_.whole_blocks()));
#ifndef ICELIGHT_FAULT_NO_LOG_SYNC
        ICE_TRY(file_->sync_data());
#endif
    }
    gather();
    durable_ = builder_.state();
    ledger_->advance(durable_.next_offset, bytes);
    is_attested_ = false;
    return {};
}

void Appender::gather() {
    if (!gathered_) return;
    if (gathered_->runs.size() + builder_.runs().size() > kGatheredBytesMax) {
        gathered_.reset();
        return;
    }
    const LogState& after = builder_.state();
    gathered_->runs.append(builder_.runs());
    gathered_->count +=
        static_cast<std::uint32_t>(after.counters.stored - durable_.counters.stored);
    // As read back, up to the last offset: an attesting record after it does not count.
    if (after.next_offset > durable_.next_offset) gathered_->newest_us = after.written_at_us;
}

void Appender::publish() {
    {
        const std::lock_guard lock(mutex_);
        durable_offset_.store(durable_.next_offset);
        counters_ = durable_.counters;
        window_ = duplicates_.info();
    }
    advanced_.notify_all();
}

void Appender::abandon_segment(const Error& error) {
    telemetry::segment_failed(segment_.header.seq, durable_.next_offset, error);
    duplicates_.forget_from(durable_.next_offset);
    retire_segment();
    is_healthy_ = false;
}

void Appender::give_up(std::span<Pending> batches, const Error& error) {
    for (Pending& one : batches) {
        telemetry::refused("no_segment");
        one.done(tl::unexpected(error));
    }
}

void Appender::retire_segment() {
    file_.reset();
    if (segment_.header.first_offset == durable_.next_offset) {
        ledger_->set_sealed(segment_.header.seq, 0);  // Holds nothing; needs no sidecar.
    } else {
        housekeeper_->seal(segment_, durable_.next_offset, std::exchange(gathered_, std::nullopt));
    }
}

bool Appender::begin_segment() {
    LogState state = durable_;
    state.segment_bytes = kSegmentHeaderBytes;
    state.last_crc = 0;
    const SegmentHeader header = make_segment_header(options_, log_uuid_, next_seq_++, state);
    auto spare = housekeeper_->take_spare();
    auto named = spare ? name_spare(options_.directory, files_, **spare, header)
                       : Result<>(tl::unexpected(spare.error()));
    if (!named) {
        telemetry::segment_not_made(named.error());
        if (spare) {
            // Without its name being durable it must not be written; its number is not used again.
            auto removed = files_.remove(options_.directory / segment_name(header.seq));
            static_cast<void>(removed);
        }
        is_healthy_ = false;
        return false;
    }
    file_ = std::move(*spare);
    segment_ = {options_.directory / segment_name(header.seq), header, options_.segment_bytes};
    gathered_ = begin_sidecar(header);
    durable_ = state;
    is_attested_ = true;
    ledger_->add({segment_, false, 0});
    housekeeper_->ask_spare();
    is_healthy_ = true;
    telemetry::segment_began(header.seq, header.first_offset);
    telemetry::segments_held(ledger_->size());
    return true;
}

std::optional<std::chrono::milliseconds> Appender::idle_wait() const {
    if (!file_) return options_.retry_every;
    if (!is_attested_) return options_.attest_after;
    return std::nullopt;
}

void Appender::tick() {
    if (file_) {
        attest();
    } else {
        begin_segment();
    }
}

void Appender::attest() {
    const bool has_room =
        durable_.segment_bytes + kRecordHeaderBytes <= segment_.header.segment_bytes;
    if (!file_ || is_attested_ || !has_room) {
        is_attested_ = true;  // A full segment is attested by its successor.
        return;
    }
    builder_.begin(segment_.header, durable_, clock_.now_us());
    builder_.add_counters();
    const auto written = write_and_sync();
    if (!written) {
        abandon_segment(written.error());
        return;
    }
    publish();
    is_attested_ = true;
}

bool Appender::wait_durable_beyond(std::uint64_t offset, Deadline deadline) const {
    std::unique_lock lock(mutex_);
    return advanced_.wait_until(
        lock, deadline, [this, offset] { return durable_offset_.load() >= offset; });
}

Counters Appender::counters() const {
    const std::lock_guard lock(mutex_);
    return counters_;
}

WindowInfo Appender::window() const {
    const std::lock_guard lock(mutex_);
    return window_;
}

}  // namespace icelight::wal
