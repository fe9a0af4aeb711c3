#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>

#include "base/clock.h"
#include "base/frames.h"

namespace icelight::query {

/// Why a running query must end.
enum class StopReason : std::uint8_t { kNone, kDeadline, kCancelled };

/// The worker's ear: a thread that reads the socket while the main thread works, so that a cancel
/// or the deadline can interrupt it.
///
/// The deadline of a query begins with its kPrepare. From then on, until finish(), the thread calls
/// `interrupt` every few milliseconds once the query must end.
/// The process ends (exit 0) when the server closes the socket, and (exit 1) when it speaks out of
/// turn.
class Inbox {
public:
    /// @param interrupt  may be called on the inbox's thread at any time.
    Inbox(int fd, std::function<void()> interrupt);

    /// Starts the thread. It lives as long as the process.
    void start();

    /// The next frame that is not a cancel.
    Frame wait();

    /// The query has its answer: deadline and cancel are off.
    void finish();

    StopReason stop_reason() const { return stop_reason_.load(); }

    bool is_stopped() const { return stop_reason() != StopReason::kNone; }

    /// When the current query began.
    SteadyTime started() const { return started_.load(); }

private:
    void listen();
    void take(Frame frame);
    int wait_ms() const;

    const int fd_;
    const std::function<void()> interrupt_;
    std::atomic<StopReason> stop_reason_{StopReason::kNone};
    std::atomic<bool> is_running_{false};
    std::atomic<SteadyTime> started_{SteadyTime{}};
    Deadline deadline_{};  ///< Inbox thread only.
    // guarded by mutex_
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::deque<Frame> frames_;
};

}  // namespace icelight::query
