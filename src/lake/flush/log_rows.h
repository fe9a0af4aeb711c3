#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "lake/flush/byte_arena.h"
#include "lake/flush/flush_job.h"
#include "wal/record.h"

namespace icelight::lake {

/// One row or reject of the log, still encoded.
struct LogItem {
    std::uint64_t offset = 0;
    TimestampUs written_at_us = 0;  ///< The record's clock: __ingest_ts.
    std::string_view bytes;
};

/// The offsets [from, to) of the log in memory.
///
/// Thread safety: none. Lifetime: the items' bytes live until the next begin().
class LogRows {
public:
    /// Forgets what it held; job.from comes next.
    void begin(const FlushJob& job);

    /// Copies the items of one record, which lies within [job.from, job.to); counters have none.
    /// @error kCorruption  an offset is missing or comes twice.
    Result<> add(const wal::RecordView& record);

    /// job.bytes_max is passed: ask for no further record.
    bool is_full() const { return bytes_.used_bytes() >= bytes_max_; }

    /// For events.
    const std::vector<LogItem>& rows() const { return rows_; }

    const std::vector<LogItem>& rejects() const { return rejects_; }

    /// Items named by FlushJob::poison, of either kind.
    const std::vector<LogItem>& poison() const { return poison_; }

    /// The offset after the last one added.
    std::uint64_t next_offset() const { return next_; }

    /// The record's clock of the first item; 0 when there is none.
    TimestampUs oldest_us() const { return oldest_us_; }

private:
    ByteArena bytes_;
    std::vector<LogItem> rows_;
    std::vector<LogItem> rejects_;
    std::vector<LogItem> poison_;
    std::vector<std::uint64_t> poison_offsets_;
    std::uint64_t next_ = 0;
    std::uint64_t bytes_max_ = 0;
    TimestampUs oldest_us_ = 0;
};

}  // namespace icelight::lake
