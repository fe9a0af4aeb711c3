#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "query/service.h"
#include "query/worker/worker_client.h"

namespace icelight::query {

/// A query from its arrival to its answer. The flags may be set and read by any thread; the rest
/// belongs to the thread that has the job in hand.
struct Job {
    QueryId id = 0;
    Request request;
    Done done;
    SteadyTime begin;
    SteadyTime began;  ///< When a worker took it.
    TimestampUs started_us = 0;
    Deadline deadline;
    std::atomic<bool> is_cancelled{false};
    std::atomic<bool> is_running{false};
    std::atomic<bool> is_ended{false};  ///< Its answer is on its way.

    QueryBounds bounds() const {
        return {deadline, &is_cancelled, request.limits.memory_bytes_max};
    }
};

/// Why a job that waits must end now: cancelled, or its time is over. Nothing: it may go on.
Result<> check_waiting(const Job& job);

/// The queries that wait or run, by id.
///
/// Thread safety: all members, from any thread.
class Jobs {
public:
    /// Notes the job. @error kOverloaded  its owner has max_queries of them already.
    Result<> enter(const std::shared_ptr<Job>& job);

    /// Forgets the job; it may go with its entry.
    void leave(QueryId id);

    void cancel(QueryId id);

    /// See Service::cancel_named.
    std::size_t cancel_named(std::string_view name, std::string_view owner);

    /// Waits until the last one left, at most until the deadline, and cancels those that did not.
    void drain(Deadline deadline);

    /// Oldest first; `now` by the clock of Job::begin.
    std::vector<ActiveQuery> active(SteadyTime now) const;

private:
    // guarded by mutex_
    mutable std::mutex mutex_;
    std::condition_variable emptied_;
    std::unordered_map<QueryId, std::shared_ptr<Job>> jobs_;
};

}  // namespace icelight::query
