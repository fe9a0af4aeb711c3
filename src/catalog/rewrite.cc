#include "catalog/rewrite.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "catalog/snapshot_plan.h"
#include "iceberg/manifest_avro.h"
#include "iceberg/table_update.h"

namespace icelight::catalog {

namespace {

constexpr std::int32_t kWritableVersion = 2;
constexpr std::string_view kWatermarkPrefix = "icelight.watermark";

Result<> check_refs(const iceberg::TableMetadata& base, const Rewrite& rewrite) {
    for (const auto& [name, ref] : base.refs) {
        const auto& refs = rewrite.expired_refs;
        if (std::find(refs.begin(), refs.end(), name) != refs.end()) continue;
        const auto& gone = rewrite.expired_snapshots;
        if (std::find(gone.begin(), gone.end(), ref.snapshot_id) == gone.end()) continue;
        return fail(ErrorCode::kInvalidArgument,
                    fmt::format("snapshot {} is held by {}", ref.snapshot_id, name));
    }
    return {};
}

iceberg::Snapshot make_snapshot(const iceberg::TableMetadata& base,
                                const Rewrite& rewrite,
                                TimestampUs now_us) {
    const iceberg::Snapshot* parent = base.current_snapshot();
    iceberg::Snapshot snapshot;
    snapshot.snapshot_id = make_snapshot_id(base);
    snapshot.parent_snapshot_id = base.current_snapshot_id;
    snapshot.sequence_number = base.last_sequence_number + 1;
    snapshot.timestamp_ms = next_timestamp_ms(base, now_us);
    snapshot.schema_id = base.current_schema_id;
    snapshot.summary = iceberg::make_summary(iceberg::kOperationReplace, rewrite.changes, parent);
    snapshot.summary.insert(rewrite.summary.begin(), rewrite.summary.end());
    // Whoever looks only at the current snapshot still finds how far the log was carried.
    if (parent != nullptr) {
        for (const auto& [key, value] : parent->summary)
            if (key.starts_with(kWatermarkPrefix)) snapshot.summary[key] = value;
    }
    snapshot.manifest_list = fmt::format("{}/metadata/snap-{}-1-{}.avro",
                                         base.location,
                                         snapshot.snapshot_id,
                                         make_uuid_v7(now_us).text());
    return snapshot;
}

}  // namespace

Result<RewritePlan> plan_rewrite(const iceberg::TableMetadata& base,
                                 Rewrite rewrite,
                                 TimestampUs now_us) {
    if (base.format_version != kWritableVersion) {
        return fail(
            ErrorCode::kUnsupported,
            fmt::format("cannot rewrite a table of format version {}", base.format_version));
    }
    ICE_TRY(check_refs(base, rewrite));
    RewritePlan plan;
    std::vector<iceberg::TableUpdate> updates;
    TimestampUs changed_us = next_timestamp_ms(base, now_us) * 1'000;
    if (rewrite.manifests) {
        iceberg::Snapshot snapshot = make_snapshot(base, rewrite, now_us);
        changed_us = snapshot.timestamp_ms * 1'000;
        plan.list_location = snapshot.manifest_list;
        const iceberg::ManifestList list{snapshot.snapshot_id,
                                         snapshot.parent_snapshot_id,
                                         snapshot.sequence_number,
                                         std::move(*rewrite.manifests)};
        ICE_ASSIGN(plan.list_bytes, iceberg::encode_manifest_list(list));
        // With the numbers that encoding gave the new ones.
        ICE_ASSIGN(plan.manifests, iceberg::decode_manifest_list(plan.list_bytes));
        iceberg::SnapshotRef main;
        const auto ref = base.refs.find(std::string(iceberg::kMainBranch));
        if (ref != base.refs.end()) main = ref->second;
        main.snapshot_id = snapshot.snapshot_id;
        updates.emplace_back(iceberg::AddSnapshot{std::move(snapshot)});
        updates.emplace_back(iceberg::SetSnapshotRef{std::string(iceberg::kMainBranch), main});
    }
    for (std::string& name : rewrite.expired_refs)
        updates.emplace_back(iceberg::RemoveSnapshotRef{std::move(name)});
    if (!rewrite.expired_snapshots.empty())
        updates.emplace_back(iceberg::RemoveSnapshots{std::move(rewrite.expired_snapshots)});
    ICE_ASSIGN(plan.metadata, iceberg::apply_updates(base, updates, changed_us));
    return plan;
}

}  // namespace icelight::catalog
