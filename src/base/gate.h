#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>

#include "base/clock.h"

namespace icelight {

/// Counts work in flight and, once closed, refuses new work.
///
/// Thread safety: all members, from any thread. Lifetime: outlives every Pass.
class Gate {
public:
    /// Proof of having entered; leaving is its destruction.
    class Pass {
    public:
        explicit Pass(Gate* gate) : gate_(gate) {}

        Pass(Pass&& other) noexcept : gate_(other.gate_) { other.gate_ = nullptr; }

        Pass& operator=(Pass&&) = delete;

        ~Pass() {
            if (gate_ != nullptr) gate_->leave();
        }

    private:
        Gate* gate_;
    };

    /// Empty once the gate is closed.
    std::optional<Pass> find_pass() {
        const std::lock_guard lock(mutex_);
        if (is_closed_) return std::nullopt;
        ++inside_;
        return Pass(this);
    }

    /// Refuses from now on; what is inside goes on.
    void close() {
        const std::lock_guard lock(mutex_);
        is_closed_ = true;
    }

    /// Waits until nothing is inside. @return false when `deadline` passed first.
    bool wait_empty(Deadline deadline) {
        std::unique_lock lock(mutex_);
        return changed_.wait_until(lock, deadline, [this] { return inside_ == 0; });
    }

    std::size_t inside() const {
        const std::lock_guard lock(mutex_);
        return inside_;
    }

private:
    void leave() {
        {
            const std::lock_guard lock(mutex_);
            --inside_;
        }
        changed_.notify_all();
    }

    // guarded by mutex_
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t inside_ = 0;
    bool is_closed_ = false;
};

}  // namespace icelight
