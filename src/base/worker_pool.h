#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "base/bounded_queue.h"

namespace icelight {

/// Threads for work that blocks or computes, behind a bounded queue.
///
/// Thread safety: try_run() from any thread. Lifetime: close() runs what is queued and joins; the
/// destructor does the same.
class WorkerPool {
public:
    /// @param name       of the threads, at most 15 bytes.
    /// @param items_max  waiting pieces of work; past it try_run() refuses.
    /// @param nice       of the threads: above 0, others of this process come first
    /// (setpriority(2)).
    WorkerPool(const std::string& name, std::size_t threads, std::size_t items_max, int nice = 0);
    ~WorkerPool();
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;

    /// @return false when the queue is full or the pool is closed; `work` will not run.
    bool try_run(std::function<void()> work);

    void close();

    std::size_t queued() const { return queue_.size(); }

private:
    void run(const std::string& name, int nice);

    BoundedQueue<std::function<void()>> queue_;
    std::vector<std::thread> threads_;
};

/// Names the calling thread for ps, top and /proc (cut to 15 bytes).
void name_this_thread(const std::string& name);

}  // namespace icelight
