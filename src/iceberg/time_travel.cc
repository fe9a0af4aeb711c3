#include "iceberg/time_travel.h"

#include <string>

#include <fmt/format.h>

#include "iceberg/calendar_internal.h"

namespace icelight::iceberg {
namespace {

constexpr std::int64_t kMsPerDay = 86'400'000;

/// "2026-01-31T12:00:00.123Z"
std::string time_text(std::int64_t time_ms) {
    const auto date = civil_date(floor_divide(time_ms, kMsPerDay));
    const auto ms = floor_remainder(time_ms, kMsPerDay);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
                       date.year,
                       date.month,
                       date.day,
                       ms / 3'600'000,
                       ms / 60'000 % 60,
                       ms / 1'000 % 60,
                       ms % 1'000);
}

}  // namespace

Result<const Snapshot*> snapshot_of_id(const TableMetadata& table, std::int64_t snapshot_id) {
    if (const Snapshot* found = table.find_snapshot(snapshot_id)) return found;
    return fail(ErrorCode::kNotFound,
                fmt::format("the table has no snapshot {}; it may have expired", snapshot_id));
}

Result<const Snapshot*> snapshot_at_time(const TableMetadata& table, std::int64_t time_ms) {
    const auto& log = table.snapshot_log;
    for (auto entry = log.rbegin(); entry != log.rend(); ++entry)
        if (entry->timestamp_ms <= time_ms) return snapshot_of_id(table, entry->snapshot_id);
    return fail(ErrorCode::kNotFound,
                fmt::format("the table's history does not reach back to {}; it begins {}",
                            time_text(time_ms),
                            log.empty() ? "with its first snapshot, which is still to come"
                                        : "at " + time_text(log.front().timestamp_ms)));
}

}  // namespace icelight::iceberg
