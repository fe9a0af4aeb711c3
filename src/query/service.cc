#include "query/service.h"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "query/fair_queue.h"
#include "query/gate/gate.h"
#include "query/job_runner.h"
#include "query/jobs.h"
#include "query/telemetry.h"

namespace icelight::query {
namespace {

/// How late a query that waits is seen to be cancelled or past its deadline.
constexpr std::chrono::milliseconds kQueueTick{20};

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
          clock_(clock),
          runner_(options_, log, catalog, clock),
          queue_(options_.queued_max, options_.queued_bytes_max),
          last_id_(static_cast<QueryId>(clock.now_us())) {}

    Result<> start();

    QueryId make_id() { return ++last_id_; }

    QueryId run(Request request, Done done);
    Status status() const;
    void close(Deadline deadline);

    Jobs& jobs() { return jobs_; }

    std::vector<ActiveQuery> active() const { return jobs_.active(clock_.steady()); }

private:
    bool answer_from_kept(Job& job);
    void work();
    void end_waiting();
    void finish(Job& job, Result<Reply> reply);
    void note_end(Job& job, const Result<Reply>& reply);

    const Options options_;
    const Clock& clock_;  ///< For measuring; waits go by the machine's.
    Jobs jobs_;
    JobRunner runner_;
    FairQueue<std::shared_ptr<Job>> queue_;
    std::vector<std::thread> threads_;
    std::atomic<QueryId> last_id_;  ///< Begins with the time, so that no start repeats another's.
    std::atomic<std::size_t> active_{0};
};

Result<> Service::Impl::start() {
    for (std::size_t i = 0; i < options_.workers; ++i)
        threads_.emplace_back([this] { work(); });
    threads_.emplace_back([this] { end_waiting(); });
    return runner_.start();
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
    if (answer_from_kept(*job)) return job->id;
    if (auto entered = jobs_.enter(job); !entered) {
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

bool Service::Impl::answer_from_kept(Job& job) {
    auto kept = runner_.find_recent(job);
    if (!kept) return false;
    Result<Reply> reply = std::move(*kept);
    note_end(job, reply);
    job.done(std::move(reply));
    return true;
}

void Service::Impl::work() {
    ::pthread_setname_np(::pthread_self(), "query");
    while (true) {
        auto job = queue_.pop();
        if (!job) return;
        telemetry::queue_depth(queue_.size());
        telemetry::active_queries(++active_);
        finish(**job, runner_.run(**job));
        telemetry::active_queries(--active_);
    }
}

/// Whose turn has not come when it must end: its answer does not wait for that turn. Sleeps while
/// nobody waits.
void Service::Impl::end_waiting() {
    ::pthread_setname_np(::pthread_self(), "query-queue");
    while (queue_.wait_for_items()) {
        const auto ended =
            queue_.remove_if([](const std::shared_ptr<Job>& job) { return !check_waiting(*job); });
        for (const auto& job : ended)
            finish(*job, tl::unexpected(check_waiting(*job).error()));
        telemetry::queue_depth(queue_.size());
        std::this_thread::sleep_for(kQueueTick);
    }
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
    jobs_.leave(job.id);  // `job` may go with its entry.
}

Status Service::Impl::status() const {
    auto status = runner_.status();
    status.active = active_;
    status.queued = queue_.size();
    return status;
}

void Service::Impl::close(Deadline deadline) {
    queue_.close();
    jobs_.drain(deadline);
    for (auto& thread : threads_) {
        if (thread.joinable()) thread.join();
    }
    runner_.close();
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
    return impl_->jobs().cancel_named(name, owner);
}

std::vector<ActiveQuery> Service::active() const {
    return impl_->active();
}

void Service::cancel(QueryId id) {
    impl_->jobs().cancel(id);
}

Status Service::status() const {
    return impl_->status();
}

void Service::close(Deadline deadline) {
    impl_->close(deadline);
}

}  // namespace icelight::query
