#include "query/service.h"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "query/admission.h"
#include "query/answer_cache.h"
#include "query/fair_queue.h"
#include "query/telemetry.h"
#include "query/worker/worker_client.h"
#include "query/worker/worker_pool.h"
#include "wal/log.h"

namespace icelight::query {
namespace {

constexpr std::chrono::milliseconds kStartTime{10'000};
/// How late a cancel is seen by a query that waits for the log.
constexpr std::chrono::milliseconds kWaitStep{50};

struct Job {
    QueryId id = 0;
    Request request;
    Done done;
    SteadyTime begin;
    TimestampUs started_us = 0;
    Deadline deadline;
    std::atomic<bool> is_cancelled{false};
    std::atomic<bool> is_running{false};
    std::atomic<bool> is_ended{false};  ///< Its answer is on its way.

    QueryBounds bounds() const {
        return {deadline, &is_cancelled, request.limits.memory_bytes_max};
    }
};

std::chrono::milliseconds left_until(Deadline deadline) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - system_clock().steady());
    return std::max(left, std::chrono::milliseconds(1));
}

Result<> check_request(const Request& request) {
    if (request.sql.size() > kSqlBytesMax) {
        return fail(ErrorCode::kInvalidArgument,
                    std::string(kRefusalPrefix) + "the statement is longer than 256 KiB");
    }
    if (values_bytes(request.values) > kSqlBytesMax) {
        return fail(ErrorCode::kInvalidArgument,
                    std::string(kRefusalPrefix) + "the values are longer than 256 KiB");
    }
    if (request.timeout.count() <= 0 || request.timeout > kDeadlineMax) {
        return fail(ErrorCode::kInvalidArgument, "the timeout is not within 1 ms and 300 s");
    }
    return {};
}

}  // namespace

class Service::Impl {
public:
    Impl(Options options, wal::Log& log, catalog::Catalog& catalog, const Clock& clock)
        : options_(std::move(options)),
          log_(log),
          catalog_(catalog),
          clock_(clock),
          pool_(options_),
          queue_(options_.queued_max, options_.queued_bytes_max),
          cache_(options_.cache_bytes_max),
          last_id_(static_cast<QueryId>(clock.now_us())) {}

    Result<> start();

    QueryId make_id() { return ++last_id_; }

    QueryId run(Request request, Done done);
    void cancel(QueryId id);
    std::size_t cancel_named(std::string_view name, std::string_view owner);
    std::vector<ActiveQuery> active() const;
    Status status() const;
    void close(Deadline deadline);

private:
    Result<> enter(const std::shared_ptr<Job>& job);
    bool answer_from_cache(Job& job);
    std::optional<Reply> find_exact(const Job& job);
    Reply take_kept(const Job& job, const CachedAnswer& answer) const;
    void work();
    void answer(Job& job);
    Result<> wait_for_log(const Job& job) const;
    Result<Reply> run_job(Job& job);
    Result<Reply> run_on(WorkerClient& worker, Job& job);
    void settle(std::unique_ptr<WorkerClient> worker);
    void finish(Job& job, Result<Reply> reply);
    void note_end(Job& job, const Result<Reply>& reply);

    const Options options_;
    wal::Log& log_;
    catalog::Catalog& catalog_;
    const Clock& clock_;  ///< For measuring; waits go by the machine's.
    WorkerPool pool_;
    FairQueue<std::shared_ptr<Job>> queue_;
    AnswerCache cache_;
    std::vector<std::thread> threads_;
    std::atomic<QueryId> last_id_;  ///< Begins with the time, so that no start repeats another's.
    std::atomic<std::size_t> active_{0};
    std::atomic<std::uint64_t> crashes_{0};
    std::atomic<std::uint64_t> kills_{0};
    // guarded by mutex_
    mutable std::mutex mutex_;
    std::condition_variable emptied_;
    std::unordered_map<QueryId, std::shared_ptr<Job>> jobs_;  ///< Waiting or running.
};

Result<> Service::Impl::start() {
    pool_.start();
    for (std::size_t i = 0; i < options_.workers; ++i)
        threads_.emplace_back([this] { work(); });
    ICE_ASSIGN(auto first, pool_.take(deadline_in(kStartTime)));
    pool_.give_back(std::move(first));
    return {};
}

