#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace icelight {

/// The bytes of a base64 text (RFC 4648): either alphabet, padding optional. Empty: a character
/// that is in neither.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace icelight
