#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "wal/format.h"

namespace icelight::io {
class FileSystem;
}  // namespace icelight::io

/// The files of a log directory.
namespace icelight::wal {

inline constexpr std::string_view kKeyName = "key";
inline constexpr std::string_view kNewKeyName = "key.new";
inline constexpr std::string_view kSpareName = "spare";

std::string segment_name(std::uint64_t seq);
std::string sidecar_name(std::uint64_t seq);

struct SegmentFile {
    std::filesystem::path path;
    SegmentHeader header;
    std::uint64_t file_bytes = 0;  ///< Less than header.segment_bytes: cut.
};

struct Directory {
    std::map<std::uint64_t, SegmentFile> segments;  ///< By sequence number.
    std::set<std::uint64_t> sidecars;
    bool has_key = false;
};

/// Lists `path` and reads the headers of segments that `known` does not have yet. A segment that
/// vanishes meanwhile (released) is left out.
/// @error kCorruption, kUnsupported  a header; names the file.
Result<Directory> load_directory(const std::filesystem::path& path,
                                 io::FileSystem& files,
                                 const std::map<std::uint64_t, SegmentFile>& known);

/// The segments that hold something, in order: those whose successor begins at the same offset
/// (nothing in them became durable) are left out.
std::vector<const SegmentFile*> live_segments(const Directory& directory);

}  // namespace icelight::wal
