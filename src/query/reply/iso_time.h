#pragma once

#include <cstdint>
#include <string>

#include "engine/column_type.h"

namespace icelight::query {

/// ISO 8601: "2024-02-29T12:34:56.789Z" for instants (kTimestampTz), without Z for times without a
/// zone; 3 digits of fraction, or 6 or 9 where needed; "infinity" and "-infinity".
///
/// @param unit  one of the kTimestamp types; `value` is in its unit since 1970.
void append_iso_timestamp(std::int64_t value, engine::Type unit, std::string& out);

/// "2024-02-29"; "infinity" and "-infinity".
void append_iso_date(std::int32_t days, std::string& out);

}  // namespace icelight::query
