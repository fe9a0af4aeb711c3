#include "lake/upkeep/table_upkeep.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/ids.h"
#include "catalog/catalog.h"
#include "catalog/manifest_lists.h"
#include "io/file_system.h"
#include "io/location.h"
#include "lake/telemetry.h"

namespace icelight::lake {
namespace {

/// Merges that one commit makes at most; the next pass makes the rest.
constexpr std::size_t kMergesMax = 64;
/// A commit to expire less than this share of what stays is not worth it.
constexpr std::size_t kExpiryShare = 4;
constexpr std::size_t kExpiryMin = 8;

bool is_worth_it(const Expired& expired, const iceberg::TableMetadata& table) {
    const std::size_t gone = expired.snapshots.size();
    if (!expired.refs.empty()) return true;
    return gone >= std::max(kExpiryMin, (table.snapshots.size() - gone) / kExpiryShare);
}

}  // namespace

Result<catalog::Rewrite> make_rewrite(const catalog::RewriteBase& base,
                                      const std::vector<ManifestMerge>& merges,
                                      const std::vector<iceberg::ManifestFile>& written,
                                      Expired expired) {
    catalog::Rewrite rewrite;
    rewrite.expired_snapshots = std::move(expired.snapshots);
    rewrite.expired_refs = std::move(expired.refs);
    if (merges.empty()) return rewrite;
    std::set<std::string> replaced;
    std::int64_t entries = 0;
    for (const ManifestMerge& merge : merges) {
        for (const iceberg::ManifestFile& input : merge.inputs)
            replaced.insert(input.manifest_path);
    }
    std::vector<iceberg::ManifestFile> list;
    list.reserve(base.manifests.size() + written.size());
    for (const iceberg::ManifestFile& manifest : base.manifests)
        if (!replaced.contains(manifest.manifest_path)) list.push_back(manifest);
    const std::size_t kept = list.size();
    if (base.manifests.size() - kept != replaced.size())
        return fail(ErrorCode::kConflict, "a manifest to be merged is no longer in the table");
    for (const iceberg::ManifestFile& manifest : written) {
        entries += manifest.existing_files_count;
        list.push_back(manifest);
    }
    rewrite.manifests = std::move(list);
    rewrite.summary = {{"manifests-created", std::to_string(written.size())},
                       {"manifests-kept", std::to_string(kept)},
                       {"manifests-replaced", std::to_string(replaced.size())},
                       {"entries-processed", std::to_string(entries)}};
    return rewrite;
}

Result<UpkeepResult> TableUpkeep::run(const catalog::TableIdent& ident) {
    ICE_ASSIGN(const catalog::LoadedTable table, catalog_.load_table(ident));
    // Others may have upgraded it; then its upkeep is theirs.
    if (table.metadata->format_version != iceberg::kFormatVersionDefault) return UpkeepResult{};
    ICE_ASSIGN(Work work, look(ident, *table.metadata));
    if (work.merges.empty() && !work.has_expired) return UpkeepResult{};
    const Uuid commit_id = make_uuid_v7(clock_.now_us());
    Result<UpkeepResult> result;
    const auto written = write_merges(table, commit_id, work);
    if (written) {
        result = commit(ident, commit_id, work);
    } else {
        result = tl::unexpected(written.error());
    }
    const bool is_known = result || result.error().code != ErrorCode::kCommitStateUnknown;
    // Cleared already by a commit that landed.
    if (is_known && !work.merges.empty() && (!result || result->manifests_merged == 0)) {
        const auto discarded = catalog_.discard_journal(commit_id);
        if (!discarded) telemetry::discard_failed(commit_id.text(), discarded.error().message);
    }
    return result;
}

Result<TableUpkeep::Work> TableUpkeep::look(const catalog::TableIdent& ident,
                                            const iceberg::TableMetadata& table) {
    Work work;
    const Expired expired = find_expired(table, retention_, clock_.now_us() / 1'000);
    work.has_expired = is_worth_it(expired, table);
    const iceberg::Snapshot* current = table.current_snapshot();
    if (current == nullptr) return work;
    std::int64_t& settled = settled_[table.table_uuid.text()];
    if (settled == current->snapshot_id) return work;
    catalog::ManifestLists lists(files_);
    ICE_ASSIGN(const auto manifests, lists.load(current->manifest_list));
    telemetry::table_size(ident.name, table.snapshots.size(), manifests->size());
    work.merges = choose_merges(*manifests);
    if (work.merges.empty()) settled = current->snapshot_id;
    if (work.merges.size() > kMergesMax) work.merges.resize(kMergesMax);
    return work;
}

Result<> TableUpkeep::write_merges(const catalog::LoadedTable& table,
                                   const Uuid& commit_id,
                                   Work& work) {
    if (work.merges.empty()) return {};
    ICE_ASSIGN(const auto directory, io::parse_location(table.metadata->location));
    std::vector<std::string> paths;
    for (std::size_t i = 0; i < work.merges.size(); ++i) {
        const auto name = fmt::format("{}-m{}.avro", commit_id.text(), i);
        paths.push_back((directory / "metadata" / name).string());
    }
    ICE_TRY(catalog_.journal_files(commit_id, paths));
    for (std::size_t i = 0; i < work.merges.size(); ++i) {
        ICE_ASSIGN(auto manifest, store_merged(files_, *table.metadata, work.merges[i], paths[i]));
        work.written.push_back(std::move(manifest));
    }
    return {};
}

Result<UpkeepResult> TableUpkeep::commit(const catalog::TableIdent& ident,
                                         const Uuid& commit_id,
                                         Work work) {
    UpkeepResult result;
    result.manifests_written = work.written.size();
    for (const ManifestMerge& merge : work.merges)
        result.manifests_merged += merge.inputs.size();
    const catalog::PlanRewrite plan =
        [&](const catalog::RewriteBase& base) -> Result<catalog::Rewrite> {
        // Refs may have come and gone since we looked: what may expire is decided here.
        Expired expired = find_expired(base.metadata, retention_, base.now_us / 1'000);
        result.snapshots_expired = expired.snapshots.size();
        return make_rewrite(base, work.merges, work.written, std::move(expired));
    };
    ICE_TRY(catalog_.rewrite_table({ident, commit_id, plan}));
    return result;
}

}  // namespace icelight::lake