QueryId Service::Impl::run(Request request, Done done) {
    auto job = std::make_shared<Job>();
    job->id = request.id != 0 ? request.id : make_id();
    job->request = std::move(request);
    job->done = std::move(done);
    job->begin = clock_.steady();
    job->started_us = clock_.now_us();
    const auto time_max = job->request.limits.time_max;
    if (time_max.count() > 0) job->request.timeout = std::min(job->request.timeout, time_max);
    job->deadline = deadline_in(job->request.timeout);
    if (auto valid = check_request(job->request); !valid) {
        finish(*job, tl::unexpected(valid.error()));
        return job->id;
    }
    if (answer_from_cache(*job)) return job->id;
    if (auto entered = enter(job); !entered) {
        finish(*job, tl::unexpected(entered.error()));
        return job->id;
    }
    auto queued = job;
    if (!queue_.try_push(job->request.owner,
                         std::move(queued),
                         job->request.sql.size() + values_bytes(job->request.values))) {
        const bool is_closed = queue_.is_closed();
        finish(*job,
               fail(is_closed ? ErrorCode::kShuttingDown : ErrorCode::kOverloaded,
                    is_closed ? "the server is stopping" : "too many queries are waiting"));
    }
    telemetry::queue_depth(queue_.size());
    return job->id;
}

/// Notes the job, if its owner may have one more.
Result<> Service::Impl::enter(const std::shared_ptr<Job>& job) {
    const std::size_t queries_max = job->request.limits.queries_max;
    const std::lock_guard lock(mutex_);
    if (queries_max != 0) {
        const auto others = std::count_if(jobs_.begin(), jobs_.end(), [&](const auto& entry) {
            return !entry.second->is_ended && entry.second->request.owner == job->request.owner;
        });
        if (static_cast<std::size_t>(others) >= queries_max) {
            return fail(
                ErrorCode::kOverloaded,
                fmt::format("this token may have {} queries at once (max_queries)", queries_max));
        }
    }
    jobs_.emplace(job->id, job);
    return {};
}

bool Service::Impl::answer_from_cache(Job& job) {
    if (job.request.staleness_max.count() <= 0 || job.request.wants_run) return false;
    const auto answer = cache_.find(job.request, job.begin);
    telemetry::cache_asked(answer != nullptr);
    if (!answer) return false;
    Result<Reply> reply = take_kept(job, *answer);
    note_end(job, reply);
    job.done(std::move(reply));
    return true;
}

