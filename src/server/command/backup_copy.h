#pragma once

#include <cstdint>
#include <filesystem>

#include "base/result.h"

namespace icelight::server::command {

/// What a backup holds.
struct BackupSummary {
    std::size_t files = 0;
    std::uint64_t bytes = 0;
    std::uint64_t watermark = 0;    ///< Rows below are in the tables,
    std::uint64_t next_offset = 0;  ///< rows from there to here in the log.
};

/// Copies the data directory `from`, in use or not, into the new directory `to`: catalog.db and
/// app.db of one moment each, every file the tables reach, and the log from its watermark on.
///
/// The order makes it consistent while a server writes: the catalog first; its files are not
/// deleted within lake.gc-min-age; then the log, which never forgets what lies above the watermark
/// of then without keeping 1 GiB below; of its last segment what was whole when it was read.
/// @error kAlreadyExists  `to` is there; kNotFound: a file went away meanwhile (the copy took
/// longer
///   than lake.gc-min-age): try again; kUnavailable: the log moved on too far: try again; kIo.
Result<BackupSummary> copy_directory(const std::filesystem::path& from,
                                     const std::filesystem::path& to);

/// Copies everything of a directory that nobody writes to, durably; the copy has its name only when
/// it is whole.
/// @return the copy's absolute path. @error kAlreadyExists  `to` is there; kIo.
Result<std::filesystem::path> copy_stopped_directory(const std::filesystem::path& from,
                                                     const std::filesystem::path& to);

}  // namespace icelight::server::command
