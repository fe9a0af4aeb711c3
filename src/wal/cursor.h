#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "wal/directory.h"
#include "wal/format.h"

namespace icelight::io {
class File;
class FileSystem;
}  // namespace icelight::io

namespace icelight::wal {

/// Walks the records of one segment file, front to back, reading ahead in pieces.
class Cursor {
public:
    struct Record {
        RecordHeader header;
        RecordView view;  ///< Lives until the next call. Empty when skipped.
    };

    /// @error kNotFound  the segment was released meanwhile.
    static Result<Cursor> open(const SegmentFile& segment, io::FileSystem& files);
    Cursor(Cursor&&) noexcept;
    Cursor& operator=(Cursor&&) noexcept;
    ~Cursor();

    /// The next record that continues the log; empty where there is none. Payloads of records that
    /// end at or below `skip_below` are neither read nor checked.
    Result<std::optional<Record>> next(std::uint64_t skip_below);

    /// What was read ahead may have changed since.
    void forget_read_ahead() { buffered_.clear(); }

    std::uint64_t next_offset() const { return next_offset_; }

    std::uint64_t seq() const { return segment_.header.seq; }

    const SegmentFile& segment() const { return segment_; }

    /// "path: byte N", where the next record should be.
    std::string place() const;

private:
    Cursor(SegmentFile segment, std::unique_ptr<io::File> file);
    /// Makes `bytes` from the current position available, or as many as the file has.
    Result<std::string_view> fill(std::uint64_t bytes);

    SegmentFile segment_;
    std::unique_ptr<io::File> file_;
    std::uint64_t at_bytes_ = kSegmentHeaderBytes;
    std::uint64_t next_offset_ = 0;
    std::uint32_t last_crc_ = 0;
    std::string buffered_;
    std::uint64_t buffered_from_ = 0;
};

}  // namespace icelight::wal
