#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>

#include "base/result.h"
#include "engine/session.h"

namespace icelight::io {
class FileSystem;
}

namespace icelight::wal {
class Reader;
struct RecordView;
}  // namespace icelight::wal

namespace icelight::query {

class TailRecords;

/// The log's part of a query: offsets [from, to). Empty: no tail.
struct TailCut {
    std::uint64_t from = 0;
    std::uint64_t to = 0;

    bool is_empty() const { return from >= to; }
};

/// The log's rows that no table holds yet, which the functions kTailEvents and kTailRejected read,
/// kept from query to query.
///
/// Thread safety: none. Costs the bytes that the log has, and a copy of those that are new; a query
/// decodes the rows it reads, some 0.08 us each.
class Tail {
public:
    struct Options {
        std::filesystem::path log_directory;
        std::uint64_t bytes_max = 0;  ///< Of rows as the log holds them.
    };

    /// True: stop reading, with kTimeout.
    using IsStopped = std::function<bool()>;

    /// Makes the functions known to the session's database. `files` outlives the tail.
    static Result<Tail> create(Options options, engine::Session& session, io::FileSystem& files);
    Tail(Tail&&) noexcept;
    Tail& operator=(Tail&&) noexcept;
    ~Tail();

    /// Makes the functions show the rows of offsets [from, to), reading what is new. No statement
    /// may be reading them, nor its result still be in use.
    ///
    /// @return the range, empty when there is nothing to show.
    /// @error kUnavailable  the rows are more than bytes_max.
    /// @error kTimeout      is_stopped.
    /// @error kNotFound, kCorruption, kIo  the log cannot be read. The tail begins anew next time.
    Result<TailCut> advance(std::uint64_t from, std::uint64_t to, const IsStopped& is_stopped);

private:
    Tail(Options options, io::FileSystem& files);

    Result<> read_on(std::uint64_t to, const IsStopped& is_stopped);
    Result<> append(const wal::RecordView& record);
    void reset(std::uint64_t offset);

    Options options_;
    io::FileSystem* files_;
    std::shared_ptr<TailRecords> events_;
    std::shared_ptr<TailRecords> rejected_;
    std::unique_ptr<wal::Reader> reader_;
    std::uint64_t begin_ = 0;  ///< The records hold [begin_, end_).
    std::uint64_t end_ = 0;
};

}  // namespace icelight::query
