#include "catalog/telemetry.h"

#include <gmock/gmock.h>

#include "base/metrics.h"

namespace icelight::catalog {
namespace {

using ::testing::HasSubstr;

TEST(Telemetry, EveryHappeningMovesItsMetric) {
    telemetry::committed(3, 17, std::chrono::microseconds(1'500));
    telemetry::conflicted("it was 5");
    telemetry::commit_failed("no room");
    telemetry::outcome_unknown("disk");
    telemetry::queue_depth(4);
    telemetry::watermark(17);
    const std::string text = metrics::serialize();
    for (const char* line : {"icelight_catalog_commits_total",
                             "icelight_catalog_intents_total",
                             "icelight_catalog_conflicts_total",
                             "icelight_catalog_failures_total",
                             "icelight_catalog_unknown_outcomes_total",
                             "icelight_catalog_commit_seconds_count",
                             "icelight_catalog_queue_depth_intents 4",
                             "icelight_catalog_watermark_offset 17"}) {
        EXPECT_THAT(text, HasSubstr(line));
    }
}

}  // namespace
}  // namespace icelight::catalog
