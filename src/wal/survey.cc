#include "wal/survey.h"

#include <optional>
#include <string>

#include <fmt/format.h>

#include "io/file_system.h"
#include "wal/directory.h"
#include "wal/identity.h"
#include "wal/scan.h"

namespace icelight::wal {

Result<Survey> survey(const std::filesystem::path& directory, io::FileSystem& files) {
    ICE_ASSIGN(const Identity identity, load_identity(directory, files));
    ICE_ASSIGN(const Directory found, load_directory(directory, files, {}));
    Survey out{
        identity.log_uuid, identity.parent_uuid, identity.start_offset, identity.start_offset, {}};
    const auto segments = live_segments(found);
    if (segments.empty()) return out;
    out.first_offset = segments.front()->header.first_offset;
    for (std::size_t i = 0; i < segments.size(); ++i) {
        const SegmentFile& segment = *segments[i];
        const bool is_last = i + 1 == segments.size();
        if (segment.header.log_uuid != identity.log_uuid) {
            return fail(ErrorCode::kCorruption,
                        fmt::format("{}: belongs to log {}, the directory to {}",
                                    segment.path.string(),
                                    segment.header.log_uuid.text(),
                                    identity.log_uuid.text()));
        }
        std::string bytes(segment.header.segment_bytes, '\0');
        ICE_ASSIGN(const auto file, files.open(segment.path, io::OpenMode::kRead));
        ICE_TRY(file->read_at(0, bytes.data(), bytes.size()));
        const std::optional<std::uint64_t> stop =
            is_last ? std::nullopt : std::optional(segments[i + 1]->header.first_offset);
        const ScanEnd end = scan_records(
            segment.header, bytes, stop, [](const RecordHeader&, const RecordView&) {});
        if (stop && end.next_offset != *stop) {
            return fail(ErrorCode::kCorruption,
                        fmt::format("{}: byte {}: damaged: offsets {} to {} should follow",
                                    segment.path.string(),
                                    end.bytes,
                                    end.next_offset,
                                    *stop));
        }
        if (is_last && scan_rest(segment.header, bytes, end).later == Later::kAttesting) {
            return fail(ErrorCode::kCorruption,
                        fmt::format("{}: byte {}: damaged: a later record says that offset {} was "
                                    "durable",
                                    segment.path.string(),
                                    end.bytes,
                                    end.next_offset));
        }
        out.next_offset = end.next_offset;
        out.counters = end.counters;
    }
    return out;
}

}  // namespace icelight::wal
