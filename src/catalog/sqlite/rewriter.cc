#include "catalog/sqlite/rewriter.h"

#include <memory>
#include <set>
#include <string>
#include <utility>

#include "catalog/metadata_file.h"
#include "catalog/sqlite/rows.h"
#include "catalog/telemetry.h"
#include "io/file_system.h"

namespace icelight::catalog::sqlite {

namespace {

Result<SharedManifests> load_manifests(Workshop& shop, const iceberg::TableMetadata& metadata) {
    const iceberg::Snapshot* current = metadata.current_snapshot();
    if (current == nullptr) return std::make_shared<const std::vector<iceberg::ManifestFile>>();
    return shop.lists.load(current->manifest_list);
}

/// @return whether there is something to commit.
Result<bool> build(Workshop& shop,
                   Connection& connection,
                   TableTransaction& tables,
                   const RewriteIntent& intent) {
    ICE_ASSIGN(const auto base, tables.load(connection, intent.table));
    ICE_ASSIGN(const SharedManifests manifests, load_manifests(shop, *base));
    const TimestampUs now_us = shop.clock.now_us();
    ICE_ASSIGN(auto rewrite, intent.plan(RewriteBase{*base, *manifests, now_us}));
    if (rewrite.is_empty()) return false;
    ICE_ASSIGN(auto plan, plan_rewrite(*base, std::move(rewrite), now_us));
    if (!plan.list_location.empty()) {
        ICE_ASSIGN(const auto path, path_of(plan.list_location));
        ICE_TRY(tables.files().write(path, plan.list_bytes));
        shop.lists.keep(
            plan.list_location,
            std::make_shared<const std::vector<iceberg::ManifestFile>>(std::move(plan.manifests)));
    }
    if (shop.step_hook) {
        ICE_TRY(shop.step_hook(CommitStep::kListsStored));
    }
    tables.change(intent.table, std::move(plan.metadata));
    ICE_TRY(tables.store(connection));
    ICE_TRY(remove_journal(connection, intent.commit_id));
    return true;
}

/// Those that no journal names. @return how many were there.
Result<std::size_t> remove_paths(Workshop& shop,
                                 const std::vector<std::string>& paths,
                                 const std::set<std::string>& journaled) {
    std::size_t removed = 0;
    for (const std::string& path : paths) {
        ICE_TRY(path_inside(path, shop.warehouse));
        if (journaled.contains(path)) continue;
        const auto gone = shop.files.remove(path);
        if (!gone && gone.error().code == ErrorCode::kNotFound) continue;
        if (!gone) return tl::unexpected(gone.error());
        ++removed;
        if (shop.step_hook) {
            ICE_TRY(shop.step_hook(CommitStep::kFileRemoved));
        }
    }
    return removed;
}

}  // namespace

Result<bool> rewrite_table(Workshop& shop,
                           Writer& writer,
                           TableTransaction& tables,
                           const RewriteIntent& intent) {
    auto outcome = writer.transact(
        [&](Connection& connection) { return build(shop, connection, tables, intent); });
    if (outcome) {
        if (*outcome) telemetry::changed("table", text_of(intent.table));
        return outcome;
    }
    if (outcome.error().code != ErrorCode::kCommitStateUnknown) tables.take_back();
    return outcome;
}

Result<std::size_t> remove_files(Workshop& shop, Writer& writer, const FileRemoval& removal) {
    std::size_t removed = 0;
    // Inside a transaction: it ends any doubt about a commit, and nobody else changes a pointer.
    const auto look = [&](Connection& connection) -> Result<bool> {
        ICE_ASSIGN(const CatalogState now, load_state(connection));
        if (now.metadata_locations != removal.metadata_locations)
            return fail(ErrorCode::kConflict, "a table has changed since its files were looked at");
        std::set<std::string> journaled;
        for (const Journal& journal : now.journals)
            journaled.insert(journal.paths.begin(), journal.paths.end());
        ICE_ASSIGN(removed, remove_paths(shop, removal.paths, journaled));
        for (const std::string& location : removal.ended_purges) {
            ICE_TRY(remove_purge(connection, location));
        }
        return !removal.ended_purges.empty();
    };
    ICE_TRY(writer.transact(look));
    return removed;
}

Result<CatalogState> load_state(Connection& connection) {
    ICE_ASSIGN(Contents contents, load_contents(connection));
    CatalogState state;
    for (RelationRow& row : contents.tables)
        state.metadata_locations.emplace(std::move(row.ident), std::move(row.metadata_location));
    for (const auto& [sink, row] : contents.sinks) {
        state.watermarks[sink] = row.progress.watermark;
        state.offsets_gone[sink] = row.offsets_gone;
    }
    state.journals = std::move(contents.journals);
    state.view_locations = std::move(contents.view_locations);
    state.purges = std::move(contents.purges);
    return state;
}

}  // namespace icelight::catalog::sqlite
