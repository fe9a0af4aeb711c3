#include "server/live/watch.h"

#include <algorithm>
#include <utility>

#include "base/worker_pool.h"
#include "wal/log.h"

namespace icelight::server::live {

Watch::Watch(const wal::Log& log, std::function<std::uint64_t()> committed)
    : log_(log), committed_(std::move(committed)), thread_([this] { run(); }) {}

Watch::~Watch() {
    close();
}

Seen Watch::seen() const {
    return {.durable = log_.durable_offset(), .committed = committed_()};
}

void Watch::wait(Seen known, Completion<Why> done) {
    {
        const std::lock_guard lock(mutex_);
        if (!is_closing_) {
            waiters_.push_back({known, deadline_in(kQuietAfter), std::move(done)});
            changed_.notify_all();
            return;
        }
    }
    done(Why::kClosing);
}

void Watch::close() {
    {
        const std::lock_guard lock(mutex_);
        is_closing_ = true;
        changed_.notify_all();
    }
    if (thread_.joinable()) thread_.join();
}

bool Watch::is_closing() const {
    const std::lock_guard lock(mutex_);
    return is_closing_;
}

void Watch::run() {
    name_this_thread("live");
    std::unique_lock lock(mutex_);
    while (!is_closing_) {
        if (waiters_.empty()) {
            changed_.wait(lock);
            continue;
        }
        std::uint64_t durable = waiters_.front().known.durable;
        for (const Waiter& waiter : waiters_)
            durable = std::min(durable, waiter.known.durable);
        lock.unlock();
        log_.wait_durable_beyond(durable + 1, deadline_in(kLookEvery));
        lock.lock();
        wake(lock);
        changed_.wait_for(lock, kRest, [this] { return is_closing_; });
    }
    wake(lock);
}

void Watch::wake(std::unique_lock<std::mutex>& lock) {
    const Seen now = seen();
    const auto at = deadline_in(std::chrono::milliseconds(0));
    std::vector<std::pair<Completion<Why>, Why>> woken;
    std::erase_if(waiters_, [&](Waiter& waiter) {
        Why why = Why::kMoved;
        if (is_closing_) {
            why = Why::kClosing;
        } else if (waiter.known == now) {
            if (waiter.until > at) return false;
            why = Why::kQuiet;
        }
        woken.emplace_back(std::move(waiter.done), why);
        return true;
    });
    lock.unlock();
    for (const auto& [done, why] : woken)
        done(why);
    lock.lock();
}

}  // namespace icelight::server::live
