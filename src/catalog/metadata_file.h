#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace icelight::io {
class FileSystem;
}

namespace icelight::iceberg {
struct TableMetadata;
}

namespace icelight::catalog {

/// A metadata file larger than this is refused: it does not fit the server's memory.
inline constexpr std::size_t kMetadataBytesMax = std::size_t{256} << 20;

/// "<table location>/metadata/00007-<new uuid>.metadata.json".
std::string make_metadata_location(const std::string& table_location, std::int64_t version);

/// "<folder>/00007-<new uuid>.metadata.json".
std::string make_metadata_location_in(const std::string& folder, std::int64_t version);

/// The number in a metadata file's name: 7. Empty: not a name of make_metadata_location().
std::optional<std::int64_t> find_metadata_version(std::string_view file_name);

/// The path a location of ours stands for.
/// @error kInvalidArgument  not a file:// URL or absolute path.
Result<std::filesystem::path> path_of(const std::string& location);

/// The path of `location`, which has to be in normal form and below `root` (no symbolic links are
/// followed). @error kInvalidArgument  otherwise.
Result<std::filesystem::path> path_inside(const std::string& location,
                                          const std::filesystem::path& root);

/// @error kNotFound  the file is missing; the message names it and what to do.
/// @error kCorruption  it does not parse.
Result<std::shared_ptr<const iceberg::TableMetadata>> load_metadata(io::FileSystem& files,
                                                                    const std::string& location);

/// kNotFound as above, when the file is not there.
Result<> require_metadata(io::FileSystem& files, const std::string& location);

}  // namespace icelight::catalog
