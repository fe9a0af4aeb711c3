#include <algorithm>
#include <variant>

#include <fmt/format.h>

#include "base/ids.h"
#include "catalog/metadata_file.h"
#include "catalog/refusal.h"
#include "catalog/sink/sink_halt.h"
#include "catalog/snapshot_plan.h"
#include "catalog/sqlite/client/client_changes.h"
#include "catalog/sqlite/halt_rows.h"
#include "catalog/sqlite/offsets_gone.h"
#include "catalog/telemetry.h"
#include "iceberg/table_requirement.h"
#include "iceberg/table_update.h"

namespace icelight::catalog::sqlite {

namespace {

bool is_create(const TableCommit& commit) {
    return std::any_of(
        commit.requirements.begin(), commit.requirements.end(), [](const auto& requirement) {
            return std::holds_alternative<iceberg::AssertCreate>(requirement);
        });
}

/// Whether the table already is what the commit makes it: the client did not hear that it landed.
/// Snapshot ids are drawn by clients at random, so the same id with the same content is the same
/// commit; so is the uuid that a staged create handed out to one client.
bool has_landed(const TableCommit& commit, const iceberg::TableMetadata& base) {
    std::size_t snapshots = 0;
    bool is_made_here = false;
    for (const iceberg::TableUpdate& update : commit.updates) {
        if (const auto* added = std::get_if<iceberg::AddSnapshot>(&update)) {
            const auto* known = base.find_snapshot(added->snapshot.snapshot_id);
            if (known == nullptr || *known != added->snapshot) return false;
            ++snapshots;
        }
        if (const auto* assigned = std::get_if<iceberg::AssignUuid>(&update)) {
            is_made_here = assigned->uuid == base.table_uuid;
        }
    }
    return snapshots > 0 || (is_create(commit) && is_made_here);
}

}  // namespace

Result<bool> ClientChanges::Step::operator()(const CommitTables& change) {
    for (const TableCommit& commit : change.commits) {
        const auto base = tables.load(connection, commit.table);
        // They land together: what is true of one is true of all.
        if (base && has_landed(commit, **base)) return false;
    }
    bool is_wanted = false;
    for (const TableCommit& commit : change.commits) {
        ICE_ASSIGN(const bool is_changed, commit_one(commit));
        is_wanted = is_wanted || is_changed;
    }
    return is_wanted;
}

Result<bool> ClientChanges::Step::commit_one(const TableCommit& commit) {
    ICE_ASSIGN(const auto row, find_relation(connection, Relation::kTable, commit.table));
    if (!row && !tables.holds(commit.table)) {
        if (!is_create(commit)) return no_such_table(commit.table);
        return commit_new(commit);
    }
    ICE_ASSIGN(const auto base, tables.load(connection, commit.table));
    ICE_TRY(iceberg::check_requirements(commit.requirements, base.get()));
    if (commit.updates.empty()) return false;
    const TimestampUs now_us = next_timestamp_ms(*base, owner.shop_.clock.now_us()) * 1'000;
    ICE_ASSIGN(auto changed, iceberg::apply_updates(*base, commit.updates, now_us));
    if (const SinkTable* sink = owner.find_sink(commit.table)) {
        ICE_TRY(check_sink_change(*sink, *base, changed));
        ICE_TRY(owner.account_for(connection, *sink, *base, changed));
    }
    // The server places tables: clients that replace one name a place of their own.
    if (!path_inside(changed.location, owner.shop_.warehouse)) changed.location = base->location;
    tables.change(commit.table, std::move(changed));
    return true;
}

/// The second half of a staged create.
Result<bool> ClientChanges::Step::commit_new(const TableCommit& commit) {
    ICE_TRY(require_free(commit.table));
    if (owner.find_sink(commit.table) != nullptr) return made_by_the_server(commit.table);
    ICE_TRY(iceberg::check_requirements(commit.requirements, nullptr));
    const TimestampUs now_us = owner.shop_.clock.now_us();
    ICE_ASSIGN(auto metadata, iceberg::apply_updates({}, commit.updates, now_us));
    if (metadata.table_uuid.is_nil()) metadata.table_uuid = make_uuid_v7(now_us);
    ICE_TRY(path_inside(metadata.location, owner.shop_.warehouse));
    ICE_TRY(remove_purge(connection, metadata.location));
    tables.create(commit.table, std::move(metadata));
    return true;
}

Result<> ClientChanges::account_for(Connection& connection,
                                    const SinkTable& sink,
                                    const iceberg::TableMetadata& before,
                                    const iceberg::TableMetadata& after) {
    const HistoryChange history = judge_history(before, after);
    const bool is_gone = after.snapshots.empty();
    if (history == HistoryChange::kReplaced && !is_gone) {
        return fail(ErrorCode::kInvalidArgument,
                    text_of(sink.ident) +
                        " is fed from the log: its rows may be rolled back, not replaced");
    }
    if (before.current_snapshot_id == after.current_snapshot_id && !is_gone) return {};
    ICE_ASSIGN(const auto sinks, load_sinks(connection));
    if (!sinks.contains(kEventSink)) return {};  // nothing was ever carried
    ICE_ASSIGN(const std::int64_t gone,
               count_offsets_gone(shop_.files, shop_.lists, before, after, sink.offset_field_id));
    if (history == HistoryChange::kGoesOn) {
        // Rows that another writer copied came with their offsets; they were counted once.
        return add_offsets_gone(connection, kEventSink, std::max<std::int64_t>(gone, 0));
    }
    SinkHalt halt{sink.ident, "was dropped", carried_below(after, kEventSink), gone};
    if (!is_gone && halt.kept_below == carried_below(before, kEventSink)) {
        return add_offsets_gone(connection, kEventSink, gone);
    }
    if (!is_gone) {
        halt.reason =
            fmt::format("was rolled back to snapshot {}", after.current_snapshot_id.value_or(0));
    }
    telemetry::halted(text_of(sink.ident), halt.reason, halt.kept_below);
    return store_halt(connection, kEventSink, halt);
}

}  // namespace icelight::catalog::sqlite
