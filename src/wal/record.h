#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/clock.h"

namespace icelight::wal {

enum class RecordKind : std::uint8_t { kRows = 1, kRejects = 2, kCounters = 3 };

/// One record, cut to the range that was asked for. Views live until the callback returns.
struct RecordView {
    RecordKind kind = RecordKind::kCounters;
    std::uint64_t first_offset = 0;  ///< Of the first item in this view.
    std::uint32_t count = 0;         ///< Items in this view: offsets are dense.
    TimestampUs written_at_us = 0;   ///< __ingest_ts of every item.
    std::string_view payload;        ///< The items' bytes, back to back.
    std::string_view lengths;        ///< `count` little-endian u32.
    std::string_view fingerprints;   ///< 16 bytes each (high, low); empty for rejects.

    std::uint32_t item_bytes(std::uint32_t index) const {
        std::uint32_t bytes = 0;
        std::memcpy(&bytes, lengths.data() + std::size_t{index} * sizeof(bytes), sizeof(bytes));
        return bytes;
    }

    /// Calls visit(offset, bytes) for each item, in order.
    template <class Visit>
    void for_each_item(Visit&& visit) const {
        std::size_t at = 0;
        for (std::uint32_t index = 0; index < count; ++index) {
            const std::uint32_t bytes = item_bytes(index);
            visit(first_offset + index, payload.substr(at, bytes));
            at += bytes;
        }
    }
};

/// The items of `view` with offsets in [from, to); count 0 when there are none.
RecordView cut(const RecordView& view, std::uint64_t from, std::uint64_t to);

}  // namespace icelight::wal
