#include "catalog/sqlite/committer.h"

#include <chrono>
#include <memory>
#include <utility>

#include "catalog/sqlite/append_group.h"
#include "catalog/telemetry.h"

namespace icelight::catalog::sqlite {

namespace {

/// Files of a transaction that did not land for certain are ours to remove.
bool is_without_effect(const Result<bool>& outcome) {
    if (outcome) return !*outcome;
    return outcome.error().code != ErrorCode::kCommitStateUnknown;
}

}  // namespace

void Committer::commit_appends(std::vector<QueuedAppend> appends) {
    const SteadyTime begin = shop_.clock.steady();
    AppendGroup group(shop_, appends);
    const auto outcome =
        writer_.transact([&group](Connection& connection) { return group.build(connection); });
    if (outcome && *outcome) {
        publish(group.tables(), group.event_watermark());
        const auto took =
            std::chrono::duration_cast<std::chrono::microseconds>(shop_.clock.steady() - begin);
        telemetry::committed(group.landing_count(), group.event_watermark(), took);
    } else if (is_without_effect(outcome)) {
        group.tables().take_back();
        if (!outcome) telemetry::commit_failed(outcome.error().message);
    }
    auto answers = group.answers(outcome);
    for (std::size_t i = 0; i < appends.size(); ++i) {
        if (!answers[i] && answers[i].error().code == ErrorCode::kConflict) {
            telemetry::conflicted(answers[i].error().message);
        }
        appends[i].done(std::move(answers[i]));
    }
}

void Committer::publish(TableTransaction& tables, std::uint64_t event_watermark) {
    tables.publish();
    pins_.advance(event_watermark);
    telemetry::watermark(event_watermark);
    if (shop_.step_hook) {
        const auto ignored = shop_.step_hook(CommitStep::kPublished);
        static_cast<void>(ignored);  // nothing is left that could fail
    }
}

}  // namespace icelight::catalog::sqlite
