#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace icelight {

/// What these functions take for letters with a case: A to Z. Other bytes, UTF-8 among them, are
/// compared and kept as they are.
inline char small_letter(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lower_case(std::string_view text);

inline bool equal_ignoring_case(std::string_view left, std::string_view right) {
    return std::equal(left.begin(), left.end(), right.begin(), right.end(), [](char a, char b) {
        return small_letter(a) == small_letter(b);
    });
}

inline bool starts_with_ignoring_case(std::string_view text, std::string_view beginning) {
    return equal_ignoring_case(text.substr(0, beginning.size()), beginning);
}

}  // namespace icelight
