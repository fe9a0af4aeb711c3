#include "wal/directory.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "io/file_system.h"

namespace icelight::wal {
namespace {

constexpr std::size_t kDigits = 16;
constexpr std::string_view kSegmentSuffix = ".wal";
constexpr std::string_view kSidecarSuffix = ".ids";

std::optional<std::uint64_t> find_seq(std::string_view name, std::string_view suffix) {
    if (name.size() != kDigits + suffix.size() || !name.ends_with(suffix)) return std::nullopt;
    std::uint64_t seq = 0;
    const char* end = name.data() + kDigits;
    const auto parsed = std::from_chars(name.data(), end, seq);
    if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
    return seq;
}

Result<SegmentFile> load_segment(const std::filesystem::path& path,
                                 io::FileSystem& files,
                                 std::uint64_t seq) {
    SegmentFile segment{.path = path, .header = {}, .file_bytes = 0};
    ICE_ASSIGN(const auto file, files.open(path, io::OpenMode::kRead));
    ICE_ASSIGN(segment.file_bytes, file->size());
    std::string bytes(kSegmentHeaderBytes, '\0');
    ICE_ASSIGN(const std::size_t got, file->read_at(0, bytes.data(), bytes.size()));
    auto header = decode_segment_header(std::string_view(bytes).substr(0, got));
    if (header && header->seq != seq)
        header = fail(ErrorCode::kCorruption, "the header is of another segment");
    if (!header) {
        return fail(header.error().code,
                    fmt::format("{}: byte 0: {} (bad header). Nothing was changed; restore this "
                                "file from a backup",
                                path.string(),
                                header.error().message));
    }
    segment.header = *header;
    return segment;
}

}  // namespace

std::string segment_name(std::uint64_t seq) {
    return fmt::format("{:016}{}", seq, kSegmentSuffix);
}

std::string sidecar_name(std::uint64_t seq) {
    return fmt::format("{:016}{}", seq, kSidecarSuffix);
}

Result<Directory> load_directory(const std::filesystem::path& path,
                                 io::FileSystem& files,
                                 const std::map<std::uint64_t, SegmentFile>& known) {
    Directory directory;
    ICE_ASSIGN(const auto names, files.list(path));
    for (const std::string& name : names) {
        if (name == kKeyName) directory.has_key = true;
        if (const auto seq = find_seq(name, kSidecarSuffix)) directory.sidecars.insert(*seq);
        const auto seq = find_seq(name, kSegmentSuffix);
        if (!seq) continue;
        if (const auto found = known.find(*seq); found != known.end()) {
            directory.segments.insert(*found);
            continue;
        }
        auto segment = load_segment(path / name, files, *seq);
        if (!segment && segment.error().code == ErrorCode::kNotFound) continue;
        ICE_ASSIGN(auto loaded, std::move(segment));
        directory.segments.emplace(*seq, std::move(loaded));
    }
    return directory;
}

std::vector<const SegmentFile*> live_segments(const Directory& directory) {
    std::vector<const SegmentFile*> live;
    for (auto at = directory.segments.rbegin(); at != directory.segments.rend(); ++at) {
        const SegmentFile& segment = at->second;
        if (live.empty() || segment.header.first_offset < live.back()->header.first_offset)
            live.push_back(&segment);
    }
    std::reverse(live.begin(), live.end());
    return live;
}

}  // namespace icelight::wal
