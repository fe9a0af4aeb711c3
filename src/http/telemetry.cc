#include "http/telemetry.h"

#include <array>
#include <string>

#include "base/log.h"
#include "base/metrics.h"

namespace icelight::http::telemetry {
namespace {

constexpr std::string_view kModule = "http";
constexpr std::size_t kStatusClasses = 6;

metrics::Gauge& open_connections() {
    static metrics::Gauge& gauge =
        metrics::gauge("icelight_http_connections", "Connections that are open.");
    return gauge;
}

std::array<metrics::Counter*, kStatusClasses> make_answer_counters() {
    constexpr std::array<const char*, kStatusClasses> kClasses = {
        "broken", "1xx", "2xx", "3xx", "4xx", "5xx"};
    std::array<metrics::Counter*, kStatusClasses> counters{};
    for (std::size_t i = 0; i < kStatusClasses; ++i) {
        counters[i] = &metrics::counter(
            "icelight_http_answers_total", "Answers by status class.", {{"class", kClasses[i]}});
    }
    return counters;
}

}  // namespace

void connection_opened() {
    static metrics::Counter& total =
        metrics::counter("icelight_http_connections_total", "Connections accepted.");
    total.add();
    open_connections().add(1);
}

void connection_closed() {
    open_connections().add(-1);
}

void connection_refused(std::string_view reason) {
    static metrics::Counter& total = metrics::counter(
        "icelight_http_connections_refused_total", "Connections turned away: too many are open.");
    total.add();
    log::warn(kModule, "connection refused", {{"reason", reason}});
}

void answered(int status, std::size_t request_body_bytes) {
    static const std::array<metrics::Counter*, kStatusClasses> counters = make_answer_counters();
    static metrics::Counter& body_bytes = metrics::counter("icelight_http_request_body_bytes_total",
                                                           "Request bodies as they were sent.");
    const auto status_class = static_cast<std::size_t>(status / 100);
    counters[status_class < kStatusClasses ? status_class : 0]->add();
    if (request_body_bytes > 0) body_bytes.add(static_cast<double>(request_body_bytes));
}

void accept_failed(std::string_view error) {
    static metrics::Counter& total = metrics::counter("icelight_http_accept_failures_total",
                                                      "accept() refused by the operating system.");
    total.add();
    log::warn(kModule, "accept failed, trying again", {{"error", error}});
}

void listening(std::string_view address, unsigned port) {
    log::info(kModule, "listening", {{"address", address}, {"port", port}});
}

}  // namespace icelight::http::telemetry
