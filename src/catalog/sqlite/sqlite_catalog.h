#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "catalog/commit_step.h"
#include "catalog/sink/sink_table.h"

namespace icelight::io {
class FileSystem;
}

namespace icelight::catalog::sqlite {

struct Options {
    std::filesystem::path database;      ///< catalog.db; its directory exists.
    std::filesystem::path warehouse;     ///< Absolute. Only files under it are ever deleted.
    std::vector<SinkTable> sink_tables;  ///< Those the log is carried into.
    /// Folders beside the warehouse where clients may have views' metadata written.
    std::vector<std::filesystem::path> view_folders;
    std::size_t queued_intents_max = 256;
    std::size_t verified_files_max = 10'000;  ///< Looked for at open.
    std::chrono::milliseconds busy_timeout{5'000};
    // Tests only.
    std::string vfs;     ///< SQLite VFS; empty: the default.
    StepHook step_hook;  ///< Empty: none.
};

/// Opens or creates the catalog, checks it against the warehouse, deletes what unfinished commits
/// left, and starts the catalog thread.
///
/// Lifetime: `files` and `clock` outlive the catalog.
/// @error kUnavailable  another process holds the lock.
/// @error kUnsupported  written by a newer icelight.
/// @error kCorruption   not a catalog; a metadata or data file is missing or does not parse; the
///   tables' copy of W differs from catalog.db's (one of them was restored). Nothing was changed.
/// @error kIo  not writable, or the OS refused.
Result<std::unique_ptr<Catalog>> open_catalog(Options options,
                                              io::FileSystem& files,
                                              const Clock& clock);

}  // namespace icelight::catalog::sqlite
