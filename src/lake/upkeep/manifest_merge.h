#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "iceberg/manifest_file.h"
#include "iceberg/table_metadata.h"

namespace icelight::io {
class FileSystem;
}

namespace icelight::lake {

/// Manifests of one size class that are merged into one of the next class.
inline constexpr std::size_t kMergeFanIn = 32;
/// Files in a manifest that is merged no further; a merge ends there.
inline constexpr std::int64_t kManifestFilesMax = 32'768;
/// A manifest of more bytes is left alone (Iceberg's commit.manifest.target-size-bytes).
inline constexpr std::int64_t kManifestBytesTarget = 8 << 20;

/// Manifests that one new manifest replaces.
struct ManifestMerge {
    std::vector<iceberg::ManifestFile> inputs;
};

/// Groups data manifests of one partition spec by the power of 32 their file count falls in, and
/// merges a class that holds 32: a file is listed anew once per class, three times in a table's
/// life, and a list stays below 32 × 4 manifests + one per 32,768 files. Pure.
std::vector<ManifestMerge> choose_merges(const std::vector<iceberg::ManifestFile>& manifests);

/// Writes and syncs the manifest at `path` that lists the live files of `merge`, each with the
/// snapshot and sequence numbers it has now.
/// @error kNotFound, kCorruption  an input cannot be read, or lists not what the list says;
///   kUnsupported: its spec or schema is gone; kIo, kUnavailable: the disk.
Result<iceberg::ManifestFile> store_merged(io::FileSystem& files,
                                           const iceberg::TableMetadata& table,
                                           const ManifestMerge& merge,
                                           const std::filesystem::path& path);

}  // namespace icelight::lake
