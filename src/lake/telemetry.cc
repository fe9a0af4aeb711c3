#include "lake/telemetry.h"

#include "base/log.h"
#include "base/metrics.h"

namespace icelight::lake::telemetry {
namespace {

constexpr const char* kModule = "lake";

double seconds(std::chrono::microseconds duration) {
    return std::chrono::duration<double>(duration).count();
}

}  // namespace

void flushed(const Flush& flush) {
    static auto& flushes = metrics::counter("icelight_lake_flushes_total", "Flushes committed");
    static auto& rows = metrics::counter("icelight_lake_rows_total", "Events committed");
    static auto& rejects = metrics::counter("icelight_lake_rejects_total", "Rejects committed");
    static auto& bytes =
        metrics::counter("icelight_lake_file_bytes_total", "Bytes of data files committed");
    static auto& durations = metrics::histogram("icelight_lake_flush_duration_seconds",
                                                "From reading the log to the commit",
                                                metrics::duration_buckets_seconds());
    flushes.add();
    rows.add(static_cast<double>(flush.rows));
    rejects.add(static_cast<double>(flush.rejects));
    bytes.add(static_cast<double>(flush.bytes));
    durations.observe(seconds(flush.took));
    log::debug(kModule,
               "flushed",
               {{"watermark", flush.watermark},
                {"rows", flush.rows},
                {"rejects", flush.rejects},
                {"files", flush.files},
                {"bytes", flush.bytes},
                {"took_ms", flush.took.count() / 1000}});
}

void flush_failed(std::uint64_t from, const std::string& reason) {
    static auto& failures = metrics::counter("icelight_lake_flush_failures_total",
                                             "Flushes that failed and will be tried again");
    failures.add();
    log::warn(kModule, "flush failed, will be tried again", {{"from", from}, {"reason", reason}});
}

void conflicted(std::uint64_t from, const std::string& reason) {
    static auto& conflicts =
        metrics::counter("icelight_lake_commit_conflicts_total", "Flush commits refused");
    conflicts.add();
    log::warn(kModule, "commit refused", {{"from", from}, {"reason", reason}});
}

void discard_failed(const std::string& commit_id, const std::string& reason) {
    log::warn(kModule,
              "files of an unfinished flush stay until the next start",
              {{"commit_id", commit_id}, {"reason", reason}});
}

void hunting(std::uint64_t from, std::uint64_t to) {
    log::warn(kModule, "worker keeps failing, trying fewer rows", {{"from", from}, {"to", to}});
}

void poison_found(std::uint64_t offset) {
    static auto& poison =
        metrics::counter("icelight_lake_poison_rows_total",
                         "Rows moved to the rejects because a worker dies on them");
    poison.add();
    log::error(kModule, "row cannot be written, moving it to the rejects", {{"offset", offset}});
}

void unfinished(std::uint64_t watermark, std::uint64_t durable) {
    log::error(kModule,
               "stopped before the last flush finished, the log has the rows",
               {{"watermark", watermark}, {"durable", durable}});
}

void worker_started(pid_t pid) {
    log::info(kModule, "worker started", {{"pid", pid}});
}

void worker_died(const std::string& how) {
    static auto& deaths =
        metrics::counter("icelight_lake_worker_deaths_total", "Lake workers that died or hung");
    deaths.add();
    log::warn(kModule, "worker died", {{"how", how}});
}

void worker_cannot_start(const std::string& reason) {
    log::error(kModule, "worker cannot start", {{"reason", reason}});
}

void kept_up(const Upkeep& upkeep) {
    static auto& merged = metrics::counter("icelight_lake_manifests_merged_total",
                                           "Manifests replaced by larger ones");
    static auto& expired =
        metrics::counter("icelight_lake_snapshots_expired_total", "Snapshots expired");
    merged.add(static_cast<double>(upkeep.manifests_merged));
    expired.add(static_cast<double>(upkeep.snapshots_expired));
    log::info(kModule,
              "metadata made smaller",
              {{"table", upkeep.table},
               {"manifests_merged", upkeep.manifests_merged},
               {"manifests_written", upkeep.manifests_written},
               {"snapshots_expired", upkeep.snapshots_expired}});
}

void upkeep_failed(const std::string& what, const std::string& reason) {
    static auto& failures = metrics::counter("icelight_lake_upkeep_failures_total",
                                             "Upkeep that failed and will be tried again");
    failures.add();
    log::warn(kModule, "upkeep failed, will be tried again", {{"what", what}, {"reason", reason}});
}

void table_size(const std::string& table, std::size_t snapshots, std::size_t manifests) {
    const metrics::Labels labels{{"table", table}};
    metrics::gauge("icelight_lake_snapshots", "Snapshots in the table's metadata", labels)
        .set(static_cast<double>(snapshots));
    metrics::gauge("icelight_lake_manifests", "Manifests of the current snapshot", labels)
        .set(static_cast<double>(manifests));
}

void collected(std::size_t deleted, std::size_t waiting, std::chrono::microseconds took) {
    static auto& files = metrics::counter("icelight_lake_files_deleted_total",
                                          "Files deleted that no table reached any more");
    static auto& unreachable =
        metrics::gauge("icelight_lake_unreachable_files",
                       "Files that no table reaches, waiting for lake.gc-min-age");
    files.add(static_cast<double>(deleted));
    unreachable.set(static_cast<double>(waiting));
    if (deleted == 0) return;
    log::info(kModule,
              "unreachable files deleted",
              {{"deleted", deleted}, {"waiting", waiting}, {"took_ms", took.count() / 1000}});
}

void lag(double seconds, std::uint64_t bytes) {
    static auto& age = metrics::gauge("icelight_lake_flush_lag_seconds",
                                      "Age of the oldest durable record not yet in the table");
    static auto& size =
        metrics::gauge("icelight_lake_flush_lag_bytes", "Durable log bytes not yet in the table");
    age.set(seconds);
    size.set(static_cast<double>(bytes));
}

}  // namespace icelight::lake::telemetry
