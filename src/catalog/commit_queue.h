#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "base/bounded_queue.h"
#include "base/clock.h"
#include "base/result.h"
#include "catalog/intent.h"

namespace icelight::catalog {

/// Own appends that ride in one transaction, at most.
inline constexpr std::size_t kFoldedIntentsMax = 32;

struct QueuedAppend {
    AppendIntent intent;
    CommitDone done;
};

/// The one queue of everything that changes the catalog, and the thread that works it off.
///
/// Strictly first in, first out; appends that stand next to each other are handed over together.
/// The thread takes all that waits at once, so up to twice the bound may be held.
///
/// Thread safety: all members, from any thread but the catalog thread (which would wait for
///   itself). Lifetime: the destructor closes and waits for what is queued.
class CommitQueue {
public:
    using RunAppends = std::function<void(std::vector<QueuedAppend>)>;

    CommitQueue(std::size_t items_max, RunAppends run_appends);
    ~CommitQueue();
    CommitQueue(const CommitQueue&) = delete;
    CommitQueue& operator=(const CommitQueue&) = delete;

    /// `append.done` is called once: by the thread, or at once when the queue refuses.
    void push(QueuedAppend append);

    /// Runs `work` on the catalog thread in its turn and waits for it.
    /// @error kOverloaded, kShuttingDown  it was not run; else what `work` returns.
    template <class T>
    Result<T> run(std::function<Result<T>()> work) {
        auto answer = std::make_shared<std::promise<Result<T>>>();
        auto waiting = answer->get_future();
        ICE_TRY(push_work([answer, work = std::move(work)] { answer->set_value(work()); }));
        return waiting.get();
    }

    /// Refuses new work; waits until the queued work is done. Safe to call again.
    /// @error kTimeout  work is left; it goes on.
    Result<> close(Deadline deadline);

    std::size_t depth() const { return queue_.size(); }

private:
    using Work = std::function<void()>;
    using Item = std::variant<QueuedAppend, Work>;

    Result<> push_work(Work work);
    Error refusal() const;
    void run_thread();
    void run_items(std::deque<Item> items);

    // constant after construction
    const RunAppends run_appends_;
    // safe from any thread
    BoundedQueue<Item> queue_;
    // guarded by mutex_
    std::mutex mutex_;
    std::condition_variable ended_;
    bool has_ended_ = false;

    std::thread thread_;
};

}  // namespace icelight::catalog
