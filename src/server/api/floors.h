#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>

#include "base/clock.h"
#include "base/result.h"

namespace icelight::io {
class FileSystem;
}

namespace icelight {
class WorkerPool;
}

namespace icelight::server {

struct FloorLimits {
    std::uint64_t unflushed_bytes_max = 4ULL << 30;  ///< Of log above W; past it 429.
    std::uint64_t soft_free_bytes = 2ULL
                                    << 30;  ///< Or 5 % of the disk, if that is less; below it 429.
    std::uint64_t hard_free_bytes = 512ULL << 20;  ///< Below it 503.
};

/// Is there room for new events? Looked up at most once a second, on a worker thread.
///
/// Thread safety: find_refusal() from any thread; it reads one atomic.
/// Lifetime: the pool is closed before the destruction.
class Floors {
public:
    /// @param unflushed_bytes  of the log above W; asked from any thread.
    Floors(FloorLimits limits,
           std::filesystem::path directory,
           std::function<std::uint64_t()> unflushed_bytes,
           io::FileSystem& files,
           const Clock& clock);

    /// Why events are refused now: kOverloaded (429) or kUnavailable (503); empty: they are not.
    /// Asks for a new look on `pool` when the last is a second old.
    std::optional<Error> find_refusal(WorkerPool& pool);

    /// Looks now. Blocks on the file system.
    void refresh();

private:
    enum class State : int { kRoom, kLogLag, kDiskLow, kDiskFull };

    State look() const;

    // constant after construction
    const FloorLimits limits_;
    const std::filesystem::path directory_;
    const std::function<std::uint64_t()> unflushed_bytes_;
    io::FileSystem& files_;
    const Clock& clock_;
    // any thread
    std::atomic<State> state_{State::kRoom};
    std::atomic<std::int64_t> looked_at_ms_{0};
};

}  // namespace icelight::server
