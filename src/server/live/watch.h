#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "base/completion.h"
#include "server/live/cursor.h"

namespace icelight::wal {
class Log;
}

namespace icelight::server::live {

/// Wakes readers when the log or the table moved on.
///
/// One thread, "live", asleep while nobody waits. It waits for the log's position like any reader
/// of it; the log's thread does nothing for it but publish that position.
/// Thread safety: all members, from any thread. Lifetime: the log outlives it.
class Watch {
public:
    enum class Why : std::uint8_t {
        kMoved,    ///< Something else than `known` is true now.
        kQuiet,    ///< Nothing for kQuietAfter.
        kClosing,  ///< close() was called: say good-bye.
    };

    static constexpr std::chrono::milliseconds kQuietAfter{15'000};
    /// How often the table's position is looked at.
    static constexpr std::chrono::milliseconds kLookEvery{200};
    /// Between two wake-ups: under load readers get more at a time instead of more often.
    static constexpr std::chrono::milliseconds kRest{20};

    /// @param committed  the table's watermark, as last known; cheap.
    Watch(const wal::Log& log, std::function<std::uint64_t()> committed);
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    Seen seen() const;

    /// Calls `done` once: when seen() is no longer `known`, after kQuietAfter, or on close().
    void wait(Seen known, Completion<Why> done);

    /// Wakes everyone; later waits end at once.
    void close();

    bool is_closing() const;

private:
    struct Waiter {
        Seen known;
        Deadline until;
        Completion<Why> done;
    };

    void run();
    void wake(std::unique_lock<std::mutex>& lock);

    // constant after construction
    const wal::Log& log_;
    const std::function<std::uint64_t()> committed_;
    // guarded by mutex_
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Waiter> waiters_;
    bool is_closing_ = false;

    std::thread thread_;
};

}  // namespace icelight::server::live
