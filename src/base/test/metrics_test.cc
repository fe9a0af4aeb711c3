#include "base/metrics.h"

#include <gtest/gtest.h>

namespace icelight {
namespace {

TEST(Metrics, TheSameNameAndLabelsAreOneSeries) {
    metrics::counter("icelight_test_events_total", "Events.", {{"code", "a"}}).add(2);
    metrics::counter("icelight_test_events_total", "Events.", {{"code", "a"}}).add();
    metrics::gauge("icelight_test_depth", "Depth.").set(4);
    metrics::histogram("icelight_test_wait_seconds", "Wait.", metrics::duration_buckets_seconds())
        .observe(0.2);
    const std::string text = metrics::serialize();
    EXPECT_NE(text.find("icelight_test_events_total{code=\"a\"} 3"), std::string::npos) << text;
    EXPECT_NE(text.find("icelight_test_depth 4"), std::string::npos) << text;
    EXPECT_NE(text.find("icelight_test_wait_seconds_bucket{le=\"0.25\"} 1"), std::string::npos)
        << text;
}

}  // namespace
}  // namespace icelight
