#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/clock.h"
#include "wal/batch.h"

namespace icelight {
struct Error;
}  // namespace icelight

/// Everything the log can say: its log lines and metrics, together. Thread safe.
namespace icelight::wal::telemetry {

struct Opened {
    std::uint64_t first_offset = 0;
    std::uint64_t durable_offset = 0;
    std::uint64_t segments = 0;
    std::uint64_t window_entries = 0;
    std::chrono::microseconds took{0};
};

struct Group {
    std::size_t batches = 0;
    std::size_t bytes = 0;
    std::uint64_t rows_stored = 0;
    std::uint64_t rejects_stored = 0;
    std::uint64_t duplicates = 0;
    std::chrono::microseconds sync_took{0};
};

void opened(const Opened& facts);
void torn_tail(std::string_view path, std::uint64_t at_bytes, std::string_view rule);
void sidecar_unreadable(const Error& error);

void queued(std::size_t batches, std::size_t unsynced_bytes);
void synced(const Group& group);
void window_holds(const WindowInfo& info, TimestampUs now_us);
void refused(std::string_view reason);  ///< "queue_full", "no_segment", "deadline"

void segment_failed(std::uint64_t seq, std::uint64_t durable_offset, const Error& error);
void segment_began(std::uint64_t seq, std::uint64_t first_offset);
void segment_not_made(const Error& error);
void spare_failed(const Error& error);
void sidecar_failed(const Error& error);
void segments_held(std::size_t count);
void released(std::uint64_t seq, std::uint64_t first_offset);
void release_failed(const Error& error);

}  // namespace icelight::wal::telemetry
