#include "app/telemetry.h"

#include "base/log.h"

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

}  // namespace icelight::app::telemetry
