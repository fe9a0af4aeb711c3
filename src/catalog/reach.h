#pragma once

#include <filesystem>
#include <functional>
#include <set>

#include "base/result.h"
#include "catalog/manifest_lists.h"

namespace icelight::iceberg {
struct TableMetadata;
}

namespace icelight::catalog {

/// A manifest larger than this is refused.
inline constexpr std::size_t kManifestBytesMax = std::size_t{256} << 20;

enum class ReachScope { kCurrentSnapshot, kAllSnapshots };

/// Walks the files a table's snapshots reach: manifest lists, manifests, live data and delete
/// files. A manifest that several snapshots share is read once.
///
/// `visit` is called before a file is opened; returning false ends the walk.
/// @return false: `visit` ended it.
/// @error what `visit` returns; kNotFound, kCorruption: a list or manifest cannot be read.
Result<bool> visit_reachable_files(
    io::FileSystem& files,
    const iceberg::TableMetadata& table,
    ReachScope scope,
    const std::function<Result<bool>(const std::filesystem::path&)>& visit);

}  // namespace icelight::catalog
