#include "query/job_runner.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "query/admission.h"
#include "query/external/attachments.h"
#include "query/telemetry.h"
#include "wal/log.h"

namespace icelight::query {
namespace {

constexpr std::chrono::milliseconds kStartTime{10'000};
/// How late a cancel is seen by a query that waits for the log.
constexpr std::chrono::milliseconds kWaitStep{50};

std::chrono::milliseconds left_until(Deadline deadline) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - system_clock().steady());
    return std::max(left, std::chrono::milliseconds(1));
}

std::unique_ptr<Relay> make_relay(const Options& options) {
    if (options.externals.empty()) return nullptr;
    return std::make_unique<Relay>(RelayOptions{.targets = hosts_of(options.externals)});
}

}  // namespace

JobRunner::JobRunner(const Options& options,
                     wal::Log& log,
                     catalog::Catalog& catalog,
                     const Clock& clock)
    : options_(options),
      log_(log),
      catalog_(catalog),
      clock_(clock),
      relay_(make_relay(options)),
      pool_(options, WorkerKind::kPlain, options.workers + 1),
      iceberg_pool_(options, WorkerKind::kIceberg, options.workers, relay_.get()),
      cache_(options.cache_bytes_max) {}

Result<> JobRunner::start() {
    pool_.start();
    ICE_TRY(check_extensions());
    ICE_ASSIGN(auto first, pool_.take(deadline_in(kStartTime)));
    pool_.give_back(std::move(first));
    return {};
}

Result<> JobRunner::check_extensions() const {
    if (options_.extensions.empty()) return {};
    const auto worker = WorkerClient::start(options_, WorkerKind::kIceberg, 0, relay_.get());
    if (worker) return {};
    const auto& [code, message] = worker.error();
    const bool has_hole = code == ErrorCode::kUnsupported || code == ErrorCode::kForbidden;
    if (has_hole && !options_.externals.empty()) {
        return fail(ErrorCode::kInvalidArgument,
                    fmt::format("query.external-catalogs: {}; --insecure-sql reads them all the "
                                "same",
                                message));
    }
    if (code == ErrorCode::kInvalidArgument) return fail_in("query.extensions", worker.error());
    return tl::unexpected(worker.error());
}

std::optional<Reply> JobRunner::find_recent(const Job& job) {
    if (job.request.staleness_max.count() <= 0 || job.request.wants_run) return std::nullopt;
    const auto answer = cache_.find(job.request, job.begin);
    telemetry::cache_asked(answer != nullptr);
    if (!answer) return std::nullopt;
    return take_kept(job, *answer);
}

Result<Reply> JobRunner::run(Job& job) {
    ICE_TRY(check_waiting(job));
    ICE_TRY(wait_for_log(job));
    if (auto exact = find_exact(job)) return std::move(*exact);
    ICE_ASSIGN(auto worker, pool_.take(job.deadline));
    telemetry::worker_taken(WorkerKind::kPlain);
    job.is_running = true;
    job.began = clock_.steady();
    const auto statement = prepare_on(*worker, job);
    const bool names_externals = statement && !statement->externals.empty();
    Result<Reply> reply;
    if (names_externals) {
        worker->give_up();
    } else if (statement) {
        reply = execute_on(*worker, job, *statement);
    } else {
        reply = tl::unexpected(statement.error());
    }
    const bool needs_extension = worker->needs_extension();
    settle(pool_, std::move(worker));
    const bool moves = names_externals || (needs_extension && !options_.extensions.empty());
    return moves ? run_with_extension(job) : reply;
}

/// What the plain worker cannot read and did not begin to answer, again where it can be read.
Result<Reply> JobRunner::run_with_extension(Job& job) {
    iceberg_pool_.start();
    ICE_ASSIGN(auto worker, iceberg_pool_.take(job.deadline));
    telemetry::worker_taken(WorkerKind::kIceberg);
    const auto statement = prepare_on(*worker, job);
    if (statement && !statement->externals.empty())
        worker->retire_at(system_clock().steady() + kAttachmentAgeMax);
    Result<Reply> reply;
    if (statement) {
        reply = execute_on(*worker, job, *statement);
    } else {
        reply = tl::unexpected(statement.error());
    }
    settle(iceberg_pool_, std::move(worker));
    return reply;
}

Result<> JobRunner::wait_for_log(const Job& job) const {
    if (!job.request.after_offset) return {};
    const auto until = std::min(job.deadline, system_clock().steady() + kWaitAfterMax);
    while (!job.is_cancelled) {
        const auto step = std::min<Deadline>(until, deadline_in(kWaitStep));
        if (log_.wait_durable_beyond(*job.request.after_offset, step)) return {};
        if (system_clock().steady() >= until) {
            return fail(ErrorCode::kTimeout, "the log did not reach the token in time");
        }
    }
    return fail(ErrorCode::kShuttingDown, "the query was cancelled");
}

