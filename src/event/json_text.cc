#include "event/json_text.h"

#include <cstdint>
#include <cstring>

namespace icelight::event {
namespace {

constexpr std::uint32_t kReplacement = 0xFFFD;

std::uint32_t hex_digit(char c) {
    if (c >= '0' && c <= '9') return static_cast<std::uint32_t>(c - '0');
    return static_cast<std::uint32_t>((c | 0x20) - 'a') + 10;
}

std::uint32_t hex4(const char* at) {
    return hex_digit(at[0]) << 12 | hex_digit(at[1]) << 8 | hex_digit(at[2]) << 4 |
           hex_digit(at[3]);
}

char* put_utf8(std::uint32_t code, char* out) {
    auto put = [&out](std::uint32_t byte) {
        *out++ = static_cast<char>(byte);
    };
    if (code < 0x80) {
        put(code);
    } else if (code < 0x800) {
        put(0xC0 | code >> 6);
        put(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        put(0xE0 | code >> 12);
        put(0x80 | (code >> 6 & 0x3F));
        put(0x80 | (code & 0x3F));
    } else {
        put(0xF0 | code >> 18);
        put(0x80 | (code >> 12 & 0x3F));
        put(0x80 | (code >> 6 & 0x3F));
        put(0x80 | (code & 0x3F));
    }
    return out;
}

/// `at` is past "\u"; returns the offset past the escape, which may be a pair.
std::size_t take_unicode(std::string_view inside, std::size_t at, std::uint32_t& code) {
    code = hex4(inside.data() + at);
    at += 4;
    if (code < 0xD800 || code > 0xDFFF) return at;
    const bool has_second =
        code < 0xDC00 && at + 6 <= inside.size() && inside[at] == '\\' && inside[at + 1] == 'u';
    const std::uint32_t low = has_second ? hex4(inside.data() + at + 2) : 0;
    if (low < 0xDC00 || low > 0xDFFF) {
        code = kReplacement;
        return at;
    }
    code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    return at + 6;
}

char simple_escape(char c) {
    switch (c) {
        case 'b':
            return '\b';
        case 'f':
            return '\f';
        case 'n':
            return '\n';
        case 'r':
            return '\r';
        case 't':
            return '\t';
        default:
            return c;  // quote, backslash, slash
    }
}

}  // namespace

char* unescape_json(std::string_view inside, char* out) {
    std::size_t at = 0;
    while (at < inside.size()) {
        const std::size_t found = inside.find('\\', at);
        const std::size_t plain_end = found == std::string_view::npos ? inside.size() : found;
        std::memcpy(out, inside.data() + at, plain_end - at);
        out += plain_end - at;
        at = plain_end;
        if (at == inside.size()) break;
        const char kind = inside[at + 1];
        at += 2;
        if (kind == 'u') {
            std::uint32_t code = 0;
            at = take_unicode(inside, at, code);
            out = put_utf8(code, out);
        } else {
            *out++ = simple_escape(kind);
        }
    }
    return out;
}

std::string unescape_json(std::string_view inside) {
    std::string out(inside.size(), '\0');
    char* const end = unescape_json(inside, out.data());
    out.resize(static_cast<std::size_t>(end - out.data()));
    return out;
}

void append_json_string(std::string& out, std::string_view text) {
    constexpr char kHex[] = "0123456789abcdef";
    out += '"';
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (byte < 0x20) {
            out += "\\u00";
            out += kHex[byte >> 4];
            out += kHex[byte & 15];
        } else {
            out += c;
        }
    }
    out += '"';
}

std::size_t find_string_end(std::string_view json, std::size_t at) {
    for (++at; json[at] != '"'; ++at) {
        if (json[at] == '\\') ++at;
    }
    return at + 1;
}

}  // namespace icelight::event
