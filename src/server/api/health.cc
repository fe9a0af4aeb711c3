#include "server/api/health.h"

#include <string>

#include <fmt/format.h>

#include "base/clock.h"
#include "base/metrics.h"
#include "http/router.h"
#include "lake/flush/flusher.h"
#include "lake/telemetry.h"
#include "query/service.h"
#include "server/version.h"
#include "wal/log.h"

namespace icelight::server {
namespace {

using boost::asio::awaitable;

awaitable<http::Response> answer_health(HealthRoutes with) {
    const bool is_healthy = with.log.is_healthy();
    const auto counters = with.log.counters();
    const auto window = with.log.window();
    const auto lag = with.flusher.lag();
    const auto query = with.query.status();
    const double window_seconds =
        window.oldest_us == 0 ? 0.0
                              : static_cast<double>(with.clock.now_us() - window.oldest_us) / 1e6;
    std::string body =
        fmt::format(R"({{"status":"{}","version":"{}","log":{{"uuid":"{}","durable_offset":{},)"
                    R"("unsynced_bytes":{}}},)",
                    is_healthy ? "ok" : "unavailable",
                    kVersion,
                    with.log.uuid().text(),
                    with.log.durable_offset(),
                    with.log.unsynced_bytes());
    body += fmt::format(
        R"("events":{{"received":{},"stored":{},"rejected":{},"dropped":{},"duplicate":{}}},)",
        counters.received,
        counters.stored,
        counters.rejected,
        counters.dropped,
        counters.duplicate);
    body += fmt::format(R"("duplicate_window":{{"entries":{},"bytes":{},"seconds":{:.0f}}},)",
                        window.entries,
                        window.bytes,
                        window_seconds);
    body += fmt::format(R"("table":{{"watermark":{},"lag_seconds":{:.3f},"lag_bytes":{}{}}},)",
                        lag.watermark,
                        lag.seconds,
                        lag.bytes,
                        lag.failure.empty() ? "" : ",\"failure\":" + http::quote_json(lag.failure));
    body += fmt::format(R"("sql":{{"ready":{},"active":{},"queued":{}}}}})",
                        query.is_ready,
                        query.active,
                        query.queued);
    co_return http::make_json(is_healthy ? http::status::kOk : http::status::kUnavailable,
                              std::move(body));
}

awaitable<http::Response> answer_metrics(HealthRoutes with) {
    // Flushes tell the lag when they land; between them it grows unseen.
    const auto lag = with.flusher.lag();
    lake::telemetry::lag(lag.seconds, lag.bytes);
    http::Response response = http::make_text(http::status::kOk, metrics::serialize());
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    co_return response;
}

awaitable<http::Response> answer_root(http::RequestPtr /*request*/) {
    co_return http::make_json(
        http::status::kOk,
        fmt::format(R"({{"name":"icelight","version":"{}","ingest":"/v1/batch","sql":"/query",)"
                    R"("catalog":"/iceberg","health":"/health","metrics":"/metrics"}})",
                    kVersion));
}

}  // namespace

void add_health_routes(http::Router& router, HealthRoutes with) {
    router.add({.method = http::Method::kGet,
                .pattern = "/health",
                .handler = [with](const http::RequestPtr& /*request*/) {
                    return answer_health(with);
                }});
    router.add({.method = http::Method::kGet,
                .pattern = "/metrics",
                .handler = [with](const http::RequestPtr& /*request*/) {
                    return answer_metrics(with);
                }});
    router.add({.method = http::Method::kGet, .pattern = "/", .handler = answer_root});
}

}  // namespace icelight::server
