#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "catalog/catalog.h"

namespace icelight::io {
class FileSystem;
}

/// Where tables lie in the warehouse: a folder for each level of their namespace, one for each.
namespace icelight::catalog::sqlite {

/// The folder of a namespace's tables; it need not exist.
/// @error kInvalidArgument  a level that cannot be a folder's name.
Result<std::filesystem::path> place_namespace(const std::filesystem::path& warehouse,
                                              const std::vector<std::string>& levels);

/// As Catalog::place_table(). Safe on any thread.
Result<std::string> place_table(io::FileSystem& files,
                                const std::filesystem::path& warehouse,
                                const PlaceRequest& request,
                                TimestampUs now_us);

}  // namespace icelight::catalog::sqlite
