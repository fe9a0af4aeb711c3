#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>

#include "base/ids.h"
#include "base/result.h"
#include "wal/record.h"

namespace icelight::io {
class FileSystem;
}  // namespace icelight::io

namespace icelight::wal {

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

    /// Reads like read(), but no further than the record in which `bytes_max` of payload are
    /// passed.
    ///
    /// @return where to read on: the end of that record, or `to`. Going on there costs nothing,
    ///         going back behind it walks the segment's record headers again.
    Result<std::uint64_t> read_some(std::uint64_t from,
                                    std::uint64_t to,
                                    std::uint64_t bytes_max,
                                    const Visit& visit);

    Uuid uuid() const;

private:
    class Impl;
    explicit Reader(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace icelight::wal
