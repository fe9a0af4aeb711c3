#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/hash.h"
#include "wal/batch.h"

namespace icelight::wal {

/// The fingerprints of the rows stored lately, with their offsets, in log order.
///
/// 20 bytes an entry in blocks, found through an open-addressing table of 4-byte slots (8 bits of
/// the fingerprint, 24 of the entry's number) at 64 to 80 % load: at most 27 bytes an entry.
/// Thread safety: none; the log's thread owns it.
class Window {
public:
    Window(std::size_t bytes_max, std::chrono::seconds age_max);

    /// Asks for the cache lines that insert() will touch; call it some rows ahead.
    void prefetch(const Fingerprint& fingerprint) const;

    /// Remembers a row stored at `offset`, unless the fingerprint is held: then that row's offset.
    std::optional<std::uint64_t> insert(const Fingerprint& fingerprint, std::uint64_t offset);
    std::optional<std::uint64_t> find(const Fingerprint& fingerprint) const;

    /// Entries inserted from now on have the record clock `now_us`; some that became too old go.
    void set_time(TimestampUs now_us);

    /// Forgets the rows at and above `offset`: they did not become durable.
    void forget_from(std::uint64_t offset);

    WindowInfo info() const;

    std::uint64_t entries_max() const { return entries_max_; }

private:
    static constexpr std::size_t kBlockEntries = 4096;

    struct Block {  // NOLINT: left uninitialised
        std::uint64_t base_offset = 0;
        std::uint32_t delta[kBlockEntries];
        Fingerprint fingerprints[kBlockEntries];
    };

    struct Mark {  ///< Entries from `first` on were inserted between these times.
        std::uint64_t first = 0;
        TimestampUs oldest_us = 0;
        TimestampUs newest_us = 0;
    };

    Block& block_of(std::uint64_t number) const;
    const Fingerprint& fingerprint_of(std::uint64_t number) const;
    std::uint64_t offset_of(std::uint64_t number) const;
    std::uint64_t number_of(std::uint32_t slot) const;
    std::size_t home_of(const Fingerprint& fingerprint) const;
    std::optional<std::size_t> find_slot(const Fingerprint& fingerprint) const;
    void add_slot(const Fingerprint& fingerprint, std::uint64_t number);
    void erase_slot_of(std::uint64_t number);
    void grow();
    void drop_oldest();
    void clear();

    // constant after construction
    std::uint64_t entries_max_;
    std::int64_t age_max_us_;
    // the entries [head_, next_), by running number
    std::deque<std::unique_ptr<Block>> blocks_;
    std::uint64_t head_ = 0;
    std::uint64_t next_ = 0;
    std::deque<Mark> marks_;
    std::vector<std::uint32_t> slots_;  ///< 0 is empty.
};

}  // namespace icelight::wal
