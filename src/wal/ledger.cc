#include "wal/ledger.h"

#include <algorithm>
#include <utility>

namespace icelight::wal {
namespace {

constexpr std::uint64_t kMarkEveryBytes = 64 << 10;

}  // namespace

void Ledger::add(Segment segment) {
    const std::lock_guard lock(mutex_);
    segments_.push_back(std::move(segment));
}

void Ledger::add_old_sidecar(OldSidecar sidecar) {
    const std::lock_guard lock(mutex_);
    old_sidecars_.push_back(sidecar);
}

void Ledger::set_sealed(std::uint64_t seq, TimestampUs newest_us) {
    const std::lock_guard lock(mutex_);
    for (Segment& segment : segments_) {
        if (segment.file.header.seq != seq) continue;
        segment.has_sidecar = true;
        segment.newest_us = newest_us;
    }
}

void Ledger::advance(std::uint64_t durable_offset, std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    if (marks_.empty() || bytes_ - marks_.back().bytes >= kMarkEveryBytes)
        marks_.push_back({durable_offset_, bytes_});
    durable_offset_ = durable_offset;
    bytes_ += bytes;
}

std::optional<SegmentFile> Ledger::find_removable(std::uint64_t below,
                                                  std::uint64_t retained_bytes_max) const {
    const std::lock_guard lock(mutex_);
    std::uint64_t flushed_bytes = 0;
    for (std::size_t index = 0; index + 1 < segments_.size(); ++index) {
        if (segments_[index + 1].file.header.first_offset > below) break;
        flushed_bytes += segments_[index].file.header.segment_bytes;
    }
    if (flushed_bytes <= retained_bytes_max || !segments_.front().has_sidecar) return std::nullopt;
    return segments_.front().file;
}

void Ledger::drop_oldest() {
    const std::lock_guard lock(mutex_);
    const Segment& oldest = segments_.front();
    old_sidecars_.push_back({oldest.file.header.seq, oldest.newest_us});
    segments_.pop_front();
    const std::uint64_t first_offset = segments_.front().file.header.first_offset;
    while (marks_.size() > 1 && marks_[1].offset <= first_offset)
        marks_.pop_front();
}

std::vector<std::uint64_t> Ledger::take_old_sidecars(TimestampUs oldest_kept_us) {
    const std::lock_guard lock(mutex_);
    const auto too_old = std::partition(
        old_sidecars_.begin(), old_sidecars_.end(), [oldest_kept_us](const OldSidecar& sidecar) {
            return sidecar.newest_us >= oldest_kept_us;
        });
    std::vector<std::uint64_t> taken;
    for (auto at = too_old; at != old_sidecars_.end(); ++at)
        taken.push_back(at->seq);
    old_sidecars_.erase(too_old, old_sidecars_.end());
    return taken;
}

std::uint64_t Ledger::first_offset() const {
    const std::lock_guard lock(mutex_);
    return segments_.empty() ? durable_offset_ : segments_.front().file.header.first_offset;
}

std::uint64_t Ledger::bytes_from(std::uint64_t offset) const {
    const std::lock_guard lock(mutex_);
    if (offset >= durable_offset_ || marks_.empty()) return 0;
    auto after = std::upper_bound(
        marks_.begin(), marks_.end(), offset, [](std::uint64_t wanted, const Mark& mark) {
            return wanted < mark.offset;
        });
    if (after != marks_.begin()) --after;
    return bytes_ - after->bytes;
}

std::size_t Ledger::size() const {
    const std::lock_guard lock(mutex_);
    return segments_.size();
}

}  // namespace icelight::wal
