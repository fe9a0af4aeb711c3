#include "iceberg/values.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/bytes.h"
#include "base/check.h"

namespace icelight::iceberg {

namespace {

constexpr std::size_t kUuidBytes = 16;
constexpr std::size_t kDecimalBytesMax = 16;

template <class T>
std::string fixed_bytes(T value) {
    std::string out;
    append_fixed(out, value);
    return out;
}

template <class T>
T load_fixed(std::string_view bytes) {
    T value{};
    std::memcpy(&value, bytes.data(), sizeof(T));
    return value;
}

tl::unexpected<Error> wrong_length(const Type& type, std::string_view bytes) {
    return fail(ErrorCode::kCorruption,
                type_text(type) + " value of " + std::to_string(bytes.size()) + " bytes");
}

bool is_negative(std::string_view decimal) {
    return !decimal.empty() && (static_cast<unsigned char>(decimal.front()) & 0x80) != 0;
}

/// Drops leading bytes that only repeat the sign.
std::string_view without_sign_padding(std::string_view decimal) {
    while (decimal.size() > 1) {
        const auto padding = is_negative(decimal) ? '\xff' : '\0';
        if (decimal.front() != padding) break;
        if (is_negative(decimal.substr(1)) != is_negative(decimal)) break;
        decimal.remove_prefix(1);
    }
    return decimal;
}

int sign(int value) {
    return (value > 0) - (value < 0);
}

int compare_decimals(std::string_view left, std::string_view right) {
    if (is_negative(left) != is_negative(right)) return is_negative(left) ? -1 : 1;
    left = without_sign_padding(left);
    right = without_sign_padding(right);
    if (left.size() != right.size()) {
        const bool is_left_longer = left.size() > right.size();
        return is_left_longer == is_negative(left) ? -1 : 1;
    }
    return sign(left.compare(right));
}

template <class T>
int compare_floats(T left, T right) {
    if (std::isnan(left) || std::isnan(right)) {
        return static_cast<int>(std::isnan(left)) - static_cast<int>(std::isnan(right));
    }
    if (left == right) {
        return static_cast<int>(std::signbit(right)) - static_cast<int>(std::signbit(left));
    }
    return left < right ? -1 : 1;
}

std::size_t alternative_of(TypeKind kind) {
    switch (kind) {
        case TypeKind::kBoolean:
            return 1;
        case TypeKind::kInt:
        case TypeKind::kDate:
            return 2;
        case TypeKind::kLong:
        case TypeKind::kTime:
        case TypeKind::kTimestamp:
        case TypeKind::kTimestamptz:
        case TypeKind::kTimestampNs:
        case TypeKind::kTimestamptzNs:
            return 3;
        case TypeKind::kFloat:
            return 4;
        case TypeKind::kDouble:
            return 5;
        case TypeKind::kDecimal:
        case TypeKind::kString:
        case TypeKind::kUuid:
        case TypeKind::kFixed:
        case TypeKind::kBinary:
            return 6;
        default:
            return 0;
    }
}

Result<Value> decode_text(const Type& type, std::string_view bytes) {
    switch (type.kind) {
        case TypeKind::kUuid:
            if (bytes.size() != kUuidBytes) return wrong_length(type, bytes);
            break;
        case TypeKind::kFixed:
            if (bytes.size() != static_cast<std::size_t>(type.length_bytes)) {
                return wrong_length(type, bytes);
            }
            break;
        case TypeKind::kDecimal:
            if (bytes.empty() || bytes.size() > kDecimalBytesMax) return wrong_length(type, bytes);
            return Value(std::string(without_sign_padding(bytes)));
        default:
            break;
    }
    return Value(std::string(bytes));
}

}  // namespace

bool is_of_type(const Type& type, const Value& value) {
    if (is_null(value)) return true;
    if (value.index() != alternative_of(type.kind)) return false;
    const auto* text = std::get_if<std::string>(&value);
    if (text == nullptr) return true;
    if (type.kind == TypeKind::kUuid) return text->size() == kUuidBytes;
    if (type.kind == TypeKind::kFixed) {
        return text->size() == static_cast<std::size_t>(type.length_bytes);
    }
    if (type.kind == TypeKind::kDecimal) return !text->empty() && text->size() <= kDecimalBytesMax;
    return true;
}

std::string encode_value(const Type& type, const Value& value) {
    ICE_CHECK(!is_null(value) && is_of_type(type, value), "the value is of the named type");
    switch (value.index()) {
        case 1:
            return std::string(1, std::get<bool>(value) ? '\1' : '\0');
        case 2:
            return fixed_bytes(std::get<std::int32_t>(value));
        case 3:
            return fixed_bytes(std::get<std::int64_t>(value));
        case 4:
            return fixed_bytes(std::get<float>(value));
        case 5:
            return fixed_bytes(std::get<double>(value));
        default:
            return std::get<std::string>(value);
    }
}

Result<Value> decode_value(const Type& type, std::string_view bytes) {
    switch (alternative_of(type.kind)) {
        case 1:
            if (bytes.size() != 1) return wrong_length(type, bytes);
            return Value(bytes.front() != '\0');
        case 2:
            if (bytes.size() != 4) return wrong_length(type, bytes);
            return Value(load_fixed<std::int32_t>(bytes));
        case 3:
            // 4 bytes: written while the column still was an int.
            if (bytes.size() == 4 && type.kind == TypeKind::kLong) {
                return Value(std::int64_t{load_fixed<std::int32_t>(bytes)});
            }
            if (bytes.size() != 8) return wrong_length(type, bytes);
            return Value(load_fixed<std::int64_t>(bytes));
        case 4:
            if (bytes.size() != 4) return wrong_length(type, bytes);
            return Value(load_fixed<float>(bytes));
        case 5:
            if (bytes.size() == 4) return Value(static_cast<double>(load_fixed<float>(bytes)));
            if (bytes.size() != 8) return wrong_length(type, bytes);
            return Value(load_fixed<double>(bytes));
        case 6:
            return decode_text(type, bytes);
        default:
            return fail(ErrorCode::kUnsupported, "values of type " + type_text(type));
    }
}

int compare_values(const Type& type, const Value& left, const Value& right) {
    ICE_CHECK(left.index() == right.index() && !is_null(left), "values of one type");
    if (const auto* text = std::get_if<std::string>(&left)) {
        const auto& other = std::get<std::string>(right);
        if (type.kind == TypeKind::kDecimal) return compare_decimals(*text, other);
        return sign(text->compare(other));  // char_traits<char> compares as unsigned bytes.
    }
    if (const auto* number = std::get_if<float>(&left)) {
        return compare_floats(*number, std::get<float>(right));
    }
    if (const auto* number = std::get_if<double>(&left)) {
        return compare_floats(*number, std::get<double>(right));
    }
    if (left == right) return 0;
    return left < right ? -1 : 1;
}

std::string make_decimal_bytes(std::int64_t unscaled) {
    auto bytes = fixed_bytes(unscaled);
    std::reverse(bytes.begin(), bytes.end());
    return std::string(without_sign_padding(bytes));
}

}  // namespace icelight::iceberg