/// A kept answer that is still exact: what it was made from is all there is now.
std::optional<Reply> Service::Impl::find_exact(const Job& job) {
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

Reply Service::Impl::take_kept(const Job& job, const CachedAnswer& answer) const {
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

std::size_t Service::Impl::cancel_named(std::string_view name, std::string_view owner) {
    const std::lock_guard lock(mutex_);
    std::size_t count = 0;
    for (const auto& [id, job] : jobs_) {
        const auto& request = job->request;
        const bool is_it = (!name.empty() && request.name == name) || std::to_string(id) == name;
        if (!is_it || (!owner.empty() && request.owner != owner)) continue;
        job->is_cancelled = true;
        ++count;
    }
    return count;
}

std::vector<ActiveQuery> Service::Impl::active() const {
    const auto now = clock_.steady();
    const auto ms = [](auto time) {
        return std::chrono::duration_cast<std::chrono::milliseconds>(time);
    };
    std::vector<ActiveQuery> list;
    const std::lock_guard lock(mutex_);
    list.reserve(jobs_.size());
    for (const auto& [id, job] : jobs_) {
        if (job->is_ended) continue;
        list.push_back({.id = id,
                        .name = job->request.name,
                        .owner = job->request.owner,
                        .sql = job->request.sql,
                        .is_running = job->is_running,
                        .age = ms(now - job->begin),
                        .left = ms(job->deadline - system_clock().steady())});
    }
    std::sort(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
    return list;
}

void Service::Impl::cancel(QueryId id) {
    const std::lock_guard lock(mutex_);
    const auto found = jobs_.find(id);
    if (found != jobs_.end()) found->second->is_cancelled = true;
}

void Service::Impl::work() {
    ::pthread_setname_np(::pthread_self(), "query");
    while (true) {
        auto job = queue_.pop();
        if (!job) return;
        telemetry::queue_depth(queue_.size());
        telemetry::active_queries(++active_);
        answer(**job);
        telemetry::active_queries(--active_);
    }
}

void Service::Impl::answer(Job& job) {
    auto reply = run_job(job);
    finish(job, std::move(reply));
}

void Service::Impl::note_end(Job& job, const Result<Reply>& reply) {
    if (!options_.note_end) return;
    const auto took =
        std::chrono::duration_cast<std::chrono::microseconds>(clock_.steady() - job.begin);
    options_.note_end({job.id, job.request, job.started_us, took, reply});
}

void Service::Impl::finish(Job& job, Result<Reply> reply) {
    const auto time_max = job.request.limits.time_max;
    if (!reply && reply.error().code == ErrorCode::kTimeout && time_max == job.request.timeout) {
        reply.error().message +=
            fmt::format("; this token's queries may take {} ms (max_time_ms)", time_max.count());
    }
    Result<> outcome;
    if (!reply) outcome = tl::unexpected(reply.error());
    if (!reply && reply.error().message.starts_with(kRefusalPrefix)) telemetry::refused();
    telemetry::answered(
        outcome,
        std::chrono::duration_cast<std::chrono::microseconds>(system_clock().steady() - job.begin));
    note_end(job, reply);
    job.is_ended = true;
    auto done = std::move(job.done);
    done(std::move(reply));
    // `job` may go with its entry.
    {
        const std::lock_guard lock(mutex_);
        jobs_.erase(job.id);
    }
    emptied_.notify_all();
}

Result<> Service::Impl::wait_for_log(const Job& job) const {
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

Result<Reply> Service::Impl::run_job(Job& job) {
    if (job.is_cancelled) return fail(ErrorCode::kShuttingDown, "the query was cancelled");
    if (system_clock().steady() >= job.deadline) {
        return fail(ErrorCode::kTimeout, "the query waited for a worker until its deadline");
    }
    ICE_TRY(wait_for_log(job));
    if (auto exact = find_exact(job)) return std::move(*exact);
    ICE_ASSIGN(auto worker, pool_.take(job.deadline));
    job.is_running = true;
    auto reply = run_on(*worker, job);
    settle(std::move(worker));
    return reply;
}

/// Section "admission": the worker reads the statement, then the moment is taken and held.
Result<Reply> Service::Impl::run_on(WorkerClient& worker, Job& job) {
    const Request& request = job.request;
    const auto began = clock_.steady();
    ICE_ASSIGN(const auto statement,
               worker.prepare({request.sql,
                               request.format,
                               request.rows_max,
                               left_until(job.deadline),
                               request.values,
                               request.limits,
                               request.is_check},
                              job.bounds()));
    auto admission = admit(options_, statement, request, log_, catalog_);
    if (!admission) {
        worker.give_up();
        return tl::unexpected(admission.error());
    }
    const auto admitted = clock_.steady();
    auto& inputs = admission->inputs;
    inputs.waited = std::chrono::duration_cast<std::chrono::microseconds>(began - job.begin);
    if (!request.is_committed_only && !request.as_of) inputs.admitted_us = clock_.now_us();
    Reply reply;
    reply.content_type = content_type_of(request.format);
    const bool is_kept = request.staleness_max.count() > 0 || statement.is_repeatable;
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

void Service::Impl::settle(std::unique_ptr<WorkerClient> worker) {
    switch (worker->fate()) {
        case WorkerFate::kServes:
            if (worker->resident_bytes() <= options_.recycle_bytes) {
                return pool_.give_back(std::move(worker));
            }
            telemetry::worker_recycled("memory");
            break;
        case WorkerFate::kBroken:
            telemetry::worker_recycled("internal error");
            break;
        case WorkerFate::kCrashed:
            ++crashes_;
            break;
        case WorkerFate::kKilled:
            ++kills_;
            break;
    }
    pool_.discard(std::move(worker));
}

Status Service::Impl::status() const {
    return {.is_ready = pool_.is_ready(),
            .problem = pool_.problem(),
            .active = active_,
            .queued = queue_.size(),
            .crashes = crashes_,
            .kills = kills_};
}

void Service::Impl::close(Deadline deadline) {
    queue_.close();
    {
        std::unique_lock lock(mutex_);
        emptied_.wait_until(lock, deadline, [this] { return jobs_.empty(); });
        for (auto& [id, job] : jobs_)
            job->is_cancelled = true;
    }
    for (auto& thread : threads_) {
        if (thread.joinable()) thread.join();
    }
    pool_.close();
}

Service::Service(Options options, wal::Log& log, catalog::Catalog& catalog, const Clock& clock)
    : impl_(std::make_unique<Impl>(std::move(options), log, catalog, clock)) {}

Service::~Service() {
    close(system_clock().steady());
}

Result<> Service::start() {
    return impl_->start();
}

QueryId Service::make_id() {
    return impl_->make_id();
}

QueryId Service::run(Request request, Done done) {
    return impl_->run(std::move(request), std::move(done));
}

std::string_view content_type_of(Format format) {
    switch (format) {
        case Format::kJson:
            return "application/json";
        case Format::kCsv:
            return "text/csv; charset=utf-8";
        case Format::kNdjson:
            return "application/x-ndjson";
        case Format::kParquet:
            return "application/vnd.apache.parquet";
        case Format::kArrow:
            break;
    }
    return "application/vnd.apache.arrow.stream";
}

std::size_t Service::cancel_named(std::string_view name, std::string_view owner) {
    return impl_->cancel_named(name, owner);
}

std::vector<ActiveQuery> Service::active() const {
    return impl_->active();
}

void Service::cancel(QueryId id) {
    impl_->cancel(id);
}

Status Service::status() const {
    return impl_->status();
}

void Service::close(Deadline deadline) {
    impl_->close(deadline);
}

}  // namespace icelight::query
