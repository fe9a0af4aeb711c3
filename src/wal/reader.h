#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"

namespace icelight::io {
class FileSystem;
}  // namespace icelight::io

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

/// Reads durable ranges of a log that another thread or process is appending to.
///
/// Opens, stats, reads and lists only: a read-only directory is enough. Remembers where it ended,
/// so that reading on costs the new bytes. Every byte handed out was checked.
/// Thread safety: none; one Reader a thread.
class Reader {
public:
    using Visit = std::function<Result<>(const RecordView&)>;

    /// @param files  outlives the Reader.
    /// @error kNotFound  no segment there.
    static Result<Reader> open(std::filesystem::path directory, io::FileSystem& files);
    Reader(Reader&&) noexcept;
    Reader& operator=(Reader&&) noexcept;
    ~Reader();

    /// Calls `visit` with the rows and rejects records of [from, to), in offset order.
    ///
    /// @param to  at most the durable position known before the call.
    /// @error kNotFound    `from` lies below the oldest segment (it was released).
    /// @error kCorruption  names the file and the place.
    /// @error any that `visit` returns; reading stops there.
    /// @cost one directory listing, then the bytes read.
    Result<> read(std::uint64_t from, std::uint64_t to, const Visit& visit);

    Uuid uuid() const;

private:
    class Impl;
    explicit Reader(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace icelight::wal
