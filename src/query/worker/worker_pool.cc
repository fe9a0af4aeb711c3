#include "query/worker/worker_pool.h"

#include <pthread.h>

#include <algorithm>

#include "query/telemetry.h"

namespace icelight::query {
namespace {

constexpr std::chrono::milliseconds kRetryAfter{1'000};
/// How long a worker may be dead, or retired, before its place is another's.
constexpr std::chrono::milliseconds kLookEvery{1'000};

/// Whether it can take a query; counted when it cannot.
bool is_fit(const WorkerClient& worker) {
    if (!worker.is_alive()) {
        telemetry::worker_crashed("it ended while it was idle");
        return false;
    }
    if (worker.is_retired()) telemetry::worker_recycled("age");
    return !worker.is_retired();
}

}  // namespace

WorkerPool::WorkerPool(Options options, WorkerKind kind, std::size_t count, Relay* relay)
    : options_(std::move(options)), kind_(kind), count_(count), relay_(relay) {}

WorkerPool::~WorkerPool() {
    close();
}

void WorkerPool::start() {
    std::call_once(started_, [this] { keeper_ = std::thread([this] { keep(); }); });
}

Result<std::unique_ptr<WorkerClient>> WorkerPool::take(Deadline deadline) {
    std::unique_lock lock(mutex_);
    while (true) {
        const bool has_answer = changed_.wait_until(lock, deadline, [this] {
            const bool is_off = !problem_.empty() && numbers_.empty();
            return is_closed_ || is_off || !ready_.empty();
        });
        if (is_closed_) return fail(ErrorCode::kShuttingDown, "the server is stopping");
        if (!has_answer) return fail(ErrorCode::kTimeout, "no SQL worker was free in time");
        if (ready_.empty()) return fail(ErrorCode::kUnavailable, "SQL is off: " + problem_);
        auto worker = std::move(ready_.back());
        ready_.pop_back();
        if (is_fit(*worker)) return worker;
        dead_.push_back(std::move(worker));
        changed_.notify_all();
    }
}

void WorkerPool::give_back(std::unique_ptr<WorkerClient> worker) {
    {
        const std::lock_guard lock(mutex_);
        ready_.push_back(std::move(worker));
    }
    changed_.notify_all();
}

void WorkerPool::discard(std::unique_ptr<WorkerClient> worker) {
    {
        const std::lock_guard lock(mutex_);
        dead_.push_back(std::move(worker));
    }
    changed_.notify_all();
}

std::string WorkerPool::problem() const {
    const std::lock_guard lock(mutex_);
    return problem_;
}

bool WorkerPool::is_ready() const {
    const std::lock_guard lock(mutex_);
    return problem_.empty() && !numbers_.empty();
}

/// The keeper's thread: it lives as long as the pool, so workers die with the server and not with
/// the thread that happened to start them.
void WorkerPool::keep() {
    ::pthread_setname_np(::pthread_self(), "query-keeper");
    std::unique_lock lock(mutex_);
    while (!is_closed_)
        keep_once(lock);
}

/// Starts a worker that is missing, or reaps those that are gone, or waits for either.
void WorkerPool::keep_once(std::unique_lock<std::mutex>& lock) {
    if (numbers_.size() < count_) {
        lock.unlock();
        start_one();
        lock.lock();
        if (problem_.empty()) return;
        changed_.wait_for(lock, kRetryAfter, [this] { return is_closed_; });
        return;
    }
    if (dead_.empty()) {
        changed_.wait_for(lock, kLookEvery, [this] { return is_closed_ || !dead_.empty(); });
        sort_out();
        return;
    }
    auto gone = std::move(dead_);
    dead_.clear();
    lock.unlock();
    reap(gone);
    lock.lock();
}

/// A query must not be the one to find out, and then to wait for the next worker's start.
void WorkerPool::sort_out() {
    for (auto& worker : ready_) {
        if (!is_fit(*worker)) dead_.push_back(std::move(worker));
    }
    std::erase(ready_, nullptr);
}

void WorkerPool::reap(const std::vector<std::unique_ptr<WorkerClient>>& gone) {
    for (const auto& worker : gone)
        worker->destroy();
    const std::lock_guard lock(mutex_);
    for (const auto& worker : gone)
        numbers_.erase(worker->number());
}

std::size_t WorkerPool::free_number() const {
    std::size_t number = 0;
    while (numbers_.contains(number))
        ++number;
    return number;
}

void WorkerPool::start_one() {
    std::size_t number = 0;
    {
        const std::lock_guard lock(mutex_);
        number = free_number();
    }
    const auto begin = system_clock().steady();
    auto worker = WorkerClient::start(options_, kind_, number, relay_);
    const auto took =
        std::chrono::duration_cast<std::chrono::milliseconds>(system_clock().steady() - begin);
    {
        const std::lock_guard lock(mutex_);
        if (worker) {
            problem_.clear();
            numbers_.insert(number);
            // In front: the one behind was used last.
            ready_.insert(ready_.begin(), std::move(*worker));
        } else if (problem_ != worker.error().message) {
            problem_ = worker.error().message;
            telemetry::worker_unfit(problem_);
        }
    }
    changed_.notify_all();
    if (problem().empty()) telemetry::worker_ready(kind_, number, took);
}

void WorkerPool::close() {
    {
        const std::lock_guard lock(mutex_);
        is_closed_ = true;
    }
    changed_.notify_all();
    if (keeper_.joinable()) keeper_.join();
    const std::lock_guard lock(mutex_);
    ready_.clear();
    dead_.clear();
    numbers_.clear();
}

}  // namespace icelight::query
