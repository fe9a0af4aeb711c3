#include "catalog/snapshot_plan.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/ids.h"
#include "iceberg/manifest_avro.h"
#include "iceberg/snapshot_summary.h"
#include "iceberg/table_update.h"

namespace icelight::catalog {

namespace {

/// Format versions whose snapshots this build can write.
constexpr std::int32_t kWritableVersion = 2;

Result<> check_base(const iceberg::TableMetadata& base, const TableAppend& append) {
    if (base.format_version != kWritableVersion) {
        return fail(ErrorCode::kUnsupported,
                    fmt::format("{}: cannot append to a table of format version {}",
                                text_of(append.table),
                                base.format_version));
    }
    if (append.manifest && base.find_spec(append.manifest->partition_spec_id) == nullptr) {
        return fail(ErrorCode::kInvalidArgument,
                    fmt::format("{}: manifest {} has partition spec {}, which the table lacks",
                                text_of(append.table),
                                append.manifest->manifest_path,
                                append.manifest->partition_spec_id));
    }
    return {};
}

std::map<std::string, std::string> make_append_summary(const iceberg::TableMetadata& base,
                                                       const AppendIntent& intent,
                                                       const TableAppend& append,
                                                       const std::string& watermark) {
    iceberg::SnapshotChanges changes;
    changes.added_data_files = append.added.files;
    changes.added_records = append.added.records;
    changes.added_files_bytes = append.added.bytes;
    changes.changed_partitions = append.added.partitions;
    auto summary =
        iceberg::make_summary(iceberg::kOperationAppend, changes, base.current_snapshot());
    // Ours stand: the caller's keys only add to them.
    summary.insert(intent.summary.begin(), intent.summary.end());
    summary[watermark_key(intent.sink)] = watermark;
    summary["icelight.from"] = std::to_string(intent.from);
    summary["icelight.to"] = std::to_string(intent.to);
    summary["icelight.commit-id"] = intent.commit_id.text();
    return summary;
}

iceberg::ManifestList make_list(const iceberg::Snapshot& snapshot,
                                const std::vector<iceberg::ManifestFile>& parent_manifests,
                                const TableAppend& append) {
    iceberg::ManifestList list;
    list.snapshot_id = snapshot.snapshot_id;
    list.parent_snapshot_id = snapshot.parent_snapshot_id;
    list.sequence_number = snapshot.sequence_number;
    list.manifests.reserve(parent_manifests.size() + 1);
    if (append.manifest) {
        iceberg::ManifestFile added = *append.manifest;
        added.sequence_number = snapshot.sequence_number;
        if (added.min_sequence_number == iceberg::kUnassignedSequenceNumber) {
            added.min_sequence_number = snapshot.sequence_number;
        }
        added.added_snapshot_id = snapshot.snapshot_id;
        list.manifests.push_back(std::move(added));
    }
    list.manifests.insert(list.manifests.end(), parent_manifests.begin(), parent_manifests.end());
    return list;
}

}  // namespace

Result<SnapshotPlan> plan_append(const iceberg::TableMetadata& base,
                                 const std::vector<iceberg::ManifestFile>& parent_manifests,
                                 const AppendIntent& intent,
                                 const TableAppend& append,
                                 const PlanMoment& moment) {
    ICE_TRY(check_base(base, append));
    const std::string watermark = encode_watermark(moment.watermark);
    iceberg::Snapshot snapshot;
    snapshot.snapshot_id = make_snapshot_id(base);
    snapshot.parent_snapshot_id = base.current_snapshot_id;
    snapshot.sequence_number = base.last_sequence_number + 1;
    snapshot.timestamp_ms = next_timestamp_ms(base, moment.now_us);
    snapshot.schema_id = base.current_schema_id;
    snapshot.summary = make_append_summary(base, intent, append, watermark);
    snapshot.manifest_list = fmt::format("{}/metadata/snap-{}-1-{}.avro",
                                         base.location,
                                         snapshot.snapshot_id,
                                         make_uuid_v7(moment.now_us).text());
    auto list = make_list(snapshot, parent_manifests, append);
    SnapshotPlan plan;
    plan.snapshot_id = snapshot.snapshot_id;
    plan.list_location = snapshot.manifest_list;
    ICE_ASSIGN(plan.list_bytes, iceberg::encode_manifest_list(list));
    plan.manifests = std::move(list.manifests);
    const TimestampUs changed_us = snapshot.timestamp_ms * 1'000;
    iceberg::SnapshotRef main;  // keeps the branch's own retention settings
    if (const auto ref = base.refs.find(std::string(iceberg::kMainBranch));
        ref != base.refs.end()) {
        main = ref->second;
    }
    main.snapshot_id = snapshot.snapshot_id;
    const std::array<iceberg::TableUpdate, 3> updates = {
        iceberg::AddSnapshot{std::move(snapshot)},
        iceberg::SetSnapshotRef{std::string(iceberg::kMainBranch), main},
        iceberg::SetProperties{{{watermark_key(intent.sink), watermark}}}};
    ICE_ASSIGN(plan.metadata, iceberg::apply_updates(base, updates, changed_us));
    return plan;
}

std::int64_t make_snapshot_id(const iceberg::TableMetadata& base) {
    std::int64_t id = make_random_id();
    while (base.find_snapshot(id) != nullptr)
        id = make_random_id();
    return id;
}

std::int64_t next_timestamp_ms(const iceberg::TableMetadata& base, TimestampUs now_us) {
    std::int64_t last_ms = base.last_updated_ms;
    if (!base.snapshot_log.empty()) {
        last_ms = std::max(last_ms, base.snapshot_log.back().timestamp_ms);
    }
    return std::max(last_ms + 1, now_us / 1'000);
}

}  // namespace icelight::catalog
