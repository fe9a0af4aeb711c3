#include "catalog/sink/contiguity.h"

#include <set>

#include <fmt/format.h>

namespace icelight::catalog {

Result<AppendVerdict> judge_append(const SinkProgress* progress, const AppendIntent& intent) {
    if (progress == nullptr) {
        if (intent.from == 0) return AppendVerdict::kAppend;
        return fail(ErrorCode::kConflict,
                    fmt::format("sink {} has committed nothing yet, the append starts at {}",
                                intent.sink,
                                intent.from));
    }
    const Watermark& watermark = progress->watermark;
    if (watermark.log_uuid != intent.log_uuid) {
        return fail(ErrorCode::kConflict,
                    fmt::format("sink {} carries log {}, the append is of log {}",
                                intent.sink,
                                watermark.log_uuid.text(),
                                intent.log_uuid.text()));
    }
    const std::uint64_t next = watermark.next(intent.shard);
    if (next == intent.from) return AppendVerdict::kAppend;
    const auto commit = progress->commit_ids.find(intent.shard);
    const bool is_same_commit =
        commit != progress->commit_ids.end() && commit->second == intent.commit_id.text();
    if (next == intent.to && is_same_commit) return AppendVerdict::kLanded;
    return fail(ErrorCode::kConflict,
                fmt::format("the watermark of sink {} shard {} is {}, the append is [{}, {})",
                            intent.sink,
                            intent.shard,
                            next,
                            intent.from,
                            intent.to));
}

Result<> check_intent(const AppendIntent& intent) {
    if (intent.from >= intent.to) {
        return fail(ErrorCode::kInvalidArgument,
                    fmt::format("an append of no offsets: [{}, {})", intent.from, intent.to));
    }
    if (intent.commit_id.is_nil() || intent.log_uuid.is_nil()) {
        return fail(ErrorCode::kInvalidArgument, "an append without commit id or log");
    }
    if (intent.appends.empty()) {
        return fail(ErrorCode::kInvalidArgument, "an append to no table");
    }
    std::set<TableIdent> seen;
    for (const TableAppend& append : intent.appends) {
        if (seen.insert(append.table).second) continue;
        return fail(ErrorCode::kInvalidArgument,
                    fmt::format("{} is named twice in one append", text_of(append.table)));
    }
    return {};
}

}  // namespace icelight::catalog
