#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "base/clock.h"
#include "wal/batch.h"
#include "wal/group.h"
#include "wal/housekeeper.h"
#include "wal/ledger.h"
#include "wal/log.h"
#include "wal/sidecar.h"
#include "wal/window.h"

namespace icelight::wal {

struct Recovered;

/// A batch on its way, with who waits for it.
struct Pending {
    Batch batch;
    Deadline deadline;
    Log::Done done;
    std::size_t memory_bytes = 0;
    Appended appended;  ///< True once the group is durable.
};

/// Writes groups into segments and begins new ones: the only code that crosses the durable line.
///
/// Thread safety: commit(), tick(), attest(), idle_wait() on the log's thread only; the const
/// accessors and ledger() from any thread.
class Appender {
public:
    Appender(const Options& options,
             io::FileSystem& files,
             const Clock& clock,
             Recovered recovered);
    ~Appender();

    /// Makes the batches durable in as few groups as fit, and answers each.
    void commit(std::vector<Pending> batches);
    /// What is due when nothing was queued for idle_wait(): the attesting record or a new segment.
    void tick();
    /// Writes an empty record that says everything before it is durable, if none says so yet.
    void attest();
    /// How long to wait for batches before tick(); empty: as long as it takes.
    std::optional<std::chrono::milliseconds> idle_wait() const;

    bool is_healthy() const { return is_healthy_.load(); }

    std::uint64_t durable_offset() const { return durable_offset_.load(); }

    bool wait_durable_beyond(std::uint64_t offset, Deadline deadline) const;
    Counters counters() const;
    WindowInfo window() const;

    Ledger& ledger() { return *ledger_; }

    const Ledger& ledger() const { return *ledger_; }

private:
    std::size_t fill_group(std::span<Pending> batches);
    void finish_group(std::span<Pending> batches);
    Result<> write_and_sync();
    void publish();
    void abandon_segment(const Error& error);
    void give_up(std::span<Pending> batches, const Error& error);
    void gather();
    void retire_segment();
    bool begin_segment();

    // constant after construction
    const Options& options_;
    io::FileSystem& files_;
    const Clock& clock_;
    const Uuid log_uuid_;
    const std::unique_ptr<Ledger> ledger_;  ///< Has its own lock.
    // the log's thread only
    Window duplicates_;
    GroupBuilder builder_;
    LogState durable_;
    std::unique_ptr<io::File> file_;  ///< Null: no segment takes writes.
    SegmentFile segment_;             ///< Of file_, or the last one there was.
    /// The sidecar of segment_ so far; null when not all of it went through here.
    std::optional<Sidecar> gathered_;
    std::uint64_t next_seq_;
    bool is_attested_;
    // any thread
    std::atomic<bool> is_healthy_{true};
    std::atomic<std::uint64_t> durable_offset_;
    // guarded by mutex_
    mutable std::mutex mutex_;
    mutable std::condition_variable advanced_;
    Counters counters_;
    WindowInfo window_;
    // last: its thread calls ledger_
    std::unique_ptr<Housekeeper> housekeeper_;
};

}  // namespace icelight::wal
