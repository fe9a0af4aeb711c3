#include "server/live/cursor.h"

#include <algorithm>

#include "event/codec.h"
#include "io/file_system.h"

namespace icelight::server::live {

Cursor::Cursor(std::filesystem::path log_directory,
               io::FileSystem& files,
               Filter filter,
               Start start,
               FindCommits find_commits)
    : log_directory_(std::move(log_directory)),
      files_(files),
      filter_(std::move(filter)),
      find_commits_(std::move(find_commits)),
      next_(start.next_offset),
      committed_(start.committed) {}

Result<Cursor::Piece> Cursor::read(const Seen& seen) {
    Piece piece;
    ICE_TRY(read_log(seen.durable, piece.messages));
    ICE_TRY(show_commits(seen, piece.messages));
    piece.is_behind = next_ < seen.durable;
    return piece;
}

Result<> Cursor::read_log(std::uint64_t durable, std::string& out) {
    if (next_ >= durable) return {};
    if (!reader_) {
        ICE_ASSIGN(auto opened, wal::Reader::open(log_directory_, files_));
        reader_ = std::move(opened);
    }
    std::uint64_t scanned = 0;
    while (next_ < durable && out.size() < kPieceBytes && scanned < kScanBytesMax) {
        auto end = reader_->read_some(
            next_, durable, kPieceBytes, [&](const wal::RecordView& record) -> Result<> {
                scanned += record.payload.size();
                return show(record, out);
            });
        if (end) continue;
        if (end.error().code != ErrorCode::kNotFound) return tl::unexpected(end.error());
        append_gap({next_, durable}, out);
        next_ = durable;
    }
    return {};
}

/// Moves next_ over what was shown; what is left of a record comes with the next piece.
Result<> Cursor::show(const wal::RecordView& record, std::string& out) {
    Result<> outcome;
    record.for_each_item([&](std::uint64_t offset, std::string_view bytes) {
        const bool is_full = out.size() >= kPieceBytes;
        if (!outcome || is_full || offset != next_) return;
        outcome = show_item(record, offset, bytes, out);
        if (outcome) next_ = offset + 1;
    });
    return outcome;
}

Result<> Cursor::show_item(const wal::RecordView& record,
                           std::uint64_t offset,
                           std::string_view bytes,
                           std::string& out) {
    if (record.kind == wal::RecordKind::kRejects) {
        ICE_TRY(event::decode_reject(bytes, reject_));
        if (filter_.matches(reject_)) append_rejected(offset, record.written_at_us, reject_, out);
        return {};
    }
    ICE_TRY(event::decode_row(bytes, row_));
    if (filter_.matches(row_)) append_stored(offset, record.written_at_us, row_, out);
    return {};
}

/// A commit is told after the events it holds.
Result<> Cursor::show_commits(const Seen& seen, std::string& out) {
    const std::uint64_t until = std::min(next_, seen.committed);
    if (until <= committed_) return {};
    ICE_ASSIGN(const Commits commits, find_commits_(committed_));
    for (const auto& [to, commit] : commits) {
        if (to > until) break;
        append_committed(commit.first, commit.second, out);
        committed_ = to;
    }
    return {};
}

}  // namespace icelight::server::live
