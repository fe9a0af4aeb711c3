#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace icelight::server {

/// A key that an object holds twice: parsers keep one of the values and say nothing of the other.
struct RepeatedKey {
    std::string key;
    std::string pointer;  ///< RFC 6901: of the member.
};

/// The first key in valid JSON that its object holds already. Empty for what is not JSON, and for
/// what is nested deeper than `depth_max`: its parser says so.
///
/// @cost one pass over the text, and a set of the keys of each open object.
std::optional<RepeatedKey> find_repeated_key(std::string_view text, std::size_t depth_max);

}  // namespace icelight::server
