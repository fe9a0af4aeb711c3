#include "server/reject_quota.h"

namespace icelight::server {

bool RejectQuota::take(const std::string& source_id, std::size_t bytes) {
    constexpr auto kWindow = std::chrono::minutes(1);
    const auto now = clock_.steady();
    const std::lock_guard lock(mutex_);
    if (windows_.size() >= kSourcesMax) windows_.clear();
    auto [place, is_new] = windows_.try_emplace(source_id);
    Window& window = place->second;
    if (is_new || now - window.begin >= kWindow) window = {.begin = now};
    if (window.count >= kCountMax || window.bytes + bytes > kBytesMax) return false;
    ++window.count;
    window.bytes += bytes;
    return true;
}

}  // namespace icelight::server
