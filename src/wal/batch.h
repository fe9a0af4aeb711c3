#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/hash.h"

/// What goes into the log and what comes back. Rows are opaque bytes with a fingerprint.
namespace icelight::wal {

struct RowRef {
    Fingerprint fingerprint;  ///< Keyed by Log::fingerprint_key(); equal means duplicate.
    std::uint32_t bytes = 0;  ///< Of this row, in Batch::rows.
};

/// One request's rows and rejected events. They are written together or not at all.
struct Batch {
    std::string rows;              ///< Back to back, in the order of row_refs.
    std::vector<RowRef> row_refs;  ///< One a row.
    std::string rejects;           ///< Back to back, in the order of reject_bytes.
    std::vector<std::uint32_t> reject_bytes;
    std::uint64_t dropped = 0;  ///< Events counted and not kept (reject quota).
};

struct Outcome {
    std::uint64_t offset = 0;   ///< Of the stored row, or of the row it duplicates.
    bool is_duplicate = false;  ///< Took no offset.

    friend bool operator==(const Outcome&, const Outcome&) = default;
};

/// The answer to one batch: all of it is durable.
struct Appended {
    std::vector<Outcome> rows;  ///< One a row of the batch, in its order.
    std::vector<std::uint64_t> reject_offsets;
    std::uint64_t next_offset = 0;  ///< Everything of this batch lies below.
};

/// Events since the log began; cumulative in every record, so they survive with it.
/// Invariant: received = stored + rejected + dropped + duplicate.
struct Counters {
    std::uint64_t received = 0;
    std::uint64_t stored = 0;
    std::uint64_t rejected = 0;
    std::uint64_t dropped = 0;
    std::uint64_t duplicate = 0;

    friend bool operator==(const Counters&, const Counters&) = default;
};

/// What the duplicate window holds.
struct WindowInfo {
    std::uint64_t entries = 0;
    std::uint64_t bytes = 0;
    TimestampUs oldest_us = 0;  ///< Record clock of the oldest entry; 0 when empty.
};

}  // namespace icelight::wal
