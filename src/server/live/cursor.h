#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/result.h"
#include "server/live/filter.h"
#include "server/live/message.h"
#include "wal/reader.h"

namespace icelight::io {
class FileSystem;
}

namespace icelight::server::live {

/// Two positions in the log: what is durable, and what the table holds.
struct Seen {
    std::uint64_t durable = 0;
    std::uint64_t committed = 0;

    friend bool operator==(const Seen&, const Seen&) = default;
};

/// The table's snapshots that carried the log forward: the offset each ends at → its id and range.
using Commits = std::map<std::uint64_t, std::pair<std::int64_t, Range>>;

/// Finds commits that end above an offset. Called on a pool thread, may read a file.
using FindCommits = std::function<Result<Commits>(std::uint64_t above)>;

/// One reader's place in the log: turns what became durable or committed since into messages.
///
/// Reads the log by itself, so a slow reader costs nobody memory; once the log has let go of what
/// it would read next, a `gap` says so. Thread safety: none; not a net thread.
class Cursor {
public:
    static constexpr std::size_t kPieceBytes = 256 << 10;    ///< A piece may be one event larger.
    static constexpr std::uint64_t kScanBytesMax = 4 << 20;  ///< Of log, read for one piece.

    struct Start {
        std::uint64_t next_offset = 0;  ///< To begin with.
        std::uint64_t committed = 0;    ///< Commits up to here are old news.
    };

    Cursor(std::filesystem::path log_directory,
           io::FileSystem& files,
           Filter filter,
           Start start,
           FindCommits find_commits);

    struct Piece {
        std::string messages;
        bool is_behind = false;  ///< There is more; ask again.
    };

    /// @error kCorruption, kIo  of the log or the catalog.
    Result<Piece> read(const Seen& seen);

    std::uint64_t next_offset() const { return next_; }

private:
    Result<> read_log(std::uint64_t durable, std::string& out);
    Result<> show(const wal::RecordView& record, std::string& out);
    Result<> show_item(const wal::RecordView& record,
                       std::uint64_t offset,
                       std::string_view bytes,
                       std::string& out);
    Result<> show_commits(const Seen& seen, std::string& out);

    const std::filesystem::path log_directory_;
    io::FileSystem& files_;
    const Filter filter_;
    const FindCommits find_commits_;
    std::optional<wal::Reader> reader_;
    std::uint64_t next_ = 0;
    std::uint64_t committed_ = 0;
    event::RowView row_;
    event::RejectView reject_;
};

}  // namespace icelight::server::live
