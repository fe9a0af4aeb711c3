#include "catalog/sqlite/append_group.h"

#include <memory>
#include <utility>

#include "catalog/metadata_file.h"
#include "catalog/snapshot_plan.h"
#include "catalog/sqlite/halt_rows.h"
#include "catalog/telemetry.h"

namespace icelight::catalog::sqlite {

namespace {

/// The parent snapshot's manifests; none for a table without snapshots.
Result<SharedManifests> load_parent(Workshop& shop, const iceberg::TableMetadata& metadata) {
    const iceberg::Snapshot* parent = metadata.current_snapshot();
    if (parent == nullptr) return std::make_shared<const std::vector<iceberg::ManifestFile>>();
    return shop.lists.load(parent->manifest_list);
}

}  // namespace

Result<bool> AppendGroup::build(Connection& connection) {
    ICE_ASSIGN(sinks_, load_sinks(connection));
    is_landing_.assign(appends_.size(), false);
    for (std::size_t i = 0; i < appends_.size(); ++i) {
        const AppendIntent& intent = appends_[i].intent;
        const auto sink = sinks_.find(intent.sink);
        ICE_ASSIGN(const auto halts, load_halts(connection, intent.sink));
        if (!halts.empty()) {
            answers_[i] = fail(ErrorCode::kConflict, describe_halts(halts));
            continue;
        }
        const auto verdict =
            judge_append(sink == sinks_.end() ? nullptr : &sink->second.progress, intent);
        if (!verdict) {
            answers_[i] = tl::unexpected(verdict.error());
            continue;
        }
        if (*verdict == AppendVerdict::kLanded) {
            answers_[i] = Committed{intent.to, {}};
            continue;
        }
        auto added = add(connection, intent);
        if (added && landing_count_++ == 0) first_landing_ = i;
        is_landing_[i] = added.has_value();
        answers_[i] = std::move(added);
    }
    if (landing_count_ == 0) return false;
    if (shop_.step_hook) {
        ICE_TRY(shop_.step_hook(CommitStep::kListsStored));
    }
    ICE_TRY(tables_.store(connection));
    ICE_TRY(store_rows(connection));
    return true;
}

Result<Committed> AppendGroup::add(Connection& connection, const AppendIntent& intent) {
    // Planned in full before the first table is changed, so that a failure leaves no half of it.
    const auto sink = sinks_.find(intent.sink);
    Watermark after = sink == sinks_.end() ? Watermark{} : sink->second.progress.watermark;
    after.log_uuid = intent.log_uuid;
    after.next_offset[intent.shard] = intent.to;
    std::vector<SnapshotPlan> plans;
    for (const TableAppend& append : intent.appends) {
        ICE_ASSIGN(const auto base, tables_.load(connection, append.table));
        ICE_ASSIGN(const auto parent, load_parent(shop_, *base));
        const PlanMoment moment{after, shop_.clock.now_us()};
        ICE_ASSIGN(auto plan, plan_append(*base, *parent, intent, append, moment));
        ICE_ASSIGN(const auto path, path_of(plan.list_location));
        ICE_TRY(tables_.files().write(path, plan.list_bytes));
        plans.push_back(std::move(plan));
    }
    Committed committed{intent.to, {}};
    for (std::size_t i = 0; i < plans.size(); ++i) {
        SnapshotPlan& plan = plans[i];
        const TableIdent& ident = intent.appends[i].table;
        committed.snapshot_ids[ident] = plan.snapshot_id;
        shop_.lists.keep(
            plan.list_location,
            std::make_shared<const std::vector<iceberg::ManifestFile>>(std::move(plan.manifests)));
        tables_.change(ident, std::move(plan.metadata));
    }
    SinkProgress& progress = sinks_[intent.sink].progress;
    progress.watermark = after;
    progress.commit_ids[intent.shard] = intent.commit_id.text();
    return committed;
}

Result<> AppendGroup::store_rows(Connection& connection) {
    for (std::size_t i = 0; i < appends_.size(); ++i) {
        if (!is_landing_[i]) continue;
        const AppendIntent& intent = appends_[i].intent;
        const std::string commit_id = intent.commit_id.text();
        ICE_TRY(store_sink(connection, intent.sink, intent.log_uuid));
        ICE_TRY(store_watermark(connection, intent.sink, intent.shard, intent.to, commit_id));
        ICE_TRY(remove_journal(connection, intent.commit_id));
    }
    return {};
}

std::vector<Result<Committed>> AppendGroup::answers(const Result<bool>& outcome) const {
    std::vector<Result<Committed>> answers;
    for (std::size_t i = 0; i < appends_.size(); ++i) {
        // Without the transaction only answers that do not build on one of its appends stand.
        const auto& answer = answers_[i];
        if (answer && (outcome || i < first_landing_)) {
            answers.push_back(*answer);
        } else {
            answers.emplace_back(tl::unexpected(outcome.error()));
        }
    }
    return answers;
}

std::uint64_t AppendGroup::event_watermark() const {
    const auto sink = sinks_.find(kEventSink);
    return sink == sinks_.end() ? 0 : sink->second.progress.watermark.next(0);
}

}  // namespace icelight::catalog::sqlite
