#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/table_ident.h"
#include "iceberg/manifest_file.h"
#include "iceberg/table_metadata.h"
#include "lake/fsck/file_probe.h"
#include "lake/fsck/findings.h"

namespace icelight::iceberg {
struct Manifest;
struct DataFile;
}  // namespace icelight::iceberg

namespace icelight::lake {

/// The offsets that live rows of the event tables have.
struct LiveOffsets {
    std::vector<OffsetRange> ranges;
    std::uint64_t offsets = 0;
    bool is_complete = true;  ///< False: not every live row could be looked at.
};

/// fsck of one table: metadata, lists, manifests and data files against each other.
///
/// A manifest or file that several snapshots share is checked once. Thread safety: none.
class TableCheck {
public:
    TableCheck(io::FileSystem& files, FileProber& prober, Findings& findings)
        : files_(files), prober_(prober), findings_(findings) {}

    /// @param live  gets the offsets of the current snapshot's rows; null: not an event table.
    FsckTable run(const catalog::TableIdent& ident, const std::string& location, LiveOffsets* live);

    std::size_t files_checked() const { return files_checked_; }

private:
    /// What a manifest really lists.
    struct Contents {
        std::int64_t live_files = 0;
        std::int64_t live_rows = 0;
        std::int64_t live_bytes = 0;
        std::int64_t delete_files = 0;
        std::vector<std::string> data_files;  ///< Live ones, of data manifests.
        bool is_readable = true;
    };

    void check_snapshot(const iceberg::Snapshot& snapshot, bool is_current);
    const Contents& check_manifest(const iceberg::ManifestFile& manifest);
    void check_counts(const iceberg::ManifestFile& manifest, const iceberg::Manifest& found);
    void check_data_file(const iceberg::DataFile& file);
    void check_total(const iceberg::Snapshot& snapshot, const std::string& key, std::int64_t found);
    void check_other_files(const iceberg::TableMetadata& metadata);
    void error(const char* check, const std::string& path, const std::string& detail);
    /// Size, or nothing when the file is missing (told).
    std::optional<std::uint64_t> find_size(const std::string& location);

    io::FileSystem& files_;
    FileProber& prober_;
    Findings& findings_;
    std::size_t files_checked_ = 0;
    // of the table being checked
    std::string table_;
    FsckTable out_;
    LiveOffsets* live_ = nullptr;
    std::map<std::string, Contents> manifests_;
    std::map<std::string, FileProbe> probed_;  ///< By location; only with live_.
    std::set<std::string> data_files_;
};

}  // namespace icelight::lake
