#include "wal/window.h"

#include <algorithm>
#include <limits>

namespace icelight::wal {
namespace {

constexpr std::uint64_t kBytesPerEntry = 27;
constexpr std::uint32_t kNumberMask = (1U << 24) - 1;
constexpr std::size_t kSlotsMin = 1024;
constexpr std::int64_t kMarkEveryUs = 10'000'000;
// Ageing is spread over groups, so that a burst a day ago costs no pause now.
constexpr std::uint64_t kForgottenPerCallMax = 4096;
constexpr std::uint64_t kEntriesAhead = 16;  // Hides the cache misses of a growing table.

std::uint32_t tag_of(const Fingerprint& fingerprint) {
    const auto tag = static_cast<std::uint32_t>(fingerprint.high & 0xff);
    return (tag == 0 ? 1 : tag) << 24;
}

/// Maps a hash to [0, slots) by its upper bits, so that the table need not be a power of two.
std::size_t scale(std::uint64_t hash, std::size_t slots) {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::size_t>((static_cast<Wide>(hash) * slots) >> 64);
}

}  // namespace

Window::Window(std::size_t bytes_max, std::chrono::seconds age_max)
    : entries_max_(std::clamp<std::uint64_t>(bytes_max / kBytesPerEntry, 1, kNumberMask - 1)),
      age_max_us_(std::chrono::microseconds(age_max).count()),
      slots_(kSlotsMin) {}

Window::Block& Window::block_of(std::uint64_t number) const {
    return *blocks_[number / kBlockEntries - head_ / kBlockEntries];
}

const Fingerprint& Window::fingerprint_of(std::uint64_t number) const {
    return block_of(number).fingerprints[number % kBlockEntries];
}

std::uint64_t Window::offset_of(std::uint64_t number) const {
    const Block& block = block_of(number);
    return block.base_offset + block.delta[number % kBlockEntries];
}

std::uint64_t Window::number_of(std::uint32_t slot) const {
    return head_ + ((slot - static_cast<std::uint32_t>(head_)) & kNumberMask);
}

std::size_t Window::home_of(const Fingerprint& fingerprint) const {
    return scale(fingerprint.low, slots_.size());
}

void Window::prefetch(const Fingerprint& fingerprint) const {
    __builtin_prefetch(&slots_[home_of(fingerprint)]);
}

std::optional<std::size_t> Window::find_slot(const Fingerprint& fingerprint) const {
    const std::uint32_t tag = tag_of(fingerprint);
    for (std::size_t at = home_of(fingerprint);; at = at + 1 == slots_.size() ? 0 : at + 1) {
        const std::uint32_t slot = slots_[at];
        if (slot == 0) return std::nullopt;
        if ((slot & ~kNumberMask) == tag && fingerprint_of(number_of(slot)) == fingerprint)
            return at;
    }
}

std::optional<std::uint64_t> Window::find(const Fingerprint& fingerprint) const {
    const auto slot = find_slot(fingerprint);
    if (!slot) return std::nullopt;
    return offset_of(number_of(slots_[*slot]));
}

std::optional<std::uint64_t> Window::insert(const Fingerprint& fingerprint, std::uint64_t offset) {
    if (const auto held = find(fingerprint)) return held;
    if (next_ - head_ == entries_max_) drop_oldest();
    if ((next_ - head_ + 1) * 5 > slots_.size() * 4) grow();
    if (next_ % kBlockEntries != 0 &&
        offset - blocks_.back()->base_offset > std::numeric_limits<std::uint32_t>::max())
        clear();
    if (next_ % kBlockEntries == 0) {
        blocks_.push_back(std::unique_ptr<Block>(new Block));  // NOLINT: left uninitialised
        blocks_.back()->base_offset = offset;
    }
    Block& block = *blocks_.back();
    block.fingerprints[next_ % kBlockEntries] = fingerprint;
    block.delta[next_ % kBlockEntries] = static_cast<std::uint32_t>(offset - block.base_offset);
    add_slot(fingerprint, next_);
    ++next_;
    return std::nullopt;
}

void Window::add_slot(const Fingerprint& fingerprint, std::uint64_t number) {
    std::size_t at = home_of(fingerprint);
    while (slots_[at] != 0)
        at = at + 1 == slots_.size() ? 0 : at + 1;
    slots_[at] = tag_of(fingerprint) | (static_cast<std::uint32_t>(number) & kNumberMask);
}

void Window::grow() {
    const std::uint64_t most = entries_max_ + entries_max_ / 4 + 2;
    const std::uint64_t wanted = std::max<std::uint64_t>((next_ - head_ + 1) * 25 / 16, kSlotsMin);
    slots_.assign(std::max<std::uint64_t>(std::min(wanted, most), kSlotsMin), 0);
    for (std::uint64_t number = head_; number < next_; ++number) {
        // Not prefetch(): GCC 12 leaves out calls whose only effect is that, where it sees the
        // body.
        if (number + kEntriesAhead < next_)
            __builtin_prefetch(&slots_[home_of(fingerprint_of(number + kEntriesAhead))]);
        add_slot(fingerprint_of(number), number);
    }
}

void Window::erase_slot_of(std::uint64_t number) {
    const Fingerprint& fingerprint = fingerprint_of(number);
    const std::uint32_t wanted =
        tag_of(fingerprint) | (static_cast<std::uint32_t>(number) & kNumberMask);
    const std::size_t slots = slots_.size();
    std::size_t hole = home_of(fingerprint);
    while (slots_[hole] != wanted)
        hole = hole + 1 == slots ? 0 : hole + 1;
    // Move back what may stand nearer to its home, so that no search meets a hole too early.
    const auto distance = [slots](std::size_t from, std::size_t to) {
        return to >= from ? to - from : to + slots - from;
    };
    for (std::size_t at = hole;;) {
        at = at + 1 == slots ? 0 : at + 1;
        if (slots_[at] == 0) break;
        const std::size_t home = home_of(fingerprint_of(number_of(slots_[at])));
        if (distance(home, at) < distance(hole, at)) continue;
        slots_[hole] = slots_[at];
        hole = at;
    }
    slots_[hole] = 0;
}

void Window::drop_oldest() {
    erase_slot_of(head_);
    ++head_;
    if (head_ % kBlockEntries == 0) blocks_.pop_front();
    while (marks_.size() > 1 && marks_[1].first <= head_)
        marks_.pop_front();
}

void Window::clear() {
    blocks_.clear();
    std::fill(slots_.begin(), slots_.end(), 0);
    next_ = (next_ / kBlockEntries + 1) * kBlockEntries;
    head_ = next_;
    const TimestampUs now_us = marks_.empty() ? 0 : marks_.back().newest_us;
    marks_.clear();
    marks_.push_back({next_, now_us, now_us});
}

void Window::set_time(TimestampUs now_us) {
    if (marks_.empty() || now_us - marks_.back().oldest_us >= kMarkEveryUs) {
        marks_.push_back({next_, now_us, now_us});
    } else {
        marks_.back().newest_us = std::max(marks_.back().newest_us, now_us);
    }
    const TimestampUs oldest_kept_us = now_us - age_max_us_;
    for (std::uint64_t count = 0; count < kForgottenPerCallMax && head_ < next_; ++count) {
        if (marks_.front().newest_us >= oldest_kept_us) break;
        drop_oldest();
    }
}

void Window::forget_from(std::uint64_t offset) {
    while (next_ > head_ && offset_of(next_ - 1) >= offset) {
        erase_slot_of(next_ - 1);
        --next_;
        if (next_ % kBlockEntries == 0) blocks_.pop_back();
    }
    while (!marks_.empty() && marks_.back().first > next_)
        marks_.back().first = next_;
}

WindowInfo Window::info() const {
    WindowInfo info;
    info.entries = next_ - head_;
    info.bytes = blocks_.size() * sizeof(Block) + slots_.size() * sizeof(slots_[0]) +
                 marks_.size() * sizeof(Mark);
    if (info.entries > 0 && !marks_.empty()) info.oldest_us = marks_.front().oldest_us;
    return info;
}

}  // namespace icelight::wal
