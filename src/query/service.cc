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

#include "query/admission.h"
#include "query/fair_queue.h"
#include "query/telemetry.h"
#include "query/worker_client.h"
#include "query/worker_pool.h"
#include "wal/log.h"

namespace icelight::query {
namespace {

constexpr std::chrono::milliseconds kStartTime{10'000};
/// How late a cancel is seen by a query that waits for the log.
constexpr std::chrono::milliseconds kWaitStep{50};

constexpr std::string_view kJsonType = "application/json";
constexpr std::string_view kCsvType = "text/csv; charset=utf-8";

struct Job {
    QueryId id = 0;
    Request request;
    Done done;
    SteadyTime begin;
    Deadline deadline;
    std::atomic<bool> is_cancelled{false};

    QueryBounds bounds() const { return {deadline, &is_cancelled}; }
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
          queue_(options_.queued_max, options_.queued_bytes_max) {}

    Result<> start();
    QueryId run(Request request, Done done);
    void cancel(QueryId id);
    Status status() const;
    void close(Deadline deadline);

private:
    void work();
    void answer(Job& job);
    Result<> wait_for_log(const Job& job) const;
    Result<Reply> run_job(Job& job);
    Result<Reply> run_on(WorkerClient& worker, Job& job);
    void settle(std::unique_ptr<WorkerClient> worker);
    void finish(Job& job, Result<Reply> reply);

    const Options options_;
    wal::Log& log_;
    catalog::Catalog& catalog_;
    const Clock& clock_;  ///< For measuring; waits go by the machine's.
    WorkerPool pool_;
    FairQueue<std::shared_ptr<Job>> queue_;
    std::vector<std::thread> threads_;
    std::atomic<QueryId> last_id_{0};
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
    job->id = ++last_id_;
    job->request = std::move(request);
    job->done = std::move(done);
    job->begin = clock_.steady();
    job->deadline = deadline_in(job->request.timeout);
    if (auto valid = check_request(job->request); !valid) {
        job->done(tl::unexpected(valid.error()));
        return job->id;
    }
    {
        const std::lock_guard lock(mutex_);
        jobs_.emplace(job->id, job);
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

void Service::Impl::finish(Job& job, Result<Reply> reply) {
    Result<> outcome;
    if (!reply) outcome = tl::unexpected(reply.error());
    if (!reply && reply.error().message.starts_with(kRefusalPrefix)) telemetry::refused();
    telemetry::answered(
        outcome,
        std::chrono::duration_cast<std::chrono::microseconds>(system_clock().steady() - job.begin));
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
    ICE_ASSIGN(auto worker, pool_.take(job.deadline));
    auto reply = run_on(*worker, job);
    settle(std::move(worker));
    return reply;
}

/// Section "admission": the worker reads the statement, then the moment is taken and held.
Result<Reply> Service::Impl::run_on(WorkerClient& worker, Job& job) {
    const Request& request = job.request;
    ICE_ASSIGN(const auto statement,
               worker.prepare({request.sql,
                               request.format,
                               request.rows_max,
                               left_until(job.deadline),
                               request.values},
                              job.bounds()));
    auto admission = admit(options_, statement, request.is_committed_only, log_, catalog_);
    if (!admission) {
        worker.give_up();
        return tl::unexpected(admission.error());
    }
    Reply reply;
    reply.content_type = request.format == Format::kJson ? kJsonType : kCsvType;
    const WriteBody write = [&](std::string_view piece) {
        reply.bytes_written += piece.size();
        if (request.write) return request.write(piece);
        reply.body += piece;
        return true;
    };
    ICE_ASSIGN(const auto end, worker.execute(admission->inputs, job.bounds(), write));
    reply.rows = end.rows;
    reply.is_truncated = end.is_truncated;
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

QueryId Service::run(Request request, Done done) {
    return impl_->run(std::move(request), std::move(done));
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
