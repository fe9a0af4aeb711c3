#include "event/testing/json_reader.h"

#include <cstdint>

#include "base/check.h"

namespace icelight::event::testing {
namespace {

bool is_utf8(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        const auto first = static_cast<unsigned char>(text[i]);
        std::size_t length = 1;
        std::uint32_t code = first;
        if (first >= 0xF0) {
            length = 4;
            code = first & 0x07u;
        } else if (first >= 0xE0) {
            length = 3;
            code = first & 0x0Fu;
        } else if (first >= 0xC0) {
            length = 2;
            code = first & 0x1Fu;
        } else if (first >= 0x80) {
            return false;
        }
        if (first > 0xF7 || i + length > text.size()) return false;
        for (std::size_t k = 1; k < length; ++k) {
            const auto next = static_cast<unsigned char>(text[i + k]);
            if ((next & 0xC0) != 0x80) return false;
            code = code << 6 | (next & 0x3Fu);
        }
        const std::uint32_t lowest[] = {0, 0, 0x80, 0x800, 0x10000};
        if (code < lowest[length] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) {
            return false;
        }
        i += length;
    }
    return true;
}

void append_utf8(std::string& out, std::uint32_t code) {
    if (code < 0x80) {
        out += static_cast<char>(code);
        return;
    }
    std::string tail;
    std::uint32_t first_max = 0x3F;
    while (code > first_max) {
        tail.insert(tail.begin(), static_cast<char>(0x80 | (code & 0x3F)));
        code >>= 6;
        first_max >>= 1;
    }
    out += static_cast<char>((~first_max << 1 & 0xFF) | code);
    out += tail;
}

class Reader {
public:
    explicit Reader(std::string_view text) : text_(text) {}

    std::optional<JsonValue> document() {
        JsonValue value;
        if (!is_utf8(text_) || !read(value)) return std::nullopt;
        skip_space();
        if (at_ != text_.size()) return std::nullopt;
        return value;
    }

private:
    char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

    bool take(char c) {
        if (at_ >= text_.size() || text_[at_] != c) return false;
        ++at_;
        return true;
    }

    void skip_space() {
        while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != text_.npos)
            ++at_;
    }

    bool read(JsonValue& value) {
        skip_space();
        const std::size_t begin = at_;
        value.kind = peek();
        bool ok = false;
        switch (value.kind) {
            case '{':
                ok = read_object(value);
                break;
            case '[':
                ok = read_array(value);
                break;
            case '"':
                ok = read_string(value.text);
                break;
            case 't':
                ok = read_word("true");
                break;
            case 'f':
                ok = read_word("false");
                break;
            case 'n':
                ok = read_word("null");
                break;
            default:
                value.kind = '0';
                ok = read_number();
                break;
        }
        value.raw = text_.substr(begin, at_ - begin);
        return ok;
    }

    bool read_word(std::string_view word) {
        if (text_.substr(at_, word.size()) != word) return false;
        at_ += word.size();
        return true;
    }

    bool take_digits() {
        const std::size_t begin = at_;
        while (peek() >= '0' && peek() <= '9')
            ++at_;
        return at_ > begin;
    }

    /// What stands behind a number is its reader's caller's.
    bool read_number() {
        take('-');
        if (!take('0') && !take_digits()) return false;
        if (take('.') && !take_digits()) return false;
        if (!take('e') && !take('E')) return true;
        if (!take('+')) take('-');
        return take_digits();
    }

    std::optional<std::uint32_t> hex4() {
        if (at_ + 4 > text_.size()) return std::nullopt;
        const std::string digits(text_.substr(at_, 4));
        if (digits.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos) {
            return std::nullopt;
        }
        at_ += 4;
        return static_cast<std::uint32_t>(std::stoul(digits, nullptr, 16));
    }

    bool read_unicode(std::string& out) {
        auto code = hex4();
        if (!code) return false;
        if (*code >= 0xD800 && *code < 0xDC00 && text_.substr(at_, 2) == "\\u") {
            const std::size_t back = at_;
            at_ += 2;
            const auto low = hex4();
            if (!low) return false;
            if (*low >= 0xDC00 && *low < 0xE000) {
                code = 0x10000 + (*code - 0xD800) * 0x400 + (*low - 0xDC00);
            } else {
                at_ = back;
            }
        }
        append_utf8(out, *code >= 0xD800 && *code < 0xE000 ? 0xFFFD : *code);
        return true;
    }

    bool read_string(std::string& out) {
        if (!take('"')) return false;
        while (!take('"')) {
            if (at_ >= text_.size()) return false;
            const char c = text_[at_++];
            if (static_cast<unsigned char>(c) < 0x20) return false;
            if (c != '\\') {
                out += c;
                continue;
            }
            const std::string_view kinds = "\"\\/bfnrt";
            const std::string_view stand_for = "\"\\/\b\f\n\r\t";
            const char kind = peek();
            ++at_;
            if (kind == 'u') {
                if (!read_unicode(out)) return false;
            } else {
                const std::size_t found = kinds.find(kind);
                if (kind == '\0' || found == kinds.npos) return false;
                out += stand_for[found];
            }
        }
        return true;
    }

    bool read_object(JsonValue& value) {
        take('{');
        skip_space();
        if (take('}')) return true;
        for (;;) {
            skip_space();
            JsonValue::Member member;
            const std::size_t begin = at_;
            if (!read_string(member.name)) return false;
            skip_space();
            if (!take(':') || !read(member.value.emplace_back())) return false;
            member.raw = text_.substr(begin, at_ - begin);
            value.members.push_back(std::move(member));
            skip_space();
            if (take('}')) return true;
            if (!take(',')) return false;
        }
    }

    bool read_array(JsonValue& value) {
        take('[');
        skip_space();
        if (take(']')) return true;
        for (;;) {
            if (!read(value.elements.emplace_back())) return false;
            skip_space();
            if (take(']')) return true;
            if (!take(',')) return false;
        }
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

}  // namespace

const JsonValue* JsonValue::find(std::string_view name) const {
    const JsonValue* found = nullptr;
    for (const Member& member : members) {
        if (member.name == name) found = &member.value.front();
    }
    return found;
}

std::optional<JsonValue> read_json(std::string_view text) {
    return Reader(text).document();
}

JsonValue read_known_json(std::string_view text) {
    auto value = read_json(text);
    if (!value) die(__FILE__, __LINE__, "read_json", text);
    return *std::move(value);
}

}  // namespace icelight::event::testing
