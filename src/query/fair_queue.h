#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <iterator>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace icelight::query {

/// A queue between threads in which owners take turns: who queues many waits behind himself, not
/// before others.
///
/// Bounded by items and by weight, and no owner holds more than half of the items. An item heavier
/// than the weight bound is taken when the queue is empty. Thread safety: all members, from any
/// thread.
template <class T>
class FairQueue {
public:
    FairQueue(std::size_t items_max, std::size_t weight_max)
        : items_max_(items_max), weight_max_(weight_max) {}

    /// @return false when full (for this owner) or closed; `item` is then untouched.
    bool try_push(const std::string& owner, T&& item, std::size_t weight = 1) {
        {
            const std::lock_guard lock(mutex_);
            if (is_closed_ || is_full(owner, weight)) return false;
            if (!owners_.contains(owner)) queue_up(owner);
            owners_[owner].emplace_back(std::move(item), weight);
            weight_ += weight;
            ++size_;
        }
        changed_.notify_one();
        filled_.notify_all();
        return true;
    }

    /// Waits for one item: of the owner who had his turn the longest ago. Empty: closed and
    /// drained.
    std::optional<T> pop() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return size_ > 0 || is_closed_; });
        if (size_ == 0) return std::nullopt;
        const auto owner = owners_.find(turns_.front());
        turns_.pop_front();
        note_turn(owner->first);
        auto [item, weight] = std::move(owner->second.front());
        owner->second.pop_front();
        weight_ -= weight;
        --size_;
        if (owner->second.empty()) {
            owners_.erase(owner);
        } else {
            turns_.push_back(owner->first);
        }
        return std::move(item);
    }

    /// Waits until there are items. False: closed and drained.
    bool wait_for_items() {
        std::unique_lock lock(mutex_);
        filled_.wait(lock, [this] { return size_ > 0 || is_closed_; });
        return size_ > 0;
    }

    /// Takes out the items of which that is true; the others keep their places.
    template <class Predicate>
    std::vector<T> remove_if(const Predicate& is_unwanted) {
        std::vector<T> removed;
        const std::lock_guard lock(mutex_);
        for (auto owner = owners_.begin(); owner != owners_.end();) {
            auto& own = owner->second;
            for (auto entry = own.begin(); entry != own.end();) {
                if (!is_unwanted(std::as_const(entry->first))) {
                    ++entry;
                    continue;
                }
                removed.push_back(std::move(entry->first));
                weight_ -= entry->second;
                --size_;
                entry = own.erase(entry);
            }
            if (own.empty()) std::erase(turns_, owner->first);
            owner = own.empty() ? owners_.erase(owner) : std::next(owner);
        }
        if (size_ == 0) changed_.notify_all();
        return removed;
    }

    /// Refuses new items; those inside can still be taken.
    void close() {
        {
            const std::lock_guard lock(mutex_);
            is_closed_ = true;
        }
        changed_.notify_all();
        filled_.notify_all();
    }

    bool is_closed() const {
        const std::lock_guard lock(mutex_);
        return is_closed_;
    }

    std::size_t size() const {
        const std::lock_guard lock(mutex_);
        return size_;
    }

private:
    /// Before those who had a turn while he had none: who runs and waits for more goes behind him.
    void queue_up(const std::string& owner) {
        const auto turn_of = [this](const std::string& one) {
            const auto found = had_turn_.find(one);
            return found == had_turn_.end() ? 0 : found->second;
        };
        const auto place = std::find_if(turns_.begin(), turns_.end(), [&](const auto& other) {
            return turn_of(other) > turn_of(owner);
        });
        turns_.insert(place, owner);
    }

    void note_turn(const std::string& owner) {
        had_turn_[owner] = ++turn_;
        if (had_turn_.size() <= items_max_) return;
        // Whoever had his the longest ago is as one who had none.
        had_turn_.erase(
            std::min_element(had_turn_.begin(), had_turn_.end(), [](const auto& a, const auto& b) {
                return a.second < b.second;
            }));
    }

    bool is_full(const std::string& owner, std::size_t weight) const {
        if (size_ >= items_max_ || (size_ > 0 && weight_ + weight > weight_max_)) return true;
        const auto own = owners_.find(owner);
        return own != owners_.end() && own->second.size() >= (items_max_ + 1) / 2;
    }

    // constant after construction
    const std::size_t items_max_;
    const std::size_t weight_max_;
    // guarded by mutex_
    mutable std::mutex mutex_;
    std::condition_variable changed_;  ///< For pop().
    std::condition_variable filled_;   ///< For wait_for_items().
    std::map<std::string, std::deque<std::pair<T, std::size_t>>> owners_;  ///< None is empty.
    std::deque<std::string> turns_;                                        ///< Each owner once.
    std::map<std::string, std::uint64_t> had_turn_;  ///< The last ones, items_max_ at most.
    std::uint64_t turn_ = 0;
    std::size_t size_ = 0;
    std::size_t weight_ = 0;
    bool is_closed_ = false;
};

}  // namespace icelight::query
