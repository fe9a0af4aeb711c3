#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "iceberg/manifest.h"
#include "iceberg/manifest_file.h"
#include "iceberg/table_metadata.h"

namespace icelight::io {
class FileSystem;
}

namespace icelight::lake {

/// What lies in one partition.
struct PartitionTotals {
    std::int64_t files = 0;
    std::int64_t rows = 0;
    std::int64_t bytes = 0;
    std::int64_t delete_files = 0;
};

/// The manifests of a snapshot, in the list's order.
/// @error kCorruption, kNotFound, kIo  the list cannot be read.
Result<std::vector<iceberg::ManifestFile>> list_manifests(io::FileSystem& files,
                                                          const iceberg::Snapshot& snapshot);

/// Calls `visit` for each live file of the manifests until it returns false.
/// @error as list_manifests().
Result<> visit_live_files(
    io::FileSystem& files,
    const std::vector<iceberg::ManifestFile>& manifests,
    const std::function<bool(const iceberg::Manifest&, const iceberg::ManifestEntry&)>& visit);

/// "__ingest_ts_day=2026-11-24/bucket=7"; empty for an unpartitioned spec.
std::string partition_text(const iceberg::Manifest& manifest, const iceberg::DataFile& file);

/// By partition_text().
Result<std::map<std::string, PartitionTotals>> sum_partitions(
    io::FileSystem& files, const std::vector<iceberg::ManifestFile>& manifests);

}  // namespace icelight::lake
