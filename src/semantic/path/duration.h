#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace icelight::semantic {

/// An ISO 8601 duration in microseconds: "P7D", "PT1H30M", "P1W", "PT0.5S". Years and months have
/// no fixed length and are none.
///
/// @return nothing when it is not exactly that, or longer than 200 years.
std::optional<std::int64_t> parse_duration_us(std::string_view text);

}  // namespace icelight::semantic
