#include "app/telemetry.h"

#include "base/log.h"
#include "base/metrics.h"

namespace icelight::app::telemetry {
namespace {

constexpr std::string_view kModule = "app";

}  // namespace

void keys_changed(const char* what, const std::string& id) {
    log::info(kModule, what, {{"id", id}});
}

void keys_unreadable(const std::string& why) {
    log::error(kModule, "keys cannot be read", {{"why", why}});
}

void queries_forgotten(std::size_t count) {
    static auto& counter =
        metrics::counter("icelight_app_query_history_lost_total",
                         "Queries that ended and could not be kept in the history.");
    counter.add(static_cast<double>(count));
}

void history_unwritable(const std::string& why) {
    log::warn(kModule, "the query history cannot be written", {{"why", why}});
}

}  // namespace icelight::app::telemetry
