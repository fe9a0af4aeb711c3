#include "iceberg/time_travel.h"

#include "iceberg/table_metadata.h"

namespace icelight::iceberg {
namespace {

tl::unexpected<Error> none_as_of(const TableMetadata& metadata, const AsOf& as_of) {
    std::string message = "the table has no state as of " + as_of_text(as_of);
    if (metadata.snapshots.empty()) return fail(ErrorCode::kInvalidArgument, message);
    const auto* oldest = &metadata.snapshots.front();
    for (const auto& snapshot : metadata.snapshots) {
        if (snapshot.timestamp_ms < oldest->timestamp_ms) oldest = &snapshot;
    }
    message += "; it has " + std::to_string(metadata.snapshots.size()) +
               " snapshots, the oldest of " + std::to_string(oldest->timestamp_ms) + " ms";
    return fail(ErrorCode::kInvalidArgument, std::move(message));
}

}  // namespace

std::string as_of_text(const AsOf& as_of) {
    if (as_of.snapshot_id) return "snapshot " + std::to_string(*as_of.snapshot_id);
    return std::to_string(as_of.timestamp_ms.value_or(0)) + " ms";
}

Result<const Snapshot*> snapshot_as_of(const TableMetadata& metadata, const AsOf& as_of) {
    std::optional<std::int64_t> id = as_of.snapshot_id;
    if (!id) {
        for (const auto& entry : metadata.snapshot_log) {
            if (entry.timestamp_ms <= as_of.timestamp_ms.value_or(0)) id = entry.snapshot_id;
        }
    }
    const auto* const snapshot = id ? metadata.find_snapshot(*id) : nullptr;
    if (snapshot == nullptr) return none_as_of(metadata, as_of);
    return snapshot;
}

const Schema* schema_of(const TableMetadata& metadata, const Snapshot& snapshot) {
    const Schema* own = nullptr;
    if (snapshot.schema_id) own = metadata.find_schema(*snapshot.schema_id);
    return own == nullptr ? metadata.current_schema() : own;
}

}  // namespace icelight::iceberg
