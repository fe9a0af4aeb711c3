#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "base/clock.h"
#include "base/result.h"
#include "wal/directory.h"
#include "wal/sidecar.h"

namespace icelight::io {
class File;
}  // namespace icelight::io

namespace icelight::wal {

/// What to do after a part of the zeros that took `took` to write and sync.
using Pause = std::function<void(std::chrono::nanoseconds took)>;

/// Makes a new zeroed, synced file named `spare`. A leftover is replaced; after an error none is
/// left if that can be helped. The zeros are written and synced in small parts: one large sync
/// would hold up the log's own for as long as it takes.
Result<std::unique_ptr<io::File>> make_spare(const std::filesystem::path& directory,
                                             io::FileSystem& files,
                                             std::uint64_t bytes,
                                             const Pause& pause = nullptr);

/// Writes the header into the spare and gives it its name, durable.
Result<> name_spare(const std::filesystem::path& directory,
                    io::FileSystem& files,
                    io::File& spare,
                    const SegmentHeader& header);

/// The thread that keeps slow disk work away from the log's thread: the next segment's zeros, the
/// sidecars of sealed segments.
///
/// Thread safety: all members, from any thread. Lifetime: the destructor waits for the work under
/// way; sidecars not yet begun are left to the next start.
class Housekeeper {
public:
    using Sealed = std::function<void(std::uint64_t seq, TimestampUs newest_us)>;

    /// @param sealed  called on the thread when a sidecar is durable.
    Housekeeper(std::filesystem::path directory,
                io::FileSystem& files,
                std::uint64_t segment_bytes,
                Sealed sealed);
    ~Housekeeper();
    Housekeeper(const Housekeeper&) = delete;
    Housekeeper& operator=(const Housekeeper&) = delete;

    /// Begins a spare unless there is one.
    void ask_spare();
    /// Waits for the spare, asking for it when needed. @error of the try that was waited for.
    Result<std::unique_ptr<io::File>> take_spare();
    /// Makes the sidecar of a sealed segment, in its turn; a failure is tried again later.
    /// @param gathered  its sidecar but for the end, from when it was written; else the segment is
    ///                  read.
    void seal(SegmentFile segment,
              std::uint64_t end_offset,
              std::optional<Sidecar> gathered = std::nullopt);

private:
    struct SealJob {
        SegmentFile segment;
        std::uint64_t end_offset = 0;
        std::optional<Sidecar> gathered;
    };

    void run();
    void make_wanted_spare(std::unique_lock<std::mutex>& lock);
    /// Leaves the disk to the log for as long as the zeros had it, unless the log waits for them.
    void pause(std::chrono::nanoseconds took);
    void make_next_sidecar(std::unique_lock<std::mutex>& lock);
    /// @return the record clock of the segment's newest record.
    Result<TimestampUs> make_sidecar(const SealJob& job);

    // constant after construction
    const std::filesystem::path directory_;
    io::FileSystem& files_;
    const std::uint64_t segment_bytes_;
    const Sealed sealed_;
    // guarded by mutex_
    std::mutex mutex_;
    std::condition_variable changed_;
    bool is_stopping_ = false;
    bool is_spare_wanted_ = false;
    bool is_spare_awaited_ = false;
    std::optional<Result<std::unique_ptr<io::File>>> spare_;
    std::deque<SealJob> to_seal_;
    std::size_t to_try_ = 0;  ///< Of to_seal_, not tried since the last event.
    std::thread thread_;
};

}  // namespace icelight::wal
