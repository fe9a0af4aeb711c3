#include <algorithm>

#include "iceberg/update/metadata_builder_internal.h"

namespace icelight::iceberg {

namespace {

/// Clocks of several writers may differ by this much.
constexpr std::int64_t kClockSkewMs = 60'000;

tl::unexpected<Error> refused(std::string why) {
    return fail(ErrorCode::kInvalidArgument, std::move(why));
}

std::string id_text(std::int64_t id) {
    return std::to_string(id);
}

/// v3: rows get ids from the table's counter.
Result<> take_row_ids(const Snapshot& snapshot, TableMetadata& metadata) {
    if (metadata.format_version < 3) return {};
    if (!snapshot.first_row_id) return refused("Cannot add a snapshot: first-row-id is null");
    const auto next = metadata.next_row_id.value_or(0);
    if (*snapshot.first_row_id < next) {
        return fail(ErrorCode::kConflict,
                    "Cannot add a snapshot, first-row-id is behind table next-row-id: " +
                        id_text(*snapshot.first_row_id) + " < " + id_text(next));
    }
    const auto rows = snapshot.added_rows.value_or(0);
    if (rows < 0) return refused("Cannot add a snapshot: added-rows is negative");
    std::int64_t after = 0;
    if (__builtin_add_overflow(*snapshot.first_row_id, rows, &after)) {
        return refused("Cannot add a snapshot: first-row-id is out of range");
    }
    metadata.next_row_id = after;
    return {};
}

}  // namespace

Result<> MetadataBuilder::operator()(const AddSnapshot& update) {
    const auto& snapshot = update.snapshot;
    if (metadata_.find_snapshot(snapshot.snapshot_id) != nullptr) {
        return refused("Snapshot already exists for id: " + id_text(snapshot.snapshot_id));
    }
    const bool is_numbered = metadata_.format_version > 1;
    if (is_numbered && snapshot.parent_snapshot_id &&
        snapshot.sequence_number <= metadata_.last_sequence_number) {
        return fail(ErrorCode::kConflict,
                    "Cannot add snapshot with sequence number " +
                        id_text(snapshot.sequence_number) + " older than last sequence number " +
                        id_text(metadata_.last_sequence_number));
    }
    if (snapshot.timestamp_ms < metadata_.last_updated_ms - kClockSkewMs) {
        return refused("Invalid snapshot timestamp " + id_text(snapshot.timestamp_ms) +
                       ": before last updated timestamp " + id_text(metadata_.last_updated_ms));
    }
    ICE_TRY(take_row_ids(snapshot, metadata_));
    metadata_.last_sequence_number =
        std::max(metadata_.last_sequence_number, snapshot.sequence_number);
    metadata_.snapshots.push_back(snapshot);
    added_snapshots_.insert(snapshot.snapshot_id);
    return {};
}

Result<> MetadataBuilder::operator()(const SetSnapshotRef& update) {
    if (update.name.empty()) return refused("Cannot set a reference without a name");
    const auto* snapshot = metadata_.find_snapshot(update.ref.snapshot_id);
    if (snapshot == nullptr) {
        return refused("Cannot set " + update.name +
                       " to unknown snapshot: " + id_text(update.ref.snapshot_id));
    }
    const bool is_main = update.name == kMainBranch;
    if (is_main && update.ref.type != RefType::kBranch) return refused("main must be a branch");
    metadata_.refs.insert_or_assign(update.name, update.ref);
    if (!is_main || metadata_.current_snapshot_id == update.ref.snapshot_id) return {};
    metadata_.current_snapshot_id = update.ref.snapshot_id;
    const bool is_added = added_snapshots_.contains(update.ref.snapshot_id);
    auto changed_ms = is_added ? snapshot->timestamp_ms : now_ms_;
    auto& log = metadata_.snapshot_log;
    // Readers of "as of" search the log by time: it must ascend.
    if (!log.empty()) changed_ms = std::max(changed_ms, log.back().timestamp_ms);
    log.push_back({changed_ms, update.ref.snapshot_id});
    return {};
}

Result<> MetadataBuilder::operator()(const RemoveSnapshots& update) {
    auto is_removed = [&](std::int64_t id) {
        return std::find(update.snapshot_ids.begin(), update.snapshot_ids.end(), id) !=
               update.snapshot_ids.end();
    };
    const auto count = std::erase_if(metadata_.snapshots, [&](const Snapshot& snapshot) {
        return is_removed(snapshot.snapshot_id);
    });
    if (count == 0) return {};
    has_removed_snapshots_ = true;
    auto is_of_removed = [&](const StatisticsFile& file) {
        return is_removed(file.snapshot_id);
    };
    std::erase_if(metadata_.statistics, is_of_removed);
    std::erase_if(metadata_.partition_statistics, is_of_removed);
    std::vector<std::string> dangling;
    for (const auto& [name, ref] : metadata_.refs) {
        if (is_removed(ref.snapshot_id)) dangling.push_back(name);
    }
    for (const auto& name : dangling) {
        ICE_TRY((*this)(RemoveSnapshotRef{name}));
    }
    return {};
}

Result<> MetadataBuilder::operator()(const RemoveSnapshotRef& update) {
    if (metadata_.refs.erase(update.name) > 0 && update.name == kMainBranch) {
        // The log stays: a table that is replaced keeps its history.
        metadata_.current_snapshot_id.reset();
    }
    return {};
}

/// Takes out of the log what never was current for anyone: snapshots that this list of updates
/// added and passed over. History before a removed snapshot is gone too, because it has a gap.
void MetadataBuilder::clean_snapshot_log() {
    if (added_snapshots_.empty() && !has_removed_snapshots_) return;
    std::set<std::int64_t> present;
    for (const auto& snapshot : metadata_.snapshots)
        present.insert(snapshot.snapshot_id);
    std::vector<SnapshotLogEntry> kept;
    for (const auto& entry : metadata_.snapshot_log) {
        const bool is_passed_over = added_snapshots_.contains(entry.snapshot_id) &&
                                    metadata_.current_snapshot_id != entry.snapshot_id;
        if (!present.contains(entry.snapshot_id)) {
            if (has_removed_snapshots_) kept.clear();
        } else if (!is_passed_over) {
            kept.push_back(entry);
        }
    }
    metadata_.snapshot_log = std::move(kept);
}

}  // namespace icelight::iceberg
