#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include "base/result.h"
#include "engine/session.h"
#include "query/plan/table_view.h"

namespace icelight::io {
class FileSystem;
}

namespace icelight::wal {
class Reader;
struct RecordView;
}  // namespace icelight::wal

namespace icelight::query {

/// The log's rows that no table holds yet, in two tables in memory, kept from query to query.
///
/// Thread safety: none. About 5 us and 2 KB a row.
class Tail {
public:
    struct Options {
        std::filesystem::path log_directory;
        std::uint64_t bytes_max = 0;  ///< Of rows as the log holds them.
    };

    /// True: stop reading, with kTimeout.
    using IsStopped = std::function<bool()>;

    /// Makes the tables, empty. `files` outlives the tail.
    static Result<Tail> create(Options options, engine::Session session, io::FileSystem& files);
    Tail(Tail&&) noexcept;
    Tail& operator=(Tail&&) noexcept;
    ~Tail();

    /// Makes the tables hold at least the rows of offsets [from, to), reading what is new.
    ///
    /// Rows below `from` are deleted from time to time, so views must cut them off.
    /// @return the cut that makes a view exact.
    /// @error kUnavailable  the rows are more than bytes_max.
    /// @error kTimeout      is_stopped.
    /// @error kNotFound, kCorruption, kIo  the log cannot be read. The tail begins anew next time.
    Result<TailCut> advance(std::uint64_t from, std::uint64_t to, const IsStopped& is_stopped);

private:
    class Feeds;

    Tail(Options options, engine::Session session, io::FileSystem& files);

    Result<> read_on(std::uint64_t to, const IsStopped& is_stopped);
    Result<> reset(std::uint64_t offset);
    Result<> drop_below(std::uint64_t offset);

    struct Piece {
        std::uint64_t end = 0;  ///< Offset after its last row.
        std::uint64_t bytes = 0;
    };

    Options options_;
    engine::Session session_;
    io::FileSystem* files_;
    std::unique_ptr<wal::Reader> reader_;
    std::uint64_t begin_ = 0;  ///< The tables hold [begin_, end_).
    std::uint64_t end_ = 0;
    std::deque<Piece> pieces_;
    std::uint64_t bytes_ = 0;  ///< Of pieces_.
};

}  // namespace icelight::query
