#include "query/reply/json_value.h"

#include <charconv>
#include <cmath>
#include <cstdint>

#include <fmt/format.h>
#include <simdjson.h>

#include "query/reply/iso_time.h"

namespace icelight::query {
namespace {

using engine::HugeInt;
using engine::ListEntry;
using engine::Type;
using engine::VectorView;

constexpr std::int64_t kExactIntegerMax = std::int64_t{1} << 53;

enum class Style : std::uint8_t { kJson, kPlain };

template <class Number>
void append_number(Number value, std::string& out) {
    char digits[64];
    const auto end = std::to_chars(digits, digits + sizeof(digits), value);
    out.append(digits, end.ptr);
}

/// A number that a double cannot hold goes in quotes.
template <class Number>
void append_integer(Number value, Style style, std::string& out) {
    bool is_exact = value <= static_cast<Number>(kExactIntegerMax);
    if constexpr (std::is_signed_v<Number>) is_exact = is_exact && value >= -kExactIntegerMax;
    const bool is_quoted = style == Style::kJson && !is_exact;
    if (is_quoted) out += '"';
    append_number(value, out);
    if (is_quoted) out += '"';
}

/// Many readers of JSON make the integer 0 of "-0".
template <class Real>
void append_finite(Real value, std::string& out) {
    append_number(value, out);
    if (value == 0 && std::signbit(value)) out += ".0";
}

void append_real(double value, Style style, std::string& out) {
    if (std::isfinite(value)) return append_finite(value, out);
    const char* const name = std::isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
    if (style == Style::kJson) {
        append_json_string(name, out);
    } else {
        out += name;
    }
}

/// Digits written by the engine, quoted when more than a double can hold.
void append_wide_number(const VectorView& vector, std::size_t row, Style style, std::string& out) {
    std::string text;
    engine::append_text(vector, row, text);
    std::uint64_t digits = 0;
    bool is_exact = true;
    for (const char c : text) {
        if (c < '0' || c > '9') continue;
        digits = digits * 10 + static_cast<std::uint64_t>(c - '0');
        is_exact = is_exact && digits <= static_cast<std::uint64_t>(kExactIntegerMax);
        if (!is_exact) break;
    }
    if (style == Style::kJson && !is_exact) return append_json_string(text, out);
    out += text;
}

void append_string(std::string_view text, Style style, std::string& out) {
    if (style == Style::kJson) {
        append_json_string(text, out);
    } else {
        out += text;
    }
}

void append_list(const VectorView& vector, std::size_t row, std::string& out) {
    const ListEntry entry = vector.list(row);
    const VectorView items = vector.child(0);
    out += '[';
    for (std::uint64_t i = 0; i < entry.count; ++i) {
        if (i != 0) out += ',';
        append_json(items, entry.offset + i, out);
    }
    out += ']';
}

/// Members without names, of row(...), are a list.
void append_struct(const VectorView& vector, std::size_t row, std::string& out) {
    const auto& labels = vector.type().labels;
    const bool has_names = labels.empty() || !labels[0].empty();
    out += has_names ? '{' : '[';
    for (std::size_t i = 0; i < labels.size(); ++i) {
        if (i != 0) out += ',';
        if (has_names) {
            append_json_string(labels[i], out);
            out += ':';
        }
        append_json(vector.child(i), row, out);
    }
    out += has_names ? '}' : ']';
}

void append_map(const VectorView& vector, std::size_t row, std::string& out) {
    const ListEntry entry = vector.list(row);
    const VectorView keys = vector.child(0);
    const VectorView values = vector.child(1);
    const bool is_object = keys.type().type == Type::kVarchar;
    out += is_object ? '{' : '[';
    for (std::uint64_t i = entry.offset; i < entry.offset + entry.count; ++i) {
        if (i != entry.offset) out += ',';
        if (!is_object) out += R"({"key":)";
        append_json(keys, i, out);
        out += is_object ? ":" : R"(,"value":)";
        append_json(values, i, out);
        if (!is_object) out += '}';
    }
    out += is_object ? '}' : ']';
}

VectorView union_member(const VectorView& vector, std::size_t row) {
    return vector.child(static_cast<std::size_t>(vector.child(0).integer(row)) + 1);
}

void append_union(const VectorView& vector, std::size_t row, Style style, std::string& out) {
    if (style == Style::kJson) {
        append_json(union_member(vector, row), row, out);
    } else {
        append_plain(union_member(vector, row), row, out);
    }
}

void append_time(const VectorView& vector, std::size_t row, Style style, std::string& out) {
    if (style == Style::kJson) out += '"';
    if (vector.type().type == Type::kDate) {
        append_iso_date(vector.value<std::int32_t>(row), out);
    } else {
        append_iso_timestamp(vector.value<std::int64_t>(row), vector.type().type, out);
    }
    if (style == Style::kJson) out += '"';
}

void append_value(const VectorView& vector, std::size_t row, Style style, std::string& out) {
    switch (vector.type().type) {
        case Type::kBoolean:
            out += vector.value<bool>(row) ? "true" : "false";
            return;
        case Type::kInt8:
        case Type::kInt16:
        case Type::kInt32:
        case Type::kInt64:
        case Type::kUInt8:
        case Type::kUInt16:
        case Type::kUInt32:
            return append_integer(vector.integer(row), style, out);
        case Type::kUInt64:
            return append_integer(vector.value<std::uint64_t>(row), style, out);
        case Type::kHugeInt:
        case Type::kUHugeInt:
        case Type::kDecimal:
            return append_wide_number(vector, row, style, out);
        case Type::kFloat:
            // By its own shortest digits: 0.1f is 0.1.
            if (const auto value = vector.value<float>(row); std::isfinite(value)) {
                return append_finite(value, out);
            }
            return append_real(vector.real(row), style, out);
        case Type::kDouble:
            return append_real(vector.real(row), style, out);
        case Type::kVarchar:
            return append_string(vector.bytes(row), style, out);
        case Type::kDate:
        case Type::kTimestampS:
        case Type::kTimestampMs:
        case Type::kTimestamp:
        case Type::kTimestampNs:
        case Type::kTimestampTz:
            return append_time(vector, row, style, out);
        case Type::kList:
        case Type::kArray:
            return append_list(vector, row, out);
        case Type::kStruct:
            return append_struct(vector, row, out);
        case Type::kMap:
            return append_map(vector, row, out);
        case Type::kUnion:
            return append_union(vector, row, style, out);
        default: {
            std::string text;
            engine::append_text(vector, row, text);
            return append_string(text, style, out);
        }
    }
}

void append_escaped(char c, std::string& out) {
    switch (c) {
        case '"':
            out += "\\\"";
            return;
        case '\\':
            out += "\\\\";
            return;
        case '\n':
            out += "\\n";
            return;
        case '\r':
            out += "\\r";
            return;
        case '\t':
            out += "\\t";
            return;
        default:
            fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(c));
    }
}

/// `text` with each byte that is no UTF-8 replaced.
std::string make_utf8(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        std::size_t taken = std::min<std::size_t>(4, text.size());
        while (taken > 0 && !simdjson::validate_utf8(text.data(), taken))
            --taken;
        if (taken == 0) {
            out += "\xEF\xBF\xBD";
            text.remove_prefix(1);
        } else {
            out.append(text.substr(0, taken));
            text.remove_prefix(taken);
        }
    }
    return out;
}

}  // namespace

void append_json_string(std::string_view text, std::string& out) {
    if (!simdjson::validate_utf8(text.data(), text.size())) {
        return append_json_string(make_utf8(text), out);
    }
    out += '"';
    std::size_t begin = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if (c >= 0x20 && c != '"' && c != '\\') [[likely]]
            continue;
        out.append(text, begin, i - begin);
        append_escaped(text[i], out);
        begin = i + 1;
    }
    out.append(text, begin);
    out += '"';
}

bool is_null_value(const VectorView& vector, std::size_t row) {
    if (vector.type().type == Type::kNull || vector.is_null(row)) return true;
    return vector.type().type == Type::kUnion && is_null_value(union_member(vector, row), row);
}

void append_json(const VectorView& vector, std::size_t row, std::string& out) {
    if (vector.type().type == Type::kNull || vector.is_null(row)) {
        out += "null";
        return;
    }
    append_value(vector, row, Style::kJson, out);
}

void append_plain(const VectorView& vector, std::size_t row, std::string& out) {
    if (is_null_value(vector, row)) return;
    append_value(vector, row, Style::kPlain, out);
}

}  // namespace icelight::query
