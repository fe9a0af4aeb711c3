#include "iceberg/bounds.h"

#include <cstdint>

namespace icelight::iceberg {

namespace {

constexpr std::uint32_t kCodePointMax = 0x10ffff;
constexpr std::uint32_t kSurrogateFirst = 0xd800;
constexpr std::uint32_t kSurrogateLast = 0xdfff;

bool is_continuation(char byte) {
    return (static_cast<unsigned char>(byte) & 0xc0) == 0x80;
}

/// Where code point `count` begins; the size when there are no more than `count`.
std::size_t bytes_of_code_points(std::string_view text, std::size_t count) {
    std::size_t position = 0;
    for (; count > 0 && position < text.size(); --count) {
        ++position;
        while (position < text.size() && is_continuation(text[position]))
            ++position;
    }
    return position;
}

/// The code point that `bytes` is; empty when it is not exactly one, spelled as UTF-8 demands.
std::optional<std::uint32_t> find_code_point(std::string_view bytes) {
    const auto lead = static_cast<unsigned char>(bytes.front());
    if (lead < 0x80) return bytes.size() == 1 ? std::optional<std::uint32_t>(lead) : std::nullopt;
    if (lead < 0xc2 || lead > 0xf4) return std::nullopt;
    const std::size_t length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (bytes.size() != length) return std::nullopt;
    std::uint32_t point = lead & (0x7fU >> length);
    for (const char byte : bytes.substr(1)) {
        point = point << 6 | (static_cast<unsigned char>(byte) & 0x3fU);
    }
    const std::uint32_t lowest = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000;
    if (point < lowest || point > kCodePointMax) return std::nullopt;
    if (point >= kSurrogateFirst && point <= kSurrogateLast) return std::nullopt;
    return point;
}

void append_code_point(std::string& out, std::uint32_t point) {
    if (point < 0x80) {
        out += static_cast<char>(point);
        return;
    }
    if (point < 0x800) {
        out += static_cast<char>(0xc0 | point >> 6);
    } else {
        if (point < 0x10000) {
            out += static_cast<char>(0xe0 | point >> 12);
        } else {
            out += static_cast<char>(0xf0 | point >> 18);
            out += static_cast<char>(0x80 | (point >> 12 & 0x3f));
        }
        out += static_cast<char>(0x80 | (point >> 6 & 0x3f));
    }
    out += static_cast<char>(0x80 | (point & 0x3f));
}

}  // namespace

std::string truncate_string_lower(std::string_view text, std::size_t length) {
    return std::string(text.substr(0, bytes_of_code_points(text, length)));
}

std::optional<std::string> truncate_string_upper(std::string_view text, std::size_t length) {
    auto head = text.substr(0, bytes_of_code_points(text, length));
    if (head.size() == text.size()) return std::string(text);
    while (!head.empty()) {
        auto begin = head.size() - 1;
        while (begin > 0 && is_continuation(head[begin]))
            --begin;
        auto point = find_code_point(head.substr(begin));
        // Bytes that are not UTF-8 have no successor that readers agree on.
        if (!point) return std::nullopt;
        if (*point < kCodePointMax) {
            auto next = *point + 1;
            if (next == kSurrogateFirst) next = kSurrogateLast + 1;
            std::string raised(head.substr(0, begin));
            append_code_point(raised, next);
            return raised;
        }
        head = head.substr(0, begin);
    }
    return std::nullopt;
}

std::string truncate_binary_lower(std::string_view bytes, std::size_t length) {
    return std::string(bytes.substr(0, length));
}

std::optional<std::string> truncate_binary_upper(std::string_view bytes, std::size_t length) {
    if (bytes.size() <= length) return std::string(bytes);
    std::string head(bytes.substr(0, length));
    while (!head.empty()) {
        const auto last = static_cast<unsigned char>(head.back());
        if (last < 0xff) {
            head.back() = static_cast<char>(last + 1);
            return head;
        }
        head.pop_back();
    }
    return std::nullopt;
}

}  // namespace icelight::iceberg
