#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "wal/batch.h"
#include "wal/format.h"
#include "wal/window.h"

namespace icelight::wal {

/// Where the log stands: after the last record of a group.
struct LogState {
    std::uint64_t next_offset = 0;
    std::uint64_t segment_bytes = kSegmentHeaderBytes;  ///< Used in the active segment.
    std::uint32_t last_crc = 0;                         ///< Of its last record, or 0.
    std::uint32_t last_item_crc = 0;                    ///< Of the log's last record with items.
    Counters counters;
    TimestampUs written_at_us = 0;
};

/// Drops duplicates and encodes batches into the bytes of one write.
///
/// The window learns the rows at once, so that a later duplicate in the same group is seen; the
/// caller takes them back (Window::forget_from) when the group fails.
class GroupBuilder {
public:
    explicit GroupBuilder(Window& window) : window_(window) {}

    /// Starts an empty group after `durable` in the segment of `header`.
    void begin(const SegmentHeader& header, const LogState& durable, TimestampUs now_us);
    Appended add(const Batch& batch);
    /// The empty record that attests what was durable at begin().
    void add_counters();

    std::string_view bytes() const {
        return std::string_view(buffer_).substr(0, state_.segment_bytes - durable_.segment_bytes);
    }

    /// The same, then zeros (as there are already) to the end of the last block.
    std::string_view whole_blocks();

    /// The fingerprints of bytes(), as a sidecar holds them (append_run).
    std::string_view runs() const { return runs_; }

    /// Where the log stands once bytes() are durable.
    const LogState& state() const { return state_; }

    /// Most that add() may append.
    static std::size_t bytes_max(const Batch& batch);

private:
    std::uint32_t find_outcomes(const Batch& batch, Appended& appended);
    void append_rows(const Batch& batch, const Appended& appended, std::uint32_t stored);
    void append_rejects(const Batch& batch);
    void finish_record(std::size_t start, RecordKind kind, std::uint32_t count);

    Window& window_;
    std::uint64_t seq_ = 0;
    std::uint32_t salt_ = 0;
    std::uint64_t segment_bytes_ = 0;
    LogState durable_;
    LogState state_;
    std::string buffer_;
    std::string runs_;
};

}  // namespace icelight::wal
