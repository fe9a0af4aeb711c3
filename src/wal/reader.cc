#include "wal/reader.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <vector>

#include "io/file_system.h"
#include "wal/cursor.h"
#include "wal/directory.h"

namespace icelight::wal {

class Reader::Impl {
public:
    Impl(std::filesystem::path path, io::FileSystem& files)
        : path_(std::move(path)), files_(files) {}

    Result<> refresh();
    Result<std::uint64_t> read(std::uint64_t from,
                               std::uint64_t to,
                               std::uint64_t bytes_max,
                               const Visit& visit);

    Uuid uuid() const { return directory_.segments.begin()->second.header.log_uuid; }

private:
    /// @return cursor_, at or before `offset`, in the segment that holds it now.
    Result<Cursor*> seek(std::uint64_t offset);

    const std::filesystem::path path_;
    io::FileSystem& files_;
    Directory directory_;
    std::vector<const SegmentFile*> live_;  ///< Of directory_.
    std::optional<Cursor> cursor_;
    std::uint64_t limit_ = 0;  ///< Where the cursor's segment ends because its successor begins.
};

Result<> Reader::Impl::refresh() {
    ICE_ASSIGN(auto directory, load_directory(path_, files_, directory_.segments));
    if (directory.segments.empty())
        return fail(ErrorCode::kNotFound, path_.string() + ": no log segment there");
    directory_ = std::move(directory);
    live_ = live_segments(directory_);
    return {};
}

Result<Cursor*> Reader::Impl::seek(std::uint64_t offset) {
    const SegmentFile* segment = nullptr;
    limit_ = std::numeric_limits<std::uint64_t>::max();
    for (const SegmentFile* live : live_) {
        if (live->header.first_offset > offset) {
            limit_ = live->header.first_offset;
            break;
        }
        segment = live;
    }
    if (segment == nullptr) {
        return fail(ErrorCode::kNotFound,
                    path_.string() + ": offset " + std::to_string(offset) +
                        " is below the oldest segment: it was released");
    }
    if (cursor_ && cursor_->seq() == segment->header.seq && cursor_->next_offset() <= offset)
        return &*cursor_;
    ICE_ASSIGN(auto opened, Cursor::open(*segment, files_));
    return &cursor_.emplace(std::move(opened));
}

/// @return the bytes of the payload.
Result<std::uint64_t> step(Cursor& cursor,
                           std::uint64_t from,
                           std::uint64_t to,
                           const Reader::Visit& visit) {
    ICE_ASSIGN(const auto record, cursor.next(from));
    if (!record) {
        return fail(ErrorCode::kCorruption,
                    cursor.place() + ": no valid record where offset " +
                        std::to_string(cursor.next_offset()) + " should be");
    }
    if (record->header.count == 0 || record->header.end_offset() <= from) return 0;
    const RecordView view = cut(record->view, from, to);
    ICE_TRY(visit(view));
    return view.payload.size();
}

Result<std::uint64_t> Reader::Impl::read(std::uint64_t from,
                                         std::uint64_t to,
                                         std::uint64_t bytes_max,
                                         const Visit& visit) {
    if (from >= to) return to;
    // Listed after `to` was known: every segment that holds a part of the range has its name.
    ICE_TRY(refresh());
    ICE_ASSIGN(Cursor * cursor, seek(from));
    cursor->forget_read_ahead();
    std::uint64_t bytes = 0;
    while (cursor->next_offset() < to && bytes < bytes_max) {
        if (cursor->next_offset() >= limit_) {
            ICE_ASSIGN(cursor, seek(cursor->next_offset()));
        }
        auto stepped = step(*cursor, from, to, visit);
        if (!stepped) {
            cursor_.reset();  // A visitor's error leaves its record unread.
            return stepped;
        }
        bytes += *stepped;
    }
    return std::min(cursor->next_offset(), to);
}

Reader::Reader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Reader::Reader(Reader&&) noexcept = default;
Reader& Reader::operator=(Reader&&) noexcept = default;
Reader::~Reader() = default;

Result<Reader> Reader::open(std::filesystem::path directory, io::FileSystem& files) {
    auto impl = std::make_unique<Impl>(std::move(directory), files);
    ICE_TRY(impl->refresh());
    return Reader(std::move(impl));
}

Result<> Reader::read(std::uint64_t from, std::uint64_t to, const Visit& visit) {
    ICE_TRY(impl_->read(from, to, std::numeric_limits<std::uint64_t>::max(), visit));
    return {};
}

Result<std::uint64_t> Reader::read_some(std::uint64_t from,
                                        std::uint64_t to,
                                        std::uint64_t bytes_max,
                                        const Visit& visit) {
    return impl_->read(from, to, bytes_max, visit);
}

Uuid Reader::uuid() const {
    return impl_->uuid();
}

}  // namespace icelight::wal
