#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>

#include "base/clock.h"
#include "base/hash.h"
#include "base/ids.h"
#include "base/result.h"
#include "wal/batch.h"

namespace icelight::io {
class FileSystem;
}  // namespace icelight::io

/// The write-ahead log: the only thing that makes an accepted event durable.
///
/// A Log is a directory of segment files. One thread appends; any number wait.
/// Format and recovery: docs/formats/wal.md.
namespace icelight::wal {

struct Options {
    std::filesystem::path directory;
    std::uint64_t segment_bytes = 64ULL << 20;  ///< 4 KiB .. 1 GiB, a multiple of 8.
    std::size_t queue_bytes_max = 32U << 20;    ///< Past it append() refuses.
    std::chrono::seconds window_age{24 * 3600};
    std::size_t window_bytes_max = 256U << 20;
    std::uint64_t retained_bytes_max = 1ULL << 30;  ///< Of segments wholly below W that may stay.
    std::chrono::milliseconds attest_after{1000};   ///< Quiet before the last group is attested.
    std::chrono::milliseconds retry_every{1000};    ///< Between tries of a new segment.
};

/// What the table holds: every offset below `next_offset` of the log `log_uuid`.
struct TableWatermark {
    Uuid log_uuid;  ///< Nil: the table was never written from any log.
    std::uint64_t next_offset = 0;
};

/// Appends batches and answers when they are on disk.
///
/// Thread safety: append() and every const member from any thread, release() too; close() once.
/// Lifetime: files and clock outlive the Log. Completions run on the log's thread: post yourself
///   elsewhere (base/completion.h) and never call back into close() from one.
/// Invariant: every offset answered is readable after a crash.
class Log {
public:
    using Done = std::function<void(Result<Appended>)>;  ///< = Completion<Appended>

    /// Opens or creates the log and repairs a torn tail; everything recovered is durable.
    ///
    /// @param allow_new_log  an empty directory may begin at the table's watermark.
    /// @error kCorruption  damaged, or it is not the table's log. Nothing was changed; the message
    ///                     names the file, the place and what to do.
    /// @error kInvalidArgument  the options are out of bounds.
    /// @error kIo, kUnavailable (disk full)  from the file system.
    static Result<std::unique_ptr<Log>> open(Options options,
                                             io::FileSystem& files,
                                             const Clock& clock,
                                             TableWatermark watermark,
                                             bool allow_new_log);
    ~Log();  ///< Stops like a crash, without attesting, unless close() was called.
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;

    /// Makes `batch` durable, leaving out rows whose fingerprint the window holds.
    ///
    /// `done` is called once: from here when refused, else from the log's thread.
    /// @param deadline  a batch still queued then is given up; once written it is answered truly.
    /// @error kInvalidArgument  empty, or lengths that do not add up. Nothing was written.
    /// @error kTooLarge     larger than a segment. Nothing was written.
    /// @error kOverloaded   the queue is full. Nothing was written; safe to retry.
    /// @error kUnavailable  the log has no writable segment, or the write or sync failed: not
    ///                      durable; it may still be found after a crash, so retry with the same
    ///                      fingerprints.
    /// @error kTimeout      the deadline passed in the queue. Nothing was written.
    /// @error kShuttingDown close() was called. Nothing was written.
    /// @cost one queue push; one fdatasync shared by all that arrived while the last one ran.
    void append(Batch batch, Deadline deadline, Done done);

    Uuid uuid() const;
    /// The log this one succeeded (allow_new_log), else nil. A watermark naming it is accepted
    /// while it equals this log's first position.
    Uuid parent_uuid() const;
    std::uint64_t durable_offset() const;  ///< P: next offset that is not yet durable.
    std::uint64_t first_offset() const;    ///< Oldest offset still held; P when none is.
    Counters counters() const;             ///< Durable ones and the duplicates answered since.
    bool is_healthy() const;               ///< Has a segment that takes writes.
    WindowInfo window() const;
    std::uint64_t unsynced_bytes() const;  ///< Queued or being written.
    /// Bytes of [offset, P), to within 64 KiB: for flush and lag rules.
    std::uint64_t bytes_from(std::uint64_t offset) const;
    FingerprintKey fingerprint_key() const;

    /// Waits until everything below `offset` is durable. @return false when `deadline` passed
    /// first.
    bool wait_durable_beyond(std::uint64_t offset, Deadline deadline) const;

    /// Segments wholly below `below` may go; at most retained_bytes_max of them stay. The caller
    /// passes min(W, lowest pin). Blocks on unlink.
    void release(std::uint64_t below);

    /// Refuses new batches, writes those queued, attests the last group.
    /// @error kTimeout  still writing at `deadline`; the destructor waits for it.
    Result<> close(Deadline deadline);

private:
    class Impl;
    explicit Log(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace icelight::wal
