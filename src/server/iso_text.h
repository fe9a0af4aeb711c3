#pragma once

#include <string>

#include "base/clock.h"

namespace icelight::server {

/// "2026-01-31T12:00:00Z"
std::string iso_seconds(TimestampUs time_us);

/// "2026-01-31T12:00:00.123Z"
std::string iso_milliseconds(TimestampUs time_us);

}  // namespace icelight::server
