#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

#include "base/clock.h"

namespace icelight {

/// A queue between threads that refuses when full.
///
/// Bounded by items and by weight (bytes, as the caller counts them). An item heavier than the
/// weight bound is taken when the queue is empty. Thread safety: all members, from any thread.
template <class T>
class BoundedQueue {
public:
    BoundedQueue(std::size_t items_max, std::size_t weight_max)
        : items_max_(items_max), weight_max_(weight_max) {}

    /// @return false when full or closed; `item` is then untouched.
    bool try_push(T&& item, std::size_t weight = 1) {
        {
            const std::lock_guard lock(mutex_);
            const bool is_full =
                items_.size() >= items_max_ || (!items_.empty() && weight_ + weight > weight_max_);
            if (is_closed_ || is_full) return false;
            weight_ += weight;
            items_.emplace_back(std::move(item), weight);
        }
        changed_.notify_one();
        return true;
    }

    /// Waits for at least one item, then takes all of them. Empty: closed and drained, or
    /// `deadline` passed.
    std::deque<T> pop_all(std::optional<Deadline> deadline = std::nullopt) {
        std::unique_lock lock(mutex_);
        auto has_news = [this] {
            return !items_.empty() || is_closed_;
        };
        if (deadline) {
            changed_.wait_until(lock, *deadline, has_news);
        } else {
            changed_.wait(lock, has_news);
        }
        std::deque<T> taken;
        for (auto& [item, weight] : items_)
            taken.push_back(std::move(item));
        items_.clear();
        weight_ = 0;
        return taken;
    }

    /// Waits for one item. Empty: closed and drained, or `deadline` passed.
    std::optional<T> pop(std::optional<Deadline> deadline = std::nullopt) {
        std::unique_lock lock(mutex_);
        auto has_news = [this] {
            return !items_.empty() || is_closed_;
        };
        if (deadline) {
            changed_.wait_until(lock, *deadline, has_news);
        } else {
            changed_.wait(lock, has_news);
        }
        if (items_.empty()) return std::nullopt;
        auto [item, weight] = std::move(items_.front());
        items_.pop_front();
        weight_ -= weight;
        return std::move(item);
    }

    /// Refuses new items; those inside can still be taken.
    void close() {
        {
            const std::lock_guard lock(mutex_);
            is_closed_ = true;
        }
        changed_.notify_all();
    }

    bool is_closed() const {
        const std::lock_guard lock(mutex_);
        return is_closed_;
    }

    std::size_t size() const {
        const std::lock_guard lock(mutex_);
        return items_.size();
    }

    std::size_t weight() const {
        const std::lock_guard lock(mutex_);
        return weight_;
    }

private:
    // constant after construction
    const std::size_t items_max_;
    const std::size_t weight_max_;
    // guarded by mutex_
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::pair<T, std::size_t>> items_;
    std::size_t weight_ = 0;
    bool is_closed_ = false;
};

}  // namespace icelight
