#include "server/api/dead_letters.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "base/completion.h"
#include "base/offload.h"
#include "event/parse.h"
#include "query/service.h"
#include "server/api/cors.h"
#include "server/api/ingest_answer.h"
#include "server/api/lake_token.h"
#include "server/auth.h"
#include "server/replay/rerun.h"
#include "server/telemetry.h"
#include "wal/log.h"

namespace icelight::server {
namespace {

using boost::asio::awaitable;

constexpr std::size_t kBodyBytesMax = 64 << 10;
/// Rejects that are read and run again at a time: at most 64 KiB each, twice that as hex.
constexpr std::size_t kLettersAtOnce = 32;
/// Of rows and rejects that go into one batch of the log, beyond what one reject becomes.
constexpr std::size_t kBatchBytesMax = 256 << 10;
constexpr std::chrono::milliseconds kAppendWaitMax{20'000};

struct StartSelect {
    query::Service* service;
    query::Request request;

    void operator()(Completion<query::Reply> done) {
        service->run(std::move(request), std::move(done));
    }
};

struct StartAppend {
    wal::Log* log;
    wal::Batch batch;

    void operator()(Completion<wal::Appended> done) {
        log->append(std::move(batch), deadline_in(kAppendWaitMax), std::move(done));
    }
};

std::optional<http::Response> check(const Auth& auth, const http::Request& request) {
    auto allowed = auth.check_admin(request);
    if (!allowed) return http::make_error(allowed.error());
    if (is_foreign_origin(request)) {
        return http::make_error(http::status::kForbidden,
                                "pages of another origin may not replay events");
    }
    if (!has_json_type(request)) {
        return http::make_error(http::status::kUnsupportedMediaType,
                                "Replays need Content-Type: application/json");
    }
    return std::nullopt;
}

std::size_t count_duplicates(std::span<const wal::Outcome> rows) {
    return static_cast<std::size_t>(std::count_if(
        rows.begin(), rows.end(), [](const wal::Outcome& row) { return row.is_duplicate; }));
}

/// Puts what one reject became behind the rest.
void add_to_batch(event::ParsedRequest parsed, wal::Batch& batch) {
    batch.rows += parsed.rows;
    for (const auto& row : parsed.row_refs)
        batch.row_refs.push_back({row.fingerprint, row.bytes});
    batch.rejects += parsed.rejects;
    batch.reject_bytes.insert(
        batch.reject_bytes.end(), parsed.reject_bytes.begin(), parsed.reject_bytes.end());
}

}  // namespace

void DeadLetters::add_routes(http::Router& router, DeadLetterRoutes with) {
    auto letters = std::make_shared<DeadLetters>(std::move(with));
    router.add(
        {.method = http::Method::kPost,
         .pattern = "/api/dead-letters/replay",
         .handler =
             [letters](http::RequestPtr request) { return letters->answer(std::move(request)); },
         .check = [letters](http::Request& request) { return check(letters->with_.auth, request); },
         .body_bytes_max = kBodyBytesMax});
}

awaitable<http::Response> DeadLetters::answer(http::RequestPtr request) {
    auto wanted = parse_replay_request(request->body);
    if (!wanted) co_return http::make_error(wanted.error());
    // What this replay rejects again is not for this replay.
    if (!wanted->below) wanted->below = with_.log.durable_offset();
    if (is_running_.exchange(true)) {
        co_return http::make_error(
            Error{ErrorCode::kConflict, "another replay is running; try again when it is done"});
    }
    auto report = co_await replay(*wanted);
    is_running_ = false;
    if (!report) co_return make_refused(report.error());
    telemetry::replayed(report->taken, report->stored, report->rejected);
    co_return make_answer(*wanted, *report);
}

awaitable<Result<DeadLetters::Report>> DeadLetters::replay(ReplayRequest request) {
    auto report = std::make_shared<Report>();
    auto totals = co_await select(totals_sql(with_.tables, request));
    if (!totals) co_return tl::unexpected(std::move(totals).error());
    ICE_CO_ASSIGN(report->totals, decode_totals(*totals));
    if (report->totals.not_replayable > 0) {
        auto rows = co_await select(not_replayable_sql(with_.tables, request));
        if (!rows) co_return tl::unexpected(std::move(rows).error());
        ICE_CO_ASSIGN(report->not_replayable, describe_not_replayable(*rows));
    }
    auto found = co_await select(candidates_sql(with_.tables, request));
    if (!found) co_return tl::unexpected(std::move(found).error());
    ICE_CO_ASSIGN(const auto offsets, decode_candidates(*found));
    for (std::size_t at = 0; at < offsets.size(); at += kLettersAtOnce) {
        const auto begin = offsets.begin() + static_cast<std::ptrdiff_t>(at);
        const auto count = std::min(kLettersAtOnce, offsets.size() - at);
        std::vector<std::uint64_t> some(begin, begin + static_cast<std::ptrdiff_t>(count));
        auto replayed = co_await replay_some(std::move(some), request.is_dry_run, report);
        if (!replayed) co_return tl::unexpected(std::move(replayed).error());
    }
    co_return std::move(*report);
}

awaitable<Result<>> DeadLetters::replay_some(std::vector<std::uint64_t> offsets,
                                             bool is_dry_run,
                                             std::shared_ptr<Report> report) {
    auto reply = co_await select(letters_sql(with_.tables, offsets));
    if (!reply) co_return tl::unexpected(std::move(reply).error());
    std::function<Result<Outcomes>()> work = rerun_later(std::move(*reply));
    auto outcomes = co_await offload<Outcomes>(with_.pool, std::move(work));
    if (!outcomes) co_return tl::unexpected(std::move(outcomes).error());
    report->taken += offsets.size();
    for (auto& outcome : *outcomes) {
        report->rejected += outcome.batch.reject_bytes.size();
        if (is_dry_run) {
            report->stored += outcome.batch.row_refs.size();
            continue;
        }
        auto stored = co_await store(std::move(outcome), report);
        if (!stored) co_return tl::unexpected(std::move(stored).error());
    }
    co_return Result<>();
}

awaitable<Result<>> DeadLetters::store(Outcome outcome, std::shared_ptr<Report> report) {
    StartAppend start{&with_.log, std::move(outcome.batch)};
    auto appended = co_await await_completion<wal::Appended>(std::move(start));
    if (!appended) co_return tl::unexpected(std::move(appended).error());
    report->next_offset = appended->next_offset;
    wal::Batch notes;
    auto row = appended->rows.begin();
    for (const auto& part : outcome.parts) {
        const auto end = row + static_cast<std::ptrdiff_t>(part.rows);
        const std::size_t duplicates = count_duplicates({row, end});
        report->duplicates += duplicates;
        report->stored += part.rows - duplicates;
        if (part.rejects == 0 && part.rows == duplicates) {
            notes.rejects += part.note;
            notes.reject_bytes.push_back(static_cast<std::uint32_t>(part.note.size()));
        }
        row = end;
    }
    if (notes.reject_bytes.empty()) co_return Result<>();
    StartAppend start_notes{&with_.log, std::move(notes)};
    auto noted = co_await await_completion<wal::Appended>(std::move(start_notes));
    if (!noted) co_return tl::unexpected(std::move(noted).error());
    report->next_offset = noted->next_offset;
    co_return Result<>();
}

std::function<Result<DeadLetters::Outcomes>()> DeadLetters::rerun_later(std::string reply) const {
    return [this, text = std::move(reply)] {
        return rerun_all(text);
    };
}

Result<DeadLetters::Outcomes> DeadLetters::rerun_all(const std::string& reply) const {
    ICE_ASSIGN(const auto letters, decode_dead_letters(reply));
    const FingerprintKey key = with_.log.fingerprint_key();
    Outcomes outcomes;
    for (const auto& letter : letters) {
        const bool is_full = !outcomes.empty() && outcomes.back().batch.rows.size() +
                                                          outcomes.back().batch.rejects.size() >
                                                      kBatchBytesMax;
        if (outcomes.empty() || is_full) outcomes.emplace_back();
        auto parsed = rerun(letter, key, with_.inflate);
        outcomes.back().parts.push_back(
            {parsed.row_refs.size(), parsed.reject_bytes.size(), make_stored_before(letter)});
        add_to_batch(std::move(parsed), outcomes.back().batch);
    }
    return outcomes;
}

awaitable<Result<std::string>> DeadLetters::select(std::string sql) {
    query::Request request;
    request.sql = std::move(sql);
    StartSelect start{&with_.query, std::move(request)};
    auto reply = co_await await_completion<query::Reply>(std::move(start));
    if (!reply) co_return tl::unexpected(std::move(reply).error());
    co_return std::move(reply->body);
}

http::Response DeadLetters::make_answer(const ReplayRequest& request, const Report& report) const {
    const auto& totals = report.totals;
    const std::uint64_t open = totals.matched - totals.replayed - totals.not_replayable;
    std::string body = fmt::format(
        R"({{"success":true,"dry_run":{},"matched":{},"replayed_before":{},"not_replayable":{},)"
        R"("replayed":{},"stored":{},"duplicates":{},"rejected":{},"remaining":{})",
        request.is_dry_run,
        totals.matched,
        totals.replayed,
        totals.not_replayable,
        report.taken,
        report.stored,
        report.duplicates,
        report.rejected,
        open - std::min(open, report.taken));
    body += fmt::format(R"(,"below":{},"not_replayable_first":{})",
                        request.below.value_or(0),
                        report.not_replayable);
    if (report.next_offset > 0) {
        body +=
            fmt::format(R"(,"token":"{}")", make_lake_token(with_.log.uuid(), report.next_offset));
    }
    return http::make_json(http::status::kOk, body + "}");
}

}  // namespace icelight::server
