#include "lake/flush/flush_round.h"

#include <future>
#include <memory>

#include <fmt/format.h>

#include "catalog/catalog.h"
#include "lake/append.h"
#include "lake/flush/flush_backend.h"
#include "lake/telemetry.h"

namespace icelight::lake {
namespace {

/// The same intent is submitted again when SQLite could not say whether it landed.
constexpr int kCommitTriesMax = 3;

RoundResult summarize(const std::vector<WrittenDataFile>& written, std::uint64_t watermark) {
    RoundResult result;
    result.watermark = watermark;
    result.files = written.size();
    for (const WrittenDataFile& file : written) {
        (file.table == Table::kEvents ? result.rows : result.rejects) += file.row_count;
        result.bytes += file.file_bytes;
    }
    return result;
}

}  // namespace

Result<RoundResult> FlushRound::run(const FlushJob& job, const Uuid& log_uuid, Deadline deadline) {
    plan_ = {};
    has_worker_failed_ = false;
    ICE_ASSIGN(events_, load_target(Table::kEvents));
    ICE_ASSIGN(rejected_, load_target(Table::kRejected));
    has_worker_failed_ = true;  // until it has answered
    ICE_ASSIGN(plan_, backend_.plan(job, deadline));
    has_worker_failed_ = false;
    const std::vector<std::filesystem::path> paths = name_files();
    const Uuid commit_id = make_uuid_v7(clock_.now_us());
    ICE_TRY(journal(commit_id, paths));
    const auto written = backend_.write(paths, deadline);
    if (!written) {
        has_worker_failed_ = true;
        discard(commit_id);
        return tl::unexpected(written.error());
    }
    const auto intent = make_intent(job, log_uuid, commit_id, *written);
    if (!intent) {
        discard(commit_id);
        return tl::unexpected(intent.error());
    }
    const auto committed = commit(*intent, deadline);
    if (!committed) {
        // What may have landed must stay: the catalog decides at its next start.
        if (committed.error().code != ErrorCode::kCommitStateUnknown) discard(commit_id);
        return tl::unexpected(committed.error());
    }
    return summarize(*written, committed->watermark);
}

Result<FlushRound::Target> FlushRound::load_target(Table table) {
    Target out;
    out.ident = ident_of(names_, table);
    ICE_ASSIGN(const catalog::LoadedTable loaded, catalog_.load_table(out.ident));
    auto layout = find_layout(*loaded.metadata, table);
    if (!layout) return fail_in(catalog::text_of(out.ident), layout.error());
    out.layout = std::move(*layout);
    return out;
}

std::vector<std::filesystem::path> FlushRound::name_files() const {
    std::vector<std::filesystem::path> paths;
    paths.reserve(plan_.files.size());
    for (const PlannedFile& file : plan_.files) {
        paths.push_back(data_path(
            target(file.table).layout.directory, file.day, make_uuid_v7(clock_.now_us()).text()));
    }
    return paths;
}

Result<> FlushRound::journal(const Uuid& commit_id,
                             const std::vector<std::filesystem::path>& data) {
    std::vector<std::string> names;
    names.reserve(data.size() + 2);
    for (const std::filesystem::path& path : data)
        names.push_back(path.string());
    for (const Table table : {Table::kEvents, Table::kRejected})
        names.push_back(manifest_path(target(table).layout, commit_id).string());
    return catalog_.journal_files(commit_id, std::move(names));
}

Result<catalog::AppendIntent> FlushRound::make_intent(const FlushJob& job,
                                                      const Uuid& log_uuid,
                                                      const Uuid& commit_id,
                                                      const std::vector<WrittenDataFile>& written) {
    catalog::AppendIntent intent;
    intent.sink = catalog::kEventSink;
    intent.log_uuid = log_uuid;
    intent.from = job.from;
    intent.to = plan_.to;
    intent.commit_id = commit_id;
    for (const Table table : {Table::kEvents, Table::kRejected}) {
        std::vector<const WrittenDataFile*> files;
        for (const WrittenDataFile& file : written)
            if (file.table == table) files.push_back(&file);
        // Events get a snapshot at every flush: it carries the watermark.
        if (files.empty() && table != Table::kEvents) continue;
        ICE_ASSIGN(
            catalog::TableAppend append,
            store_append(files_, target(table).ident, target(table).layout, commit_id, files));
        intent.appends.push_back(std::move(append));
    }
    return intent;
}

Result<catalog::Committed> FlushRound::commit(const catalog::AppendIntent& intent,
                                              Deadline deadline) {
    Result<catalog::Committed> result;
    for (int attempt = 0; attempt < kCommitTriesMax; ++attempt) {
        // Shared: the catalog may answer after we stopped waiting.
        auto answer = std::make_shared<std::promise<Result<catalog::Committed>>>();
        auto answered = answer->get_future();
        catalog_.commit(intent, [answer](Result<catalog::Committed> committed) {
            answer->set_value(std::move(committed));
        });
        if (answered.wait_until(deadline) != std::future_status::ready) {
            return fail(ErrorCode::kCommitStateUnknown, "the catalog did not answer in time");
        }
        result = answered.get();
        if (result || result.error().code != ErrorCode::kCommitStateUnknown) return result;
    }
    return result;
}

void FlushRound::discard(const Uuid& commit_id) {
    const auto discarded = catalog_.discard_journal(commit_id);
    if (!discarded) telemetry::discard_failed(commit_id.text(), discarded.error().message);
}

}  // namespace icelight::lake
