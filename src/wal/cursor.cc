#include "wal/cursor.h"

#include <algorithm>
#include <utility>

#include "io/file_system.h"

namespace icelight::wal {
namespace {

constexpr std::uint64_t kReadAheadBytes = 128 << 10;

}  // namespace

Cursor::Cursor(SegmentFile segment, std::unique_ptr<io::File> file)
    : segment_(std::move(segment)),
      file_(std::move(file)),
      next_offset_(segment_.header.first_offset) {}

Cursor::Cursor(Cursor&&) noexcept = default;
Cursor& Cursor::operator=(Cursor&&) noexcept = default;
Cursor::~Cursor() = default;

Result<Cursor> Cursor::open(const SegmentFile& segment, io::FileSystem& files) {
    ICE_ASSIGN(auto file, files.open(segment.path, io::OpenMode::kRead));
    return Cursor(segment, std::move(file));
}

std::string Cursor::place() const {
    return segment_.path.string() + ": byte " + std::to_string(at_bytes_);
}

Result<std::string_view> Cursor::fill(std::uint64_t bytes) {
    const std::uint64_t buffered_to = buffered_from_ + buffered_.size();
    if (at_bytes_ < buffered_from_ || at_bytes_ + bytes > buffered_to) {
        buffered_.resize(std::max(bytes, kReadAheadBytes));
        buffered_from_ = at_bytes_;
        ICE_ASSIGN(const std::size_t got,
                   file_->read_at(at_bytes_, buffered_.data(), buffered_.size()));
        buffered_.resize(got);
    }
    return std::string_view(buffered_).substr(at_bytes_ - buffered_from_);
}

Result<std::optional<Cursor::Record>> Cursor::next(std::uint64_t skip_below) {
    const std::uint64_t segment_bytes = segment_.header.segment_bytes;
    if (at_bytes_ + kRecordHeaderBytes > segment_bytes) return std::optional<Record>();
    ICE_ASSIGN(std::string_view bytes, fill(kRecordHeaderBytes));
    const auto header = find_record_header(bytes, segment_.header, segment_bytes - at_bytes_);
    if (!header || header->first_offset != next_offset_ || header->prev_crc != last_crc_)
        return std::optional<Record>();
    Record record{*header, {}};
    if (header->end_offset() > skip_below) {
        ICE_ASSIGN(bytes, fill(record_bytes(*header)));
        if (bytes.size() < record_bytes(*header)) return std::optional<Record>();
        const auto payload = bytes.substr(kRecordHeaderBytes, padded_bytes(header->length));
        if (!is_payload_valid(*header, payload, segment_.header.salt))
            return std::optional<Record>();
        record.view = view_of(*header, payload);
    }
    at_bytes_ += record_bytes(*header);
    next_offset_ = header->end_offset();
    last_crc_ = header->header_crc;
    return std::optional<Record>(record);
}

}  // namespace icelight::wal
