#include "query/telemetry.h"

#include "base/log.h"
#include "base/metrics.h"

namespace icelight::query::telemetry {
namespace {

constexpr const char* kModule = "query";

const char* name_of(WorkerKind kind) {
    return kind == WorkerKind::kIceberg ? "iceberg" : "plain";
}

metrics::Counter& workers_lost(const char* why) {
    return metrics::counter("icelight_query_workers_lost_total",
                            "SQL workers that were replaced, by reason.",
                            {{"why", why}});
}

}  // namespace

void answered(const Result<>& outcome, std::chrono::microseconds took) {
    const std::string_view code = outcome ? "ok" : error_code_name(outcome.error().code);
    metrics::histogram("icelight_query_duration_seconds",
                       "Time from a query's arrival to its last byte, by outcome.",
                       metrics::duration_buckets_seconds(),
                       {{"outcome", std::string(code)}})
        .observe(std::chrono::duration<double>(took).count());
    log::debug(kModule, "query answered", {{"outcome", code}, {"us", took.count()}});
}

void refused() {
    static auto& counter =
        metrics::counter("icelight_query_refused_total", "Statements the gate refused.");
    counter.add();
}

void cache_asked(bool is_hit) {
    metrics::counter("icelight_query_cache_total",
                     "Queries that take an older answer, by whether there was one.",
                     {{"outcome", is_hit ? "hit" : "miss"}})
        .add();
}

void worker_taken(WorkerKind kind) {
    metrics::counter("icelight_query_workers_taken_total",
                     "Queries that a SQL worker was taken for, by its kind.",
                     {{"worker", name_of(kind)}})
        .add();
}

void worker_ready(WorkerKind kind, std::size_t number, std::chrono::milliseconds took) {
    log::info(kModule,
              "worker ready",
              {{"kind", name_of(kind)}, {"number", number}, {"ms", took.count()}});
}

void worker_unfit(const std::string& reason) {
    workers_lost("unfit").add();
    log::error(kModule, "a worker cannot serve", {{"reason", reason}});
}

void worker_crashed(const std::string& how) {
    workers_lost("crash").add();
    log::warn(kModule, "a worker ended by itself", {{"how", how}});
}

void worker_killed() {
    workers_lost("kill").add();
    log::warn(kModule, "a worker was killed after a deadline");
}

void worker_recycled(const char* why) {
    workers_lost("recycle").add();
    log::debug(kModule, "a worker is replaced", {{"why", why}});
}

void relay_refused(const char* why, std::string_view what) {
    metrics::counter("icelight_query_relay_refused_total",
                     "Connections of SQL workers that the relay did not serve, by reason.",
                     {{"why", why}})
        .add();
    log::warn(kModule, "the relay refused a worker", {{"why", why}, {"what", what}});
}

void relay_failed(const std::string& target, const std::string& error) {
    static auto& counter = metrics::counter("icelight_query_relay_failed_total",
                                            "Hosts of external catalogs that were not reached.");
    counter.add();
    log::warn(kModule, "a catalog's host was not reached", {{"host", target}, {"error", error}});
}

void relay_connections(int change) {
    static auto& gauge = metrics::gauge("icelight_query_relay_connections",
                                        "Connections of SQL workers through the relay.");
    gauge.add(change);
}

void active_queries(std::size_t count) {
    static auto& gauge = metrics::gauge("icelight_query_active", "Queries running in workers.");
    gauge.set(static_cast<double>(count));
}

void queue_depth(std::size_t count) {
    static auto& gauge = metrics::gauge("icelight_query_queued", "Queries waiting for a worker.");
    gauge.set(static_cast<double>(count));
}

}  // namespace icelight::query::telemetry
