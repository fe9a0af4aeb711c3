#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "lake/tables.h"
#include "wal/survey.h"

namespace icelight::io {
class FileSystem;
}

namespace icelight::lake {

class FileProber;

/// Findings told at most; the rest is counted.
inline constexpr std::size_t kFindingsMax = 1'000;

/// What fsck looks at. All of one moment: the log was surveyed after `state` was read.
struct FsckJob {
    catalog::CatalogState state;
    TableNames names;
    std::filesystem::path garbage_list;
    std::chrono::milliseconds gc_min_age{std::chrono::hours(6)};
    std::optional<wal::Survey> log;  ///< Absent: the log is not checked.
};

/// One thing that is not as it should be, or worth knowing.
struct Finding {
    bool is_error = true;
    std::string check;  ///< "file-missing", "row-count", …: a closed set, for scripts.
    std::string table;  ///< "analytics.events", or empty.
    std::string path;   ///< The file, or empty.
    std::string detail;
};

struct FsckTable {
    std::string name;
    std::size_t snapshots = 0;
    std::size_t manifests = 0;
    std::size_t data_files = 0;   ///< Of all snapshots.
    std::int64_t live_files = 0;  ///< Of the current snapshot.
    std::int64_t live_rows = 0;
    std::int64_t live_bytes = 0;
};

/// `offsets in [0, W) = distinct offsets in live data files + R` (the table identity). Rows that
/// delete files hide are stored still: R takes them in when a rewrite drops them.
struct OffsetIdentity {
    bool is_checked = false;  ///< False: a table is missing, or a file could not be read.
    std::uint64_t watermark = 0;
    std::uint64_t distinct_offsets = 0;
    std::uint64_t offsets_gone = 0;  ///< R
    std::uint64_t repeated_offsets = 0;
};

struct FsckReport {
    std::vector<FsckTable> tables;
    OffsetIdentity offsets;
    std::optional<wal::Survey> log;
    std::vector<Finding> findings;  ///< Errors first.
    std::size_t errors = 0;         ///< Also those beyond kFindingsMax.
    std::size_t notices = 0;
    std::size_t files_checked = 0;
    std::size_t stray_files = 0;

    bool is_clean() const { return errors == 0; }
};

/// Checks every table against its files, the tables against the log, and the directories against
/// the tables. Changes nothing. Data files are opened one by one through `prober`.
///
/// Pin the state while it runs on a live catalog, so that nothing it names is deleted.
/// @error  never for what it finds: that is in the report.
FsckReport run_fsck(const FsckJob& job, io::FileSystem& files, FileProber& prober);

}  // namespace icelight::lake
