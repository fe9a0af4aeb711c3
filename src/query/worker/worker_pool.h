#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "query/service.h"
#include "query/worker/worker_client.h"

namespace icelight::query {

/// Keeps `count` workers of one kind alive: whoever needs one takes it, whoever lost one brings it
/// here, and one thread starts and reaps them, off the path of any query.
///
/// Thread safety: all members, from any thread.
class WorkerPool {
public:
    /// @param relay  see WorkerClient::start().
    WorkerPool(Options options, WorkerKind kind, std::size_t count, Relay* relay = nullptr);
    ~WorkerPool();
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;

    /// Begins to start the workers; again: nothing.
    void start();

    /// Waits for a worker; the one used last comes first, since its tail is the shortest to catch
    /// up.
    /// @error kUnavailable  none passes its self-test; the message says why.
    /// @error kTimeout, kShuttingDown
    Result<std::unique_ptr<WorkerClient>> take(Deadline deadline);

    /// Brings a worker back that can serve on.
    void give_back(std::unique_ptr<WorkerClient> worker);

    /// Brings a worker that must be replaced.
    void discard(std::unique_ptr<WorkerClient> worker);

    /// Empty while workers come up or are ready.
    std::string problem() const;

    bool is_ready() const;

    /// Ends the thread and all workers in the pool. No worker may be out.
    void close();

private:
    void keep();
    void keep_once(std::unique_lock<std::mutex>& lock);
    void sort_out();
    void reap(const std::vector<std::unique_ptr<WorkerClient>>& gone);
    void start_one();
    std::size_t free_number() const;

    const Options options_;
    const WorkerKind kind_;
    const std::size_t count_;
    Relay* const relay_;
    std::once_flag started_;
    std::thread keeper_;
    // guarded by mutex_
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::unique_ptr<WorkerClient>> ready_;
    std::vector<std::unique_ptr<WorkerClient>> dead_;
    std::set<std::size_t> numbers_;  ///< Of all workers that exist.
    std::string problem_;
    bool is_closed_ = false;
};

}  // namespace icelight::query
