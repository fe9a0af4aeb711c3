#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <thread>

#include "base/clock.h"
#include "base/result.h"
#include "lake/tables.h"
#include "lake/upkeep/garbage_collector.h"
#include "lake/upkeep/retention.h"
#include "lake/upkeep/table_upkeep.h"

namespace icelight::lake {

struct UpkeepOptions {
    TableNames names;
    Retention retention;
    std::filesystem::path garbage_list;  ///< See GarbageOptions::list.
    std::chrono::milliseconds gc_min_age{std::chrono::hours(6)};
    std::chrono::milliseconds look_every{1'000};  ///< At the tables' metadata.
    std::chrono::milliseconds collect_every{std::chrono::minutes(10)};
};

/// Keeps both event tables small while the flusher fills them: their metadata (TableUpkeep) and
/// their directories (GarbageCollector).
///
/// Its own thread is called "upkeep": reading a large table's manifests must not hold up a flush.
/// Failures are logged, counted, and tried again. Thread safety: all members, from any thread.
/// Lifetime: everything given outlives it; close() before the catalog's.
class Upkeep {
public:
    Upkeep(UpkeepOptions options,
           catalog::Catalog& catalog,
           io::FileSystem& files,
           const Clock& clock);
    ~Upkeep();
    Upkeep(const Upkeep&) = delete;
    Upkeep& operator=(const Upkeep&) = delete;

    void start();

    /// Ends the thread after what it is doing; what is left undone is done after the next start.
    void close();

private:
    void run();
    void look();
    void collect();
    bool wait();

    // constant after construction
    const UpkeepOptions options_;
    const Clock& clock_;
    // any thread
    std::atomic<bool> is_stopping_ = false;
    // upkeep thread only
    TableUpkeep tables_;
    GarbageCollector garbage_;
    SteadyTime look_next_{};
    SteadyTime collected_at_{};
    SteadyTime collect_next_{};
    bool has_collected_ = false;
    // for waiting only
    std::mutex mutex_;
    std::condition_variable stopped_;

    std::thread thread_;
};

}  // namespace icelight::lake
