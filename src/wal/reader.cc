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
    /// Stands at or before `offset`, in the segment that holds it now.
    Result<> seek(std::uint64_t offset);
    /// @return the bytes of the payload.
    Result<std::uint64_t> step(std::uint64_t from, std::uint64_t to, const Visit& visit);

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

Result<> Reader::Impl::seek(std::uint64_t offset) {
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
        return {};
    ICE_ASSIGN(auto opened, Cursor::open(*segment, files_));
    cursor_ = std::move(opened);
    return {};
}

Result<std::uint64_t> Reader::Impl::step(std::uint64_t from, std::uint64_t to, const Visit& visit) {
    ICE_ASSIGN(const auto record, cursor_->next(from));
    if (!record) {
        return fail(ErrorCode::kCorruption,
                    cursor_->place() + ": no valid record where offset " +
                        std::to_string(cursor_->next_offset()) + " should be");
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
    ICE_TRY(seek(from));
    cursor_->forget_read_ahead();
    std::uint64_t bytes = 0;
    while (cursor_->next_offset() < to && bytes < bytes_max) {
        if (cursor_->next_offset() >= limit_) {
            ICE_TRY(seek(cursor_->next_offset()));
        }
        auto stepped = step(from, to, visit);
        if (!stepped) {
            cursor_.reset();  // A visitor's error leaves its record unread.
            return stepped;
        }
        bytes += *stepped;
    }
    return std::min(cursor_->next_offset(), to);
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
