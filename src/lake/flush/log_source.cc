#include "lake/flush/log_source.h"

#include <fmt/format.h>

#include "io/file_system.h"
#include "wal/reader.h"

namespace icelight::lake {

Result<> load_log_rows(wal::Reader& reader,
                       const FlushJob& job,
                       LogRows& rows,
                       FlushIndexBuilder& index) {
    rows.begin(job);
    // An error is how a visit ends the reading early; `is_full` tells it from a real one.
    bool is_full = false;
    const auto visit = [&](const wal::RecordView& record) -> Result<> {
        ICE_TRY(rows.add(record));
        while (index.count() < rows.rows().size())
            index.add(rows.rows()[index.count()]);
        is_full = rows.is_full();
        if (is_full) return fail(ErrorCode::kTooLarge, "enough");
        return {};
    };
    const Result<> read = reader.read(job.from, job.to, visit);
    if (!read && !is_full) return tl::unexpected(read.error());
    if (rows.next_offset() < job.to && !is_full) {
        return fail(ErrorCode::kCorruption,
                    fmt::format("log {}: ends at offset {}, durable up to {}",
                                job.log_directory.string(),
                                rows.next_offset(),
                                job.to));
    }
    return {};
}

}  // namespace icelight::lake
