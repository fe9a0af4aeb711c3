#include "wal/telemetry.h"

#include <string>

#include "base/log.h"
#include "base/metrics.h"
#include "base/result.h"

namespace icelight::wal::telemetry {
namespace {

constexpr std::string_view kModule = "wal";
constexpr double kMicrosPerSecond = 1e6;

struct Metrics {
    metrics::Counter& groups = metrics::counter("icelight_wal_groups_total", "Groups synced");
    metrics::Counter& batches =
        metrics::counter("icelight_wal_batches_total", "Batches made durable");
    metrics::Counter& bytes = metrics::counter("icelight_wal_written_bytes_total", "Bytes synced");
    metrics::Counter& stored = metrics::counter("icelight_wal_rows_stored_total", "Rows stored");
    metrics::Counter& rejects =
        metrics::counter("icelight_wal_rejects_stored_total", "Rejected events stored");
    metrics::Counter& duplicates =
        metrics::counter("icelight_wal_rows_duplicate_total", "Rows answered as duplicates");
    metrics::Histogram& sync_seconds = metrics::histogram("icelight_wal_sync_seconds",
                                                          "Write and fdatasync of one group",
                                                          metrics::duration_buckets_seconds());
    metrics::Histogram& group_batches = metrics::histogram(
        "icelight_wal_group_batches", "Batches in one group", {1, 2, 4, 8, 16, 32, 64, 128, 256});
    metrics::Gauge& unsynced =
        metrics::gauge("icelight_wal_unsynced_bytes", "Bytes queued or being written");
    metrics::Gauge& queue =
        metrics::gauge("icelight_wal_queue_batches", "Batches taken at the last wake-up");
    metrics::Gauge& segments = metrics::gauge("icelight_wal_segments_count", "Segments held");
    metrics::Gauge& window_entries =
        metrics::gauge("icelight_wal_window_entries", "Fingerprints in the duplicate window");
    metrics::Gauge& window_bytes =
        metrics::gauge("icelight_wal_window_bytes", "Memory of the duplicate window");
    metrics::Gauge& window_seconds =
        metrics::gauge("icelight_wal_window_seconds", "Age of the oldest fingerprint held");
    metrics::Counter& torn = metrics::counter("icelight_wal_torn_tails_total", "Torn tails zeroed");
    metrics::Counter& failures =
        metrics::counter("icelight_wal_failures_total", "Failed writes, syncs and new segments");
};

Metrics& all() {
    static Metrics handles;
    return handles;
}

}  // namespace

void opened(const Opened& facts) {
    all();
    log::info(kModule,
              "log opened",
              {{"first_offset", facts.first_offset},
               {"durable_offset", facts.durable_offset},
               {"segments", facts.segments},
               {"window_entries", facts.window_entries},
               {"took_us", facts.took.count()}});
}

void torn_tail(std::string_view path, std::uint64_t at_bytes, std::string_view rule) {
    all().torn.add();
    log::warn(kModule,
              "torn tail zeroed: nothing in it was acknowledged",
              {{"path", path}, {"byte", at_bytes}, {"rule", rule}});
}

void sidecar_unreadable(const Error& error) {
    log::warn(kModule,
              "fingerprints unreadable: duplicates of those rows may be stored",
              {{"error", error.message}});
}

void queued(std::size_t batches, std::size_t unsynced_bytes) {
    all().queue.set(static_cast<double>(batches));
    all().unsynced.set(static_cast<double>(unsynced_bytes));
}

void synced(const Group& group) {
    Metrics& handles = all();
    handles.groups.add();
    handles.batches.add(static_cast<double>(group.batches));
    handles.bytes.add(static_cast<double>(group.bytes));
    handles.stored.add(static_cast<double>(group.rows_stored));
    handles.rejects.add(static_cast<double>(group.rejects_stored));
    handles.duplicates.add(static_cast<double>(group.duplicates));
    handles.group_batches.observe(static_cast<double>(group.batches));
    handles.sync_seconds.observe(static_cast<double>(group.sync_took.count()) / kMicrosPerSecond);
}

void window_holds(const WindowInfo& info, TimestampUs now_us) {
    all().window_entries.set(static_cast<double>(info.entries));
    all().window_bytes.set(static_cast<double>(info.bytes));
    const TimestampUs age_us = info.entries == 0 ? 0 : now_us - info.oldest_us;
    all().window_seconds.set(static_cast<double>(age_us) / kMicrosPerSecond);
}

void refused(std::string_view reason) {
    static metrics::Counter& queue_full = metrics::counter(
        "icelight_wal_refused_total", "Batches refused", {{"reason", "queue_full"}});
    static metrics::Counter& no_segment = metrics::counter(
        "icelight_wal_refused_total", "Batches refused", {{"reason", "no_segment"}});
    static metrics::Counter& deadline =
        metrics::counter("icelight_wal_refused_total", "Batches refused", {{"reason", "deadline"}});
    if (reason == "queue_full") queue_full.add();
    if (reason == "no_segment") no_segment.add();
    if (reason == "deadline") deadline.add();
}

void segment_failed(std::uint64_t seq, std::uint64_t durable_offset, const Error& error) {
    all().failures.add();
    log::error(kModule,
               "write or sync failed: the segment takes nothing more",
               {{"segment", seq}, {"durable_offset", durable_offset}, {"error", error.message}});
}

void segment_began(std::uint64_t seq, std::uint64_t first_offset) {
    log::info(kModule, "segment began", {{"segment", seq}, {"first_offset", first_offset}});
}

void segment_not_made(const Error& error) {
    all().failures.add();
    log::error(kModule,
               "no new segment: refusing events until one can be made",
               {{"error", error.message}});
}

void spare_failed(const Error& error) {
    log::warn(kModule, "spare segment not made", {{"error", error.message}});
}

void sidecar_failed(const Error& error) {
    log::warn(kModule, "fingerprints of a segment not stored yet", {{"error", error.message}});
}

void segments_held(std::size_t count) {
    all().segments.set(static_cast<double>(count));
}

void released(std::uint64_t seq, std::uint64_t first_offset) {
    log::info(kModule, "segment released", {{"segment", seq}, {"first_offset", first_offset}});
}

void release_failed(const Error& error) {
    log::warn(kModule, "segment not removed", {{"error", error.message}});
}

}  // namespace icelight::wal::telemetry
