#include "iceberg/time_travel.h"

#include <fmt/format.h>

namespace icelight::iceberg {

Result<const Snapshot*> snapshot_of_id(const TableMetadata& table, std::int64_t snapshot_id) {
    if (const Snapshot* found = table.find_snapshot(snapshot_id)) return found;
    return fail(ErrorCode::kNotFound,
                fmt::format("the table has no snapshot {}; it may have expired", snapshot_id));
}

Result<const Snapshot*> snapshot_at_time(const TableMetadata& table, std::int64_t time_ms) {
    const auto& log = table.snapshot_log;
    for (auto entry = log.rbegin(); entry != log.rend(); ++entry)
        if (entry->timestamp_ms <= time_ms) return snapshot_of_id(table, entry->snapshot_id);
    return fail(
        ErrorCode::kNotFound,
        fmt::format("the table's history does not reach back to {} ms after 1970; it "
                    "begins at {}",
                    time_ms,
                    log.empty() ? "no snapshot" : std::to_string(log.front().timestamp_ms)));
}

}  // namespace icelight::iceberg
