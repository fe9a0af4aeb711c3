#include "wal/telemetry.h"

#include <gtest/gtest.h>

#include "base/metrics.h"
#include "base/result.h"

namespace icelight::wal {
namespace {

TEST(WalTelemetry, EveryHappeningMovesItsMetric) {
    telemetry::queued(3, 4096);
    telemetry::synced({.batches = 2, .bytes = 100, .rows_stored = 7, .duplicates = 1});
    telemetry::window_holds({.entries = 5, .bytes = 140, .oldest_us = 1'000'000}, 3'000'000);
    telemetry::refused("queue_full");
    telemetry::segments_held(4);
    telemetry::torn_tail("/log/1.wal", 128, "torn record");
    telemetry::segment_failed(1, 9, {ErrorCode::kIo, "disk"});
    const std::string text = metrics::serialize();
    for (const char* line : {"icelight_wal_unsynced_bytes 4096",
                             "icelight_wal_queue_batches 3",
                             "icelight_wal_window_entries 5",
                             "icelight_wal_window_seconds 2",
                             "icelight_wal_segments_count 4",
                             "icelight_wal_refused_total{reason=\"queue_full\"}",
                             "icelight_wal_torn_tails_total",
                             "icelight_wal_failures_total",
                             "icelight_wal_sync_seconds_count",
                             "icelight_wal_rows_duplicate_total"}) {
        EXPECT_NE(text.find(line), std::string::npos) << line;
    }
}

}  // namespace
}  // namespace icelight::wal
