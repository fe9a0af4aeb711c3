#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace icelight {

/// Carries bytes from a thread that may block to a reader that may not, a bounded number at a time.
///
/// One writer calls write() and then finish(); one reader calls read() until it gets an empty piece
/// or an error. Thread safety: all members, from any thread.
class BytePipe {
public:
    using Done = std::function<void(Result<std::string>)>;

    explicit BytePipe(std::size_t bytes_max) : bytes_max_(bytes_max) {}

    /// Waits while `bytes_max` are unread. False: the reader is gone, or `deadline` passed.
    bool write(std::string_view bytes, Deadline deadline);
    /// No more bytes. The reader gets an error after all bytes before it.
    void finish(Result<> outcome);

    /// Calls `done` once, now or from the writer's thread: with all that is unread, with an empty
    /// piece at the end, or with the error. Not again before it was called.
    void read(Done done);
    /// Nobody will read any more: write() says so.
    void abandon();

private:
    void wake(std::unique_lock<std::mutex> lock);

    // constant after construction
    const std::size_t bytes_max_;
    // guarded by mutex_
    std::mutex mutex_;
    std::condition_variable room_;
    std::string unread_;
    std::optional<Result<>> outcome_;
    Done reader_;
    bool is_abandoned_ = false;
};

}  // namespace icelight
