#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"

namespace icelight::io {
class FileSystem;
}

namespace icelight::lake {

/// Every file in data/ and metadata/ of a table's directory, absolute. What has no extension and
/// cannot be listed is left out: it is none of ours.
/// @error kIo  a directory cannot be listed.
Result<std::vector<std::string>> list_table_files(io::FileSystem& files,
                                                  const std::filesystem::path& directory);

}  // namespace icelight::lake
