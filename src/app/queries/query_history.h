#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "app/database.h"
#include "app/queries/query_record.h"
#include "base/result.h"
#include "base/worker_pool.h"

namespace icelight::app {

/// Which records a list shows; newest first.
struct HistoryFilter {
    std::string owner;           ///< Empty: of everybody.
    std::string status;          ///< Empty: any.
    std::string text;            ///< Part of the kept SQL, in any case of ASCII letters.
    std::int64_t before_id = 0;  ///< Older than that one; 0: from the newest.
    std::size_t limit = 100;
};

/// The last queries that ended, in app.db.
///
/// note() only puts a record into a bounded queue; once a second at most what has gathered goes to
/// the file in one transaction, on the database's own thread. A full queue or a file that cannot be
/// written loses records, which is counted and said. A crash loses those of the last second.
/// Thread safety: note() from any thread; list(), find() and write_pending() on the thread of
///   `pool`, whose only one it is; start() and close() from one thread.
/// Lifetime: database and pool outlive it; the pool is closed after close().
class QueryHistory {
public:
    struct Options {
        std::size_t records_max = 10'000;              ///< Older ones are deleted.
        std::size_t queued_max = 1'024;                ///< Records that wait for the file.
        std::chrono::milliseconds gather_time{1'000};  ///< Between two transactions.
    };

    QueryHistory(Database& database, WorkerPool& pool, Options options);
    ~QueryHistory();
    QueryHistory(const QueryHistory&) = delete;
    QueryHistory& operator=(const QueryHistory&) = delete;

    /// Starts the thread that moves records to the file.
    void start();

    /// Never waits for anything but a short lock. @cost a copy of the record.
    void note(QueryRecord record);

    /// @error as Database. What was noted before is in it.
    Result<std::vector<QueryRecord>> list(const HistoryFilter& filter);

    /// The newest record with that id or name; of `owner`, or of anybody when it is empty.
    Result<std::optional<QueryRecord>> find(std::string_view id_or_name, std::string_view owner);

    /// Moves what has gathered to the file; what cannot be written is lost and said.
    void write_pending();

    /// Ends the thread; what is left goes to the file on the pool.
    void close();

private:
    void run();

    Database& database_;
    WorkerPool& pool_;
    const Options options_;
    std::thread thread_;
    // guarded by mutex_
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<QueryRecord> pending_;
    bool is_closed_ = false;
};

}  // namespace icelight::app
