#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace icelight::iceberg {

/// Length of string bounds in code points, and of binary bounds in bytes.
inline constexpr std::size_t kBoundLength = 16;

/// The first `length` code points: never above `text`. Invalid UTF-8 is cut at bytes that cannot
/// continue a code point.
std::string truncate_string_lower(std::string_view text, std::size_t length = kBoundLength);

/// A string of at most `length` code points that is not below `text`: its head, with the last code
/// point that can be raised raised by one. Empty optional: no such string, leave the column
/// without an upper bound.
std::optional<std::string> truncate_string_upper(std::string_view text,
                                                 std::size_t length = kBoundLength);

/// The same over bytes.
std::string truncate_binary_lower(std::string_view bytes, std::size_t length = kBoundLength);
std::optional<std::string> truncate_binary_upper(std::string_view bytes,
                                                 std::size_t length = kBoundLength);

}  // namespace icelight::iceberg
