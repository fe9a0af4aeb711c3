#include "server/telemetry.h"

#include <array>
#include <cstdio>

#include <fmt/format.h>

#include "base/log.h"
#include "base/metrics.h"

namespace icelight::server::telemetry {
namespace {

constexpr std::string_view kModule = "server";

/// Codes that may label a series; anything else counts as "other", so that clients cannot make new
/// ones.
constexpr std::array kCodes = {"missing_field",
                               "type_mismatch",
                               "parse_failure",
                               "null_value",
                               "too_large",
                               "too_deep",
                               "invalid_value",
                               "unauthenticated",
                               "too_many_requests",
                               "unavailable",
                               "bad_request",
                               "invalid_argument",
                               "overloaded",
                               "shutting_down",
                               "timeout",
                               "io"};

/// Every series of the family is made at start; later only found.
metrics::Counter& refused(std::string_view code) {
    static const auto series = [] {
        std::array<metrics::Counter*, kCodes.size() + 1> made{};
        for (std::size_t i = 0; i < made.size(); ++i) {
            made[i] = &metrics::counter("icelight_server_events_refused_total",
                                        "Events (or whole requests) that were refused, by code.",
                                        {{"code", i < kCodes.size() ? kCodes[i] : "other"}});
        }
        return made;
    }();
    for (std::size_t i = 0; i < kCodes.size(); ++i) {
        if (code == kCodes[i]) return *series[i];
    }
    return *series.back();
}

}  // namespace

void started(const std::string& address, const std::string& settings) {
    refused("other").add(0);
    log::info(kModule, "ready", {{"address", address}, {"settings", settings}});
}

void keys_advised() {
    fmt::print(
        stderr,
        "icelight: anybody who reaches this address may send events; make the first keys with\n"
        "icelight:   icelight source add NAME               prints a write key for SDKs\n"
        "icelight:   icelight token add NAME --role admin   prints a token for queries\n");
}

void cannot_start(const std::string& why) {
    fmt::print(stderr, "icelight: cannot start: {}\n", why);
}

void stopping() {
    log::info(kModule, "stopping");
}

void stopped() {
    log::info(kModule, "stopped");
}

void stop_cut_short(const char* part, const std::string& why) {
    log::warn(kModule, "stop cut short", {{"part", part}, {"why", why}});
}

void sql_unavailable(const std::string& why) {
    log::warn(kModule, "no SQL worker can serve", {{"why", why}});
}

void cubes_unchecked(const std::string& why) {
    log::warn(kModule, "cubes were not checked", {{"why", why}});
}

void sql_without_landlock() {
    log::warn(kModule,
              "this kernel has no Landlock: SQL is kept from other files by the other fences only",
              {});
}

void accepted(std::size_t stored, std::size_t duplicates, std::chrono::microseconds waited) {
    static auto& stored_total = metrics::counter("icelight_server_events_accepted_total",
                                                 "Events acknowledged, by kind.",
                                                 {{"kind", "stored"}});
    static auto& duplicate_total = metrics::counter("icelight_server_events_accepted_total",
                                                    "Events acknowledged, by kind.",
                                                    {{"kind", "duplicate"}});
    static auto& ack_seconds =
        metrics::histogram("icelight_server_ack_seconds",
                           "From a request's last byte to its events being on disk.",
                           metrics::duration_buckets_seconds());
    if (stored > 0) stored_total.add(static_cast<double>(stored));
    if (duplicates > 0) duplicate_total.add(static_cast<double>(duplicates));
    ack_seconds.observe(std::chrono::duration<double>(waited).count());
}

void refused_events(std::string_view code, std::size_t events) {
    refused(code).add(static_cast<double>(events));
}

void refused_request(std::string_view code) {
    refused(code).add();
}

void live_readers(std::size_t count) {
    static auto& readers =
        metrics::gauge("icelight_server_live_readers", "Clients that follow /api/live.");
    readers.set(static_cast<double>(count));
}

void replayed(std::uint64_t taken, std::uint64_t stored, std::uint64_t rejected) {
    static auto& replayed_total = metrics::counter(
        "icelight_server_rejects_replayed_total", "Rejected events that were run again.", {});
    replayed_total.add(static_cast<double>(taken));
    log::info(kModule,
              "rejects replayed",
              {{"rejects", taken}, {"stored", stored}, {"rejected", rejected}});
}

void sdk_counters_received() {
    static auto& total = metrics::counter("icelight_server_sdk_counters_requests_total",
                                          "Requests with counters of an SDK itself; not kept.");
    total.add();
}

void floor_reached(const std::string& why) {
    if (why.empty()) {
        log::info(kModule, "there is room for events again");
    } else {
        log::warn(kModule, "events are refused", {{"why", why}});
    }
}

}  // namespace icelight::server::telemetry
