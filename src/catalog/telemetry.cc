#include "catalog/telemetry.h"

#include "base/log.h"
#include "base/metrics.h"

namespace icelight::catalog::telemetry {

namespace {

constexpr const char* kModule = "catalog";

struct Meters {
    metrics::Counter& commits = metrics::counter(
        "icelight_catalog_commits_total", "Commits that landed, one per catalog transaction");
    metrics::Counter& intents =
        metrics::counter("icelight_catalog_intents_total", "Intents that landed");
    metrics::Counter& conflicts = metrics::counter(
        "icelight_catalog_conflicts_total", "Intents refused because the table had moved on");
    metrics::Counter& failures = metrics::counter("icelight_catalog_failures_total",
                                                  "Commits that failed and changed nothing");
    metrics::Counter& unknown_outcomes = metrics::counter(
        "icelight_catalog_unknown_outcomes_total", "Commits whose outcome had to be read back");
    metrics::Histogram& commit_seconds =
        metrics::histogram("icelight_catalog_commit_seconds",
                           "From taking an intent off the queue to its publication",
                           metrics::duration_buckets_seconds());
    metrics::Gauge& queue_depth =
        metrics::gauge("icelight_catalog_queue_depth_intents", "Intents waiting for their turn");
    metrics::Gauge& watermark = metrics::gauge("icelight_catalog_watermark_offset",
                                               "First log offset that the tables do not hold");
};

Meters& meters() {
    static Meters the_meters;
    return the_meters;
}

}  // namespace

void opened(const std::string& database, std::size_t tables, std::size_t unfinished) {
    meters();
    log::info(kModule,
              "catalog opened",
              {{"file", database}, {"tables", tables}, {"unfinished_commits", unfinished}});
}

void journal_discarded(const std::string& commit_id, std::size_t files_deleted) {
    log::info(kModule,
              "files of an unfinished commit deleted",
              {{"commit_id", commit_id}, {"files", files_deleted}});
}

void journals_kept(std::size_t journals, const std::string& reason) {
    log::warn(
        kModule, "files of unfinished commits kept", {{"commits", journals}, {"reason", reason}});
}

void committed(std::size_t intents, std::uint64_t watermark, std::chrono::microseconds took) {
    meters().commits.add();
    meters().intents.add(static_cast<double>(intents));
    meters().commit_seconds.observe(std::chrono::duration<double>(took).count());
    log::debug(kModule,
               "committed",
               {{"intents", intents}, {"watermark", watermark}, {"took_us", took.count()}});
}

void conflicted(const std::string& reason) {
    meters().conflicts.add();
    log::warn(kModule, "intent refused", {{"reason", reason}});
}

void commit_failed(const std::string& reason) {
    meters().failures.add();
    log::error(kModule, "commit failed, nothing changed", {{"reason", reason}});
}

void outcome_unknown(const std::string& reason) {
    meters().unknown_outcomes.add();
    log::error(kModule, "commit has an unknown outcome, reading it back", {{"reason", reason}});
}

void outcome_settled(bool has_landed) {
    log::info(kModule, "unknown outcome settled", {{"landed", has_landed}});
}

void changed(const char* what, const std::string& name) {
    log::debug(kModule, "changed", {{"what", what}, {"name", name}});
}

void queue_depth(std::size_t intents) {
    meters().queue_depth.set(static_cast<double>(intents));
}

void halted(const std::string& table, const std::string& reason, std::uint64_t kept_below) {
    log::error(kModule,
               "rows of the log were taken out of a table: flushes stop until `icelight resume`",
               {{"table", table}, {"reason", reason}, {"kept_below", kept_below}});
}

void watermark(std::uint64_t next_offset) {
    meters().watermark.set(static_cast<double>(next_offset));
}

}  // namespace icelight::catalog::telemetry
