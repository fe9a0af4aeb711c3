#include "catalog/sink/sink_halt.h"

#include <algorithm>

#include <fmt/format.h>

namespace icelight::catalog {

namespace {

const iceberg::Snapshot* parent_of(const iceberg::TableMetadata& table,
                                   const iceberg::Snapshot& snapshot) {
    return snapshot.parent_snapshot_id ? table.find_snapshot(*snapshot.parent_snapshot_id)
                                       : nullptr;
}

/// Whether a walk from `from` over parents in `table` meets `wanted`. A chain is no longer than
/// there are snapshots, whatever the parents say.
bool leads_to(const iceberg::TableMetadata& table,
              const iceberg::Snapshot* from,
              std::int64_t wanted) {
    for (std::size_t step = 0; from != nullptr && step <= table.snapshots.size(); ++step) {
        if (from->snapshot_id == wanted || from->parent_snapshot_id == wanted) return true;
        from = parent_of(table, *from);
    }
    return false;
}

std::optional<std::uint64_t> find_watermark(const iceberg::Snapshot& snapshot, SinkId sink) {
    const auto found = snapshot.summary.find(watermark_key(sink));
    if (found == snapshot.summary.end()) return std::nullopt;
    const auto watermark = decode_watermark(found->second);
    if (!watermark) return std::nullopt;
    return watermark->next(0);
}

}  // namespace

HistoryChange judge_history(const iceberg::TableMetadata& base,
                            const iceberg::TableMetadata& changed) {
    if (!base.current_snapshot_id || base.current_snapshot_id == changed.current_snapshot_id)
        return HistoryChange::kGoesOn;
    if (leads_to(changed, changed.current_snapshot(), *base.current_snapshot_id))
        return HistoryChange::kGoesOn;
    if (!changed.current_snapshot_id) return HistoryChange::kReplaced;
    if (leads_to(base, base.current_snapshot(), *changed.current_snapshot_id))
        return HistoryChange::kRollsBack;
    return HistoryChange::kReplaced;
}

std::uint64_t carried_below(const iceberg::TableMetadata& table, SinkId sink) {
    const iceberg::Snapshot* at = table.current_snapshot();
    for (std::size_t step = 0; at != nullptr && step <= table.snapshots.size(); ++step) {
        if (const auto watermark = find_watermark(*at, sink)) return *watermark;
        at = parent_of(table, *at);
    }
    return 0;
}

Result<std::optional<std::int64_t>> snapshot_carried_to(const iceberg::TableMetadata& table,
                                                        SinkId sink,
                                                        std::uint64_t offset) {
    const iceberg::Snapshot* at = table.current_snapshot();
    for (std::size_t step = 0; at != nullptr && step <= table.snapshots.size(); ++step) {
        iceberg::TableMetadata from_here;
        from_here.snapshots = table.snapshots;
        from_here.current_snapshot_id = at->snapshot_id;
        if (carried_below(from_here, sink) <= offset) return at->snapshot_id;
        if (!find_watermark(*at, sink)) {
            return fail(
                ErrorCode::kUnsupported,
                fmt::format("snapshot {} is another writer's and would be lost", at->snapshot_id));
        }
        if (!at->parent_snapshot_id) return std::nullopt;
        at = parent_of(table, *at);
    }
    if (!table.current_snapshot_id) return std::nullopt;
    return fail(ErrorCode::kUnsupported,
                fmt::format("its history no longer reaches back to offset {}", offset));
}

std::string describe_halts(const std::vector<SinkHalt>& halts) {
    std::string text;
    for (const SinkHalt& halt : halts) {
        if (!text.empty()) text += "; ";
        text += fmt::format("{} {}: rows of the log from offset {} on are not in it",
                            text_of(halt.table),
                            halt.reason,
                            halt.kept_below);
    }
    return text +
           "; nothing more is carried until you stop the server and run `icelight resume "
           "--accept` (they are gone) or `icelight resume --replay` (from the log)";
}

}  // namespace icelight::catalog