/// A kept answer that is still exact: what it was made from is all there is now.
std::optional<Reply> JobRunner::find_exact(const Job& job) {
    if (job.request.wants_run) return std::nullopt;
    const auto answer = cache_.find_any(job.request);
    if (!answer) return std::nullopt;
    const auto& origin = answer->origin;
    if (!origin) return std::nullopt;
    const auto now = admit(options_, origin->statement, job.request, log_, catalog_);
    if (!now || !sees_the_same(origin->inputs, now->inputs)) return std::nullopt;
    telemetry::cache_asked(true);
    return take_kept(job, *answer);
}

Reply JobRunner::take_kept(const Job& job, const CachedAnswer& answer) const {
    Reply reply;
    reply.content_type = content_type_of(job.request.format);
    reply.body = answer.body;
    reply.facts = answer.facts;
    reply.bytes_written = reply.body.size();
    reply.age = std::chrono::ceil<std::chrono::milliseconds>(clock_.steady() - answer.taken);
    if (job.request.format == Format::kJson) {
        // The envelope ends with its meta.
        reply.body.insert(reply.body.size() - 2,
                          fmt::format(",\"cacheAgeMs\":{}", reply.age->count()));
    }
    return reply;
}

Result<Statement> JobRunner::prepare_on(WorkerClient& worker, const Job& job) {
    const Request& request = job.request;
    return worker.prepare({request.sql,
                           request.format,
                           request.rows_max,
                           left_until(job.deadline),
                           request.values,
                           request.limits,
                           request.is_check},
                          job.bounds());
}

/// Section "admission": the worker has read the statement; the moment is taken and held.
Result<Reply> JobRunner::execute_on(WorkerClient& worker, Job& job, const Statement& statement) {
    const Request& request = job.request;
    const bool names_externals = !statement.externals.empty();
    if (names_externals && request.as_of) {
        worker.give_up();
        return fail(ErrorCode::kInvalidArgument,
                    "asOf goes with tables of this server only, not with those of catalog " +
                        statement.externals.front());
    }
    auto admission = admit(options_, statement, request, log_, catalog_);
    if (!admission) {
        worker.give_up();
        return tl::unexpected(admission.error());
    }
    const auto admitted = clock_.steady();
    auto& inputs = admission->inputs;
    inputs.waited = std::chrono::duration_cast<std::chrono::microseconds>(job.began - job.begin);
    const bool is_live = !request.is_committed_only && !request.as_of;
    // Of what others write nothing is promised.
    const bool is_others_alone = names_externals && statement.tables.empty();
    if (is_live && !is_others_alone) inputs.admitted_us = clock_.now_us();
    Reply reply;
    reply.content_type = content_type_of(request.format);
    const bool is_kept =
        !names_externals && (request.staleness_max.count() > 0 || statement.is_repeatable);
    std::string kept;
    const WriteBody write = [&](std::string_view piece) {
        reply.bytes_written += piece.size();
        if (is_kept && kept.size() <= kCachedAnswerBytesMax) kept += piece;
        if (request.write) return request.write(piece);
        reply.body += piece;
        return true;
    };
    ICE_ASSIGN(reply.facts, worker.execute(inputs, job.bounds(), write));
    if (is_kept) {
        CachedAnswer answer{std::move(kept), reply.facts, admitted, {}};
        if (statement.is_repeatable) answer.origin = {statement, inputs};
        cache_.store(cache_key(request), std::move(answer));
    }
    return reply;
}

void JobRunner::settle(WorkerPool& pool, std::unique_ptr<WorkerClient> worker) {
    switch (worker->fate()) {
        case WorkerFate::kServes:
            if (worker->resident_bytes() <= options_.recycle_bytes) {
                return pool.give_back(std::move(worker));
            }
            telemetry::worker_recycled("memory");
            break;
        case WorkerFate::kBroken:
            telemetry::worker_recycled("its own wish");
            break;
        case WorkerFate::kCrashed:
            ++crashes_;
            break;
        case WorkerFate::kKilled:
            ++kills_;
            break;
    }
    pool.discard(std::move(worker));
}

Status JobRunner::status() const {
    Status status;
    status.is_ready = pool_.is_ready();
    status.problem = pool_.problem();
    status.crashes = crashes_;
    status.kills = kills_;
    return status;
}

void JobRunner::close() {
    pool_.close();
    iceberg_pool_.close();
}

}  // namespace icelight::query
