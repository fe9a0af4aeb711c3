#include <array>
#include <cstdio>

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include "base/check.h"
#include "base/ids.h"
#include "iceberg/calendar_internal.h"
#include "iceberg/values.h"

namespace icelight::iceberg {

namespace {

__extension__ using Int128 = __int128;

constexpr std::int64_t kSecondsPerDay = 86'400;

std::string padded(std::int64_t value, std::size_t digits) {
    auto text = std::to_string(value);
    if (text.size() < digits) text.insert(0, digits - text.size(), '0');
    return text;
}

std::string date_text(std::int64_t days) {
    const auto date = civil_date(days);
    auto year = padded(date.year < 0 ? -date.year : date.year, 4);
    if (date.year < 0) year.insert(0, 1, '-');
    if (date.year > 9'999) year.insert(0, 1, '+');  // ISO 8601: five digits need a sign.
    return year + "-" + padded(date.month, 2) + "-" + padded(date.day, 2);
}

/// `digits` is how many decimals of a second one unit is: 6 for µs.
std::string time_text(std::int64_t units, std::int64_t units_per_second, std::size_t digits) {
    const auto seconds = units / units_per_second;
    return padded(seconds / 3'600, 2) + ":" + padded(seconds / 60 % 60, 2) + ":" +
           padded(seconds % 60, 2) + "." + padded(units % units_per_second, digits);
}

std::string timestamp_text(std::int64_t units, std::int64_t units_per_second, std::size_t digits) {
    const auto units_per_day = units_per_second * kSecondsPerDay;
    return date_text(floor_divide(units, units_per_day)) + "T" +
           time_text(floor_remainder(units, units_per_day), units_per_second, digits);
}

std::string decimal_text(std::string_view bytes, std::int32_t scale) {
    Int128 value = (static_cast<unsigned char>(bytes.front()) & 0x80) != 0 ? -1 : 0;
    for (const char byte : bytes)
        value = value * 256 + static_cast<unsigned char>(byte);
    std::string digits;
    const bool is_below_zero = value < 0;
    do {
        const auto digit = static_cast<int>(value % 10);
        digits.insert(digits.begin(), static_cast<char>('0' + (digit < 0 ? -digit : digit)));
        value /= 10;
    } while (value != 0);
    const auto decimals = static_cast<std::size_t>(scale);
    if (digits.size() <= decimals) digits.insert(0, decimals + 1 - digits.size(), '0');
    if (decimals > 0) digits.insert(digits.size() - decimals, 1, '.');
    return is_below_zero ? "-" + digits : digits;
}

std::string hex_text(std::string_view bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string out;
    for (const char raw : bytes) {
        const auto byte = static_cast<unsigned char>(raw);
        out += kDigits[byte >> 4];
        out += kDigits[byte & 15];
    }
    return out;
}

std::string uuid_text(std::string_view bytes) {
    Uuid uuid;
    for (std::size_t i = 0; i < uuid.bytes.size(); ++i) {
        uuid.bytes[i] = static_cast<unsigned char>(bytes[i]);
    }
    return uuid.text();
}

std::string long_text(TypeKind kind, std::int64_t value) {
    constexpr std::int64_t kMicros = 1'000'000;
    constexpr std::int64_t kNanos = 1'000'000'000;
    switch (kind) {
        case TypeKind::kTime:
            return time_text(value, kMicros, 6);
        case TypeKind::kTimestamp:
            return timestamp_text(value, kMicros, 6);
        case TypeKind::kTimestamptz:
            return timestamp_text(value, kMicros, 6) + "+00:00";
        case TypeKind::kTimestampNs:
            return timestamp_text(value, kNanos, 9);
        case TypeKind::kTimestamptzNs:
            return timestamp_text(value, kNanos, 9) + "+00:00";
        default:
            return std::to_string(value);
    }
}

std::string bytes_text(const Type& type, const std::string& bytes) {
    switch (type.kind) {
        case TypeKind::kDecimal:
            return decimal_text(bytes, type.scale);
        case TypeKind::kUuid:
            return uuid_text(bytes);
        case TypeKind::kString:
            return bytes;
        default:
            return hex_text(bytes);
    }
}

bool is_quoted(TypeKind kind) {
    switch (kind) {
        case TypeKind::kBoolean:
        case TypeKind::kInt:
        case TypeKind::kLong:
        case TypeKind::kFloat:
        case TypeKind::kDouble:
            return false;
        default:
            return true;
    }
}

}  // namespace

std::string value_text(const Type& type, const Value& value) {
    if (is_null(value)) return "null";
    ICE_CHECK(is_of_type(type, value), "the value is of the named type");
    switch (value.index()) {
        case 1:
            return std::get<bool>(value) ? "true" : "false";
        case 2: {
            const auto number = std::get<std::int32_t>(value);
            return type.kind == TypeKind::kDate ? date_text(number) : std::to_string(number);
        }
        case 3:
            return long_text(type.kind, std::get<std::int64_t>(value));
        case 4:
            return boost::json::serialize(boost::json::value(double{std::get<float>(value)}));
        case 5:
            return boost::json::serialize(boost::json::value(std::get<double>(value)));
        default:
            return bytes_text(type, std::get<std::string>(value));
    }
}

std::string value_json(const Type& type, const Value& value) {
    auto text = value_text(type, value);
    if (is_null(value) || !is_quoted(type.kind)) return text;
    return boost::json::serialize(boost::json::string(text));
}

}  // namespace icelight::iceberg
