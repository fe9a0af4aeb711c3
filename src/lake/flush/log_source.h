#pragma once

#include "base/result.h"
#include "lake/flush/flush_index.h"
#include "lake/flush/flush_job.h"
#include "lake/flush/log_rows.h"

namespace icelight::wal {
class Reader;
}

namespace icelight::lake {

/// Reads job's offsets from the log into `rows`, whole records at a time, until job.to or
/// job.bytes_max, and its events into `index`.
///
/// @error kCorruption  the log ends before job.to, or a record is damaged; and what the reader
///                     returns.
Result<> load_log_rows(wal::Reader& reader,
                       const FlushJob& job,
                       LogRows& rows,
                       FlushIndexBuilder& index);

}  // namespace icelight::lake
