#include "catalog/commit_queue.h"

#include <pthread.h>

#include <deque>

#include <fmt/format.h>

#include "catalog/telemetry.h"

namespace icelight::catalog {

CommitQueue::CommitQueue(std::size_t items_max, RunAppends run_appends)
    : run_appends_(std::move(run_appends)),
      queue_(items_max, items_max),
      thread_([this] { run_thread(); }) {}

CommitQueue::~CommitQueue() {
    queue_.close();
    thread_.join();
}

void CommitQueue::push(QueuedAppend append) {
    Item item(std::move(append));
    if (!queue_.try_push(std::move(item))) {
        std::get<QueuedAppend>(item).done(tl::unexpected(refusal()));  // NOLINT: left untouched
        return;
    }
    telemetry::queue_depth(queue_.size());
}

Result<> CommitQueue::push_work(Work work) {
    Item item(std::move(work));
    if (!queue_.try_push(std::move(item))) return tl::unexpected(refusal());
    telemetry::queue_depth(queue_.size());
    return {};
}

Error CommitQueue::refusal() const {
    if (queue_.is_closed()) return {ErrorCode::kShuttingDown, "the catalog is closing"};
    return {ErrorCode::kOverloaded,
            fmt::format("the commit queue is full ({} waiting); try again later", queue_.size())};
}

Result<> CommitQueue::close(Deadline deadline) {
    queue_.close();
    std::unique_lock lock(mutex_);
    if (ended_.wait_until(lock, deadline, [this] { return has_ended_; })) return {};
    return fail(ErrorCode::kTimeout, "the commit queue is still working; its commit may land");
}

void CommitQueue::run_thread() {
    pthread_setname_np(pthread_self(), "catalog");
    while (true) {
        auto items = queue_.pop_all();
        if (items.empty()) break;  // closed, and nothing is left
        run_items(std::move(items));
        telemetry::queue_depth(queue_.size());
    }
    const std::lock_guard lock(mutex_);
    has_ended_ = true;
    ended_.notify_all();
}

void CommitQueue::run_items(std::deque<Item> items) {
    while (!items.empty()) {
        std::vector<QueuedAppend> appends;
        while (!items.empty() && appends.size() < kFoldedIntentsMax &&
               std::holds_alternative<QueuedAppend>(items.front())) {
            appends.push_back(std::move(std::get<QueuedAppend>(items.front())));
            items.pop_front();
        }
        if (!appends.empty()) {
            run_appends_(std::move(appends));
            continue;
        }
        const Work work = std::move(std::get<Work>(items.front()));
        items.pop_front();
        work();
    }
}

}  // namespace icelight::catalog
