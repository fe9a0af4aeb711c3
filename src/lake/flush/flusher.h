#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "base/clock.h"
#include "base/result.h"
#include "lake/flush/flush_backend.h"
#include "lake/flush/flush_job.h"
#include "lake/tables.h"

namespace icelight::catalog {
class Catalog;
}

namespace icelight::io {
class FileSystem;
}

namespace icelight::wal {
class Log;
}

namespace icelight::lake {

struct FlusherOptions {
    std::filesystem::path log_directory;
    TableNames names;
    std::chrono::milliseconds target_lag{10'000};  ///< Age at which rows are flushed.
    std::uint64_t bytes_max = kFlushBytesMax;      ///< Of log, at which they are flushed sooner.
    std::chrono::milliseconds worker_timeout{60'000};  ///< For one flush; then it is killed.
    std::chrono::milliseconds retry_after{1'000};      ///< After a failure.
};

/// How far the table is behind the log.
struct Lag {
    double seconds = 0;       ///< Age of the oldest unflushed durable record; 0: none.
    std::uint64_t bytes = 0;  ///< Of the log, durable and not flushed.
    std::uint64_t watermark = 0;
    std::string failure;  ///< Of the last flush, or why none is tried; empty: none.
};

/// Carries the log into the tables: rows at [W, P) become Parquet files and one commit, then the
/// log may forget them.
///
/// Both tables and the sink's watermark must exist (ensure_tables(), Catalog::adopt_log()).
/// Thread safety: all members, from any thread. Its own thread is called "lake" and starts the
///   worker process. Lifetime: log, catalog, files and clock outlive it; close() before destruction
///   (the destructor abandons a flush in progress after its worker's timeout).
/// Invariant: W moves only by a commit that holds the rows; a failure changes nothing.
class Flusher {
public:
    /// @param backend  who writes the files; empty: a worker process of this binary.
    Flusher(FlusherOptions options,
            wal::Log& log,
            catalog::Catalog& catalog,
            io::FileSystem& files,
            const Clock& clock,
            std::unique_ptr<FlushBackend> backend = nullptr);
    ~Flusher();
    Flusher(const Flusher&) = delete;
    Flusher& operator=(const Flusher&) = delete;

    void start();

    /// Waits until everything that is durable now is committed.
    ///
    /// @error kTimeout  `deadline` passed first; the message names the last failure, if any.
    /// @error kShuttingDown  after close().
    Result<> flush_now(Deadline deadline);

    /// Flushes once more, ends the worker and the thread.
    ///
    /// @error kTimeout  the last flush did not finish by `deadline`; the log has the rows.
    Result<> close(Deadline deadline);

    Lag lag() const;

private:
    class Rounds;

    void run();
    void run_last_rounds();
    bool is_due();
    bool flush_once(Deadline deadline);

    // constant after construction
    const FlusherOptions options_;
    wal::Log& log_;
    const Clock& clock_;
    // lake thread only
    std::unique_ptr<Rounds> rounds_;
    SteadyTime not_before_{};
    bool has_looked_ = false;  ///< What the log held at the start is flushed at once.
    // guarded by mutex_
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::uint64_t watermark_ = 0;  ///< As last known.
    TimestampUs oldest_us_ = 0;    ///< Of the first unflushed record; 0: none.
    std::uint64_t wanted_ = 0;     ///< flush_now(): W must reach this.
    std::string last_failure_;
    std::optional<Deadline> stop_at_;
    bool is_stopped_ = false;

    std::thread thread_;
};

}  // namespace icelight::lake
