#pragma once

#include "base/result.h"
#include "lake/flush_job.h"
#include "lake/log_rows.h"

namespace icelight::io {
class FileSystem;
}

namespace icelight::lake {

/// Reads job's offsets from the log directory into `rows`, whole records at a time, until job.to or
/// job.bytes_max.
///
/// @error kCorruption  the log ends before job.to, or a record is damaged.
Result<> load_log_rows(io::FileSystem& files, const FlushJob& job, LogRows& rows);

}  // namespace icelight::lake
