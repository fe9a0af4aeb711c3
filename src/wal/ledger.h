#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "wal/directory.h"

namespace icelight::wal {

/// Which segments the log holds, how many bytes lie where, and what may go.
///
/// Thread safety: all members, from any thread.
class Ledger {
public:
    struct Segment {
        SegmentFile file;
        bool has_sidecar = false;  ///< Or needs none. Without it the segment stays.
        TimestampUs newest_us = 0;
    };

    struct OldSidecar {  ///< Of a segment that was released.
        std::uint64_t seq = 0;
        TimestampUs newest_us = 0;
    };

    /// The last one added takes the writes.
    void add(Segment segment);
    void add_old_sidecar(OldSidecar sidecar);
    void set_sealed(std::uint64_t seq, TimestampUs newest_us);
    /// `bytes` more are durable and hold the offsets below `durable_offset`.
    void advance(std::uint64_t durable_offset, std::uint64_t bytes);

    /// The oldest segment, if it lies wholly below `below` and more than `retained_bytes_max` do.
    std::optional<SegmentFile> find_removable(std::uint64_t below,
                                              std::uint64_t retained_bytes_max) const;
    /// The oldest segment's file is gone.
    void drop_oldest();
    /// Takes out the sidecars without a segment whose newest entry is older than that.
    std::vector<std::uint64_t> take_old_sidecars(TimestampUs oldest_kept_us);

    std::uint64_t first_offset() const;
    std::uint64_t bytes_from(std::uint64_t offset) const;
    std::size_t size() const;

private:
    struct Mark {  ///< Bytes written before the record that begins at `offset`.
        std::uint64_t offset = 0;
        std::uint64_t bytes = 0;
    };

    // guarded by mutex_
    mutable std::mutex mutex_;
    std::deque<Segment> segments_;
    std::vector<OldSidecar> old_sidecars_;
    std::deque<Mark> marks_;
    std::uint64_t durable_offset_ = 0;
    std::uint64_t bytes_ = 0;
};

}  // namespace icelight::wal
