#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

/// Everything the lake says: the log line and the metric of each happening, together.
namespace icelight::lake::telemetry {

/// DEBUG. One flush landed.
struct Flush {
    std::uint64_t watermark = 0;
    std::int64_t rows = 0;
    std::int64_t rejects = 0;
    std::size_t files = 0;
    std::int64_t bytes = 0;
    std::chrono::microseconds took{0};
};

void flushed(const Flush& flush);
/// WARN. It will be tried again; nothing is lost: the log has the rows.
void flush_failed(std::uint64_t from, const std::string& reason);
/// WARN. The catalog refused the commit: W or the log is another one.
void conflicted(std::uint64_t from, const std::string& reason);
/// WARN. Files of a flush that did not land could not be deleted now.
void discard_failed(const std::string& commit_id, const std::string& reason);
/// WARN. A worker keeps dying on these rows: smaller ranges are tried.
void hunting(std::uint64_t from, std::uint64_t to);
/// ERROR. One row cannot be written: it goes to the rejects, whole.
void poison_found(std::uint64_t offset);
/// ERROR. The last flush before the stop did not finish; the log has the rows.
void unfinished(std::uint64_t watermark, std::uint64_t durable);

/// INFO.
void worker_started(pid_t pid);
/// WARN. `how`: "signal 9", "exit 1", "hung".
void worker_died(const std::string& how);
/// ERROR, by the worker itself.
void worker_cannot_start(const std::string& reason);

/// INFO. A table's metadata was made smaller by one commit.
struct Upkeep {
    std::string table;
    std::size_t manifests_merged = 0;
    std::size_t manifests_written = 0;
    std::size_t snapshots_expired = 0;
};

void kept_up(const Upkeep& upkeep);
/// WARN. It will be tried again; nothing was changed that a reader needs.
void upkeep_failed(const std::string& what, const std::string& reason);
/// Metrics only: what the metadata of a table holds.
void table_size(const std::string& table, std::size_t snapshots, std::size_t manifests);
/// INFO when something was deleted. `waiting` files are unreachable, but not for long enough.
void collected(std::size_t deleted, std::size_t waiting, std::chrono::microseconds took);

/// Metrics only: age of the oldest unflushed durable record, and bytes of such.
void lag(double seconds, std::uint64_t bytes);

}  // namespace icelight::lake::telemetry
