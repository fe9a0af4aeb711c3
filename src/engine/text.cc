#include <array>
#include <string>

#include <fmt/format.h>

#include "engine/duckdb_internal.h"
#include "engine/query_result.h"

/// append_text(): values as CAST(... AS VARCHAR) writes them.
namespace icelight::engine {
namespace {

__extension__ using UInt128 = unsigned __int128;

constexpr std::int64_t kMicrosPerSecond = 1'000'000;
constexpr std::int64_t kSecondsPerDay = 86'400;

void append_unsigned(UInt128 value, std::string& out) {
    std::array<char, 40> digits{};
    std::size_t at = digits.size();
    do {
        digits[--at] = static_cast<char>('0' + static_cast<int>(value % 10));
        value /= 10;
    } while (value != 0);
    out.append(digits.data() + at, digits.size() - at);
}

UInt128 bits_of(HugeInt value) {
    return (static_cast<UInt128>(static_cast<std::uint64_t>(value.high)) << 64) | value.low;
}

/// @return the magnitude; appends the sign.
UInt128 take_sign(HugeInt value, std::string& out) {
    if (value.high >= 0) return bits_of(value);
    out += '-';
    return UInt128{0} - bits_of(value);
}

HugeInt widen(std::int64_t value) {
    return {static_cast<std::uint64_t>(value), value < 0 ? -1 : 0};
}

HugeInt decimal_value(const VectorView& vector, std::size_t row) {
    switch (vector.type().storage) {
        case Type::kInt16:
            return widen(vector.value<std::int16_t>(row));
        case Type::kInt32:
            return widen(vector.value<std::int32_t>(row));
        case Type::kInt64:
            return widen(vector.value<std::int64_t>(row));
        default:
            return vector.value<HugeInt>(row);
    }
}

void append_decimal(const VectorView& vector, std::size_t row, std::string& out) {
    std::string digits;
    append_unsigned(take_sign(decimal_value(vector, row), out), digits);
    const std::size_t scale = vector.type().scale;
    if (digits.size() <= scale) digits.insert(0, scale + 1 - digits.size(), '0');
    out.append(digits, 0, digits.size() - scale);
    if (scale > 0) out.append(".").append(digits, digits.size() - scale);
}

template <class Real>
void append_real(Real value, std::string& out) {
    const std::string text = fmt::format("{}", value);
    out += text;
    // A whole number keeps its point: 1.0.
    if (text.find_first_not_of("-0123456789") == std::string::npos) out += ".0";
}

/// ".25" for 250,000 of a million; nothing for 0.
void append_fraction(std::int64_t value, int digits, std::string& out) {
    if (value == 0) return;
    std::string text = fmt::format(".{:0{}}", value, digits);
    while (text.back() == '0')
        text.pop_back();
    out += text;
}

void append_clock(std::int64_t seconds, std::string& out) {
    fmt::format_to(std::back_inserter(out),
                   "{:02}:{:02}:{:02}",
                   seconds / 3600,
                   seconds / 60 % 60,
                   seconds % 60);
}

void append_date(std::int32_t days, std::string& out) {
    const duckdb_date date{days};
    if (!duckdb_is_finite_date(date)) {
        out += days < 0 ? "-infinity" : "infinity";
        return;
    }
    const duckdb_date_struct parts = duckdb_from_date(date);
    const int year = parts.year > 0 ? parts.year : 1 - parts.year;
    fmt::format_to(std::back_inserter(out), "{:04}-{:02}-{:02}", year, parts.month, parts.day);
    if (parts.year <= 0) out += " (BC)";
}

/// `digits`: of the fraction of a second in the unit, 0, 3, 6 or 9.
void append_timestamp(std::int64_t value, int digits, bool is_utc, std::string& out) {
    if (value == INT64_MAX || value == -INT64_MAX) {
        out += value < 0 ? "-infinity" : "infinity";
        return;
    }
    std::int64_t per_second = 1;
    for (int i = 0; i < digits; ++i)
        per_second *= 10;
    const std::int64_t per_day = per_second * kSecondsPerDay;
    std::int64_t days = value / per_day;
    std::int64_t rest = value % per_day;
    if (rest < 0) {
        rest += per_day;
        --days;
    }
    append_date(static_cast<std::int32_t>(days), out);
    out += ' ';
    append_clock(rest / per_second, out);
    append_fraction(rest % per_second, digits, out);
    if (is_utc) out += "+00";
}

void append_time_tz(std::uint64_t bits, std::string& out) {
    const duckdb_time_tz_struct parts = duckdb_from_time_tz(duckdb_time_tz{bits});
    append_clock(parts.time.hour * 3600 + parts.time.min * 60 + parts.time.sec, out);
    append_fraction(parts.time.micros, 6, out);
    const int offset = parts.offset < 0 ? -parts.offset : parts.offset;
    out += parts.offset < 0 ? '-' : '+';
    fmt::format_to(std::back_inserter(out), "{:02}", offset / 3600);
    if (offset % 3600 != 0) {
        fmt::format_to(std::back_inserter(out), ":{:02}", offset / 60 % 60);
    }
    if (offset % 60 != 0) fmt::format_to(std::back_inserter(out), ":{:02}", offset % 60);
}

void append_unit(std::int32_t value, std::string_view unit, std::string& out) {
    if (value == 0) return;
    if (!out.empty()) out += ' ';
    fmt::format_to(std::back_inserter(out), "{} {}", value, unit);
    if (value != 1 && value != -1) out += 's';
}

void append_interval(const Interval& value, std::string& all) {
    std::string out;
    append_unit(value.months / 12, "year", out);
    append_unit(value.months % 12, "month", out);
    append_unit(value.days, "day", out);
    if (value.micros != 0 || out.empty()) {
        if (!out.empty()) out += ' ';
        if (value.micros < 0) out += '-';
        const auto micros = value.micros < 0 ? 0 - static_cast<std::uint64_t>(value.micros)
                                             : static_cast<std::uint64_t>(value.micros);
        append_clock(static_cast<std::int64_t>(micros / kMicrosPerSecond), out);
        append_fraction(static_cast<std::int64_t>(micros % kMicrosPerSecond), 6, out);
    }
    all += out;
}

void append_uuid(HugeInt value, std::string& out) {
    // Stored with the top bit flipped, so that it sorts as signed.
    const auto high = static_cast<std::uint64_t>(value.high) ^ (std::uint64_t{1} << 63);
    fmt::format_to(std::back_inserter(out),
                   "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
                   high >> 32,
                   (high >> 16) & 0xffff,
                   high & 0xffff,
                   value.low >> 48,
                   value.low & 0xffffffffffff);
}

void append_blob(std::string_view bytes, std::string& out) {
    for (const char c : bytes) {
        const bool is_plain = c >= 32 && c <= 126 && c != '\\' && c != '\'' && c != '"';
        if (is_plain) {
            out += c;
        } else {
            fmt::format_to(std::back_inserter(out), "\\x{:02X}", static_cast<unsigned char>(c));
        }
    }
}

void append_bits(std::string_view bytes, std::string& out) {
    // The first byte counts the padding bits in front of the first value bit.
    if (bytes.empty()) return;
    for (std::size_t i = static_cast<unsigned char>(bytes[0]); i < (bytes.size() - 1) * 8; ++i) {
        const auto byte = static_cast<unsigned char>(bytes[1 + i / 8]);
        out += ((byte >> (7 - i % 8)) & 1u) != 0 ? '1' : '0';
    }
}

void append_label(const VectorView& vector, std::size_t row, std::string& out) {
    std::size_t index = 0;
    switch (vector.type().storage) {
        case Type::kUInt8:
            index = vector.value<std::uint8_t>(row);
            break;
        case Type::kUInt16:
            index = vector.value<std::uint16_t>(row);
            break;
        default:
            index = vector.value<std::uint32_t>(row);
    }
    out += vector.type().labels.at(index);
}

bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/// A text inside a list or struct is quoted when it could be read as something else.
void append_nested_text(std::string_view text, bool is_key, std::string& out) {
    const bool is_null_word = text.size() == 4 && (text[0] | 0x20) == 'n' &&
                              (text[1] | 0x20) == 'u' && (text[2] | 0x20) == 'l' &&
                              (text[3] | 0x20) == 'l';
    const bool is_quoted = is_key || text.empty() || is_null_word || is_space(text.front()) ||
                           is_space(text.back()) ||
                           text.find_first_of("{}[](),=:\"'") != std::string_view::npos;
    if (!is_quoted) {
        out += text;
        return;
    }
    out += '\'';
    for (const char c : text) {
        if (c == '\\' || c == '\'') out += '\\';
        out += c;
    }
    out += '\'';
}

void append_element(const VectorView& vector, std::size_t row, std::string& out) {
    if (vector.is_null(row)) {
        out += "NULL";
        return;
    }
    std::string text;
    switch (vector.type().type) {
        case Type::kList:
        case Type::kArray:
        case Type::kStruct:
        case Type::kMap:
            append_text(vector, row, out);
            return;
        default:
            append_text(vector, row, text);
            append_nested_text(text, false, out);
    }
}

void append_list(const VectorView& vector, std::size_t row, std::string& out) {
    const ListEntry entry = vector.list(row);
    const VectorView child = vector.child(0);
    out += '[';
    for (std::size_t i = 0; i < entry.count; ++i) {
        if (i > 0) out += ", ";
        append_element(child, entry.offset + i, out);
    }
    out += ']';
}

void append_map(const VectorView& vector, std::size_t row, std::string& out) {
    const ListEntry entry = vector.list(row);
    const VectorView keys = vector.child(0);
    const VectorView values = vector.child(1);
    out += '{';
    for (std::size_t i = 0; i < entry.count; ++i) {
        if (i > 0) out += ", ";
        append_element(keys, entry.offset + i, out);
        out += '=';
        append_element(values, entry.offset + i, out);
    }
    out += '}';
}

void append_struct(const VectorView& vector, std::size_t row, std::string& out) {
    const ColumnType& type = vector.type();
    const bool is_unnamed = !type.labels.empty() && type.labels[0].empty();
    out += is_unnamed ? '(' : '{';
    for (std::size_t i = 0; i < type.children.size(); ++i) {
        if (i > 0) out += ", ";
        if (!is_unnamed) {
            append_nested_text(type.labels[i], true, out);
            out += ": ";
        }
        append_element(vector.child(i), row, out);
    }
    out += is_unnamed ? ')' : '}';
}

void append_time(const VectorView& vector, std::size_t row, std::string& out) {
    switch (vector.type().type) {
        case Type::kDate:
            return append_date(vector.value<std::int32_t>(row), out);
        case Type::kTime:
            append_clock(vector.integer(row) / kMicrosPerSecond, out);
            return append_fraction(vector.integer(row) % kMicrosPerSecond, 6, out);
        case Type::kTimeNs:
            append_clock(vector.integer(row) / (kMicrosPerSecond * 1000), out);
            return append_fraction(vector.integer(row) % (kMicrosPerSecond * 1000), 9, out);
        case Type::kTimeTz:
            return append_time_tz(vector.value<std::uint64_t>(row), out);
        case Type::kTimestampS:
            return append_timestamp(vector.integer(row), 0, false, out);
        case Type::kTimestampMs:
            return append_timestamp(vector.integer(row), 3, false, out);
        case Type::kTimestampNs:
            return append_timestamp(vector.integer(row), 9, false, out);
        case Type::kTimestampTz:
            return append_timestamp(vector.integer(row), 6, true, out);
        case Type::kInterval:
            return append_interval(vector.value<Interval>(row), out);
        default:
            return append_timestamp(vector.integer(row), 6, false, out);
    }
}

}  // namespace

void append_text(const VectorView& vector, std::size_t row, std::string& out) {
    if (vector.is_null(row)) {
        out += "NULL";
        return;
    }
    switch (vector.type().type) {
        case Type::kNull:
        case Type::kOther:
            out += "NULL";
            return;
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
            fmt::format_to(std::back_inserter(out), "{}", vector.integer(row));
            return;
        case Type::kUInt64:
            fmt::format_to(std::back_inserter(out), "{}", vector.value<std::uint64_t>(row));
            return;
        case Type::kHugeInt:
            return append_unsigned(take_sign(vector.value<HugeInt>(row), out), out);
        case Type::kUHugeInt:
            return append_unsigned(bits_of(vector.value<HugeInt>(row)), out);
        case Type::kFloat:
            return append_real(vector.value<float>(row), out);
        case Type::kDouble:
            return append_real(vector.value<double>(row), out);
        case Type::kDecimal:
            return append_decimal(vector, row, out);
        case Type::kVarchar:
            out += vector.bytes(row);
            return;
        case Type::kBlob:
            return append_blob(vector.bytes(row), out);
        case Type::kUuid:
            return append_uuid(vector.value<HugeInt>(row), out);
        case Type::kEnum:
            return append_label(vector, row, out);
        case Type::kBit:
            return append_bits(vector.bytes(row), out);
        case Type::kList:
        case Type::kArray:
            return append_list(vector, row, out);
        case Type::kMap:
            return append_map(vector, row, out);
        case Type::kStruct:
            return append_struct(vector, row, out);
        case Type::kUnion:
            return append_text(
                vector.child(std::size_t{1} + vector.child(0).value<std::uint8_t>(row)), row, out);
        default:
            return append_time(vector, row, out);
    }
}

}  // namespace icelight::engine
