#pragma once

#include <string_view>

namespace icelight::server {

inline constexpr std::string_view kVersion = ICELIGHT_VERSION;

}  // namespace icelight::server
