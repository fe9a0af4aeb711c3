#include "iceberg/transforms.h"

#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <utility>

#include "base/bytes.h"
#include "iceberg/bounds.h"
#include "iceberg/calendar_internal.h"
#include "iceberg/murmur3.h"

namespace icelight::iceberg {

namespace {

constexpr std::array<std::pair<TransformKind, std::string_view>, 6> kNames = {{
    {TransformKind::kIdentity, "identity"},
    {TransformKind::kYear, "year"},
    {TransformKind::kMonth, "month"},
    {TransformKind::kDay, "day"},
    {TransformKind::kHour, "hour"},
    {TransformKind::kVoid, "void"},
}};

constexpr std::int64_t kMicrosPerHour = 3'600'000'000;
constexpr std::int64_t kMicrosPerDay = 24 * kMicrosPerHour;

/// "bucket[16]": the 16. Empty optional: the text does not begin with `name` and a bracket.
std::optional<std::int32_t> find_width(std::string_view text, std::string_view name) {
    if (!text.starts_with(name) || !text.ends_with(']')) return std::nullopt;
    text.remove_prefix(name.size());
    if (!text.starts_with('[')) return std::nullopt;
    text = text.substr(1, text.size() - 2);
    std::int32_t width = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), width);
    if (error != std::errc{} || end != text.data() + text.size()) return 0;
    return width;
}

bool is_timestamp(TypeKind kind) {
    return kind == TypeKind::kTimestamp || kind == TypeKind::kTimestamptz ||
           kind == TypeKind::kTimestampNs || kind == TypeKind::kTimestamptzNs;
}

bool can_bucket(TypeKind kind) {
    switch (kind) {
        case TypeKind::kInt:
        case TypeKind::kLong:
        case TypeKind::kDecimal:
        case TypeKind::kDate:
        case TypeKind::kTime:
        case TypeKind::kString:
        case TypeKind::kUuid:
        case TypeKind::kFixed:
        case TypeKind::kBinary:
            return true;
        default:
            return is_timestamp(kind);
    }
}

bool can_truncate(TypeKind kind) {
    return kind == TypeKind::kInt || kind == TypeKind::kLong || kind == TypeKind::kDecimal ||
           kind == TypeKind::kString || kind == TypeKind::kBinary;
}

tl::unexpected<Error> refused(const Transform& transform, const Type& source) {
    return fail(ErrorCode::kInvalidArgument,
                "transform " + transform_text(transform) + " does not take " + type_text(source));
}

std::int64_t as_int64(const Value& value) {
    if (const auto* narrow = std::get_if<std::int32_t>(&value)) return *narrow;
    return std::get<std::int64_t>(value);
}

/// µs of a timestamp, whatever its unit.
std::int64_t as_micros(TypeKind kind, const Value& value) {
    const auto raw = std::get<std::int64_t>(value);
    const bool is_nanos = kind == TypeKind::kTimestampNs || kind == TypeKind::kTimestamptzNs;
    return is_nanos ? floor_divide(raw, 1'000) : raw;
}

Value time_part(TransformKind part, TypeKind source, const Value& value) {
    if (part == TransformKind::kHour) {
        return static_cast<std::int32_t>(floor_divide(as_micros(source, value), kMicrosPerHour));
    }
    const auto days = source == TypeKind::kDate
                          ? std::int64_t{std::get<std::int32_t>(value)}
                          : floor_divide(as_micros(source, value), kMicrosPerDay);
    if (part == TransformKind::kDay) return static_cast<std::int32_t>(days);
    const auto date = civil_date(days);
    const auto years = date.year - 1970;
    if (part == TransformKind::kYear) return static_cast<std::int32_t>(years);
    return static_cast<std::int32_t>(years * 12 + date.month - 1);
}

Value bucket(std::int32_t width, TypeKind source, const Value& value) {
    std::string bytes;
    if (const auto* text = std::get_if<std::string>(&value)) {
        bytes = *text;
    } else {
        // Ints hash as longs, so that a promoted column keeps its buckets.
        append_fixed(bytes, is_timestamp(source) ? as_micros(source, value) : as_int64(value));
    }
    const auto hash = murmur3_32(bytes) & 0x7fffffffU;
    return static_cast<std::int32_t>(hash % static_cast<std::uint32_t>(width));
}

/// value - floor remainder; wraps at the type's minimum as the reference implementation does.
template <class T>
T truncate_number(T value, std::int32_t width) {
    const auto remainder = floor_remainder(value, width);
    return static_cast<T>(static_cast<std::uint64_t>(value) -
                          static_cast<std::uint64_t>(remainder));
}

Value truncate_decimal(const std::string& bytes, std::int32_t width) {
    __extension__ using Int128 = __int128;
    Int128 value = (static_cast<unsigned char>(bytes.front()) & 0x80) != 0 ? -1 : 0;
    for (const char byte : bytes)
        value = value * 256 + static_cast<unsigned char>(byte);
    auto remainder = value % width;
    if (remainder < 0) remainder += width;
    value -= remainder;
    std::string out;
    for (int shift = 120; shift >= 0; shift -= 8) {
        out += static_cast<char>(static_cast<unsigned char>(value >> shift));
    }
    Type type = make_decimal(38, 0);
    return *decode_value(type, out);  // 16 bytes: always a decimal; drops the sign padding.
}

Value truncate(std::int32_t width, TypeKind source, const Value& value) {
    const auto length = static_cast<std::size_t>(width);
    switch (source) {
        case TypeKind::kInt:
            return truncate_number(std::get<std::int32_t>(value), width);
        case TypeKind::kLong:
            return truncate_number(std::get<std::int64_t>(value), width);
        case TypeKind::kDecimal:
            return truncate_decimal(std::get<std::string>(value), width);
        case TypeKind::kString:
            return truncate_string_lower(std::get<std::string>(value), length);
        default:
            return truncate_binary_lower(std::get<std::string>(value), length);
    }
}

}  // namespace

std::string transform_text(const Transform& transform) {
    if (transform.kind == TransformKind::kBucket) {
        return "bucket[" + std::to_string(transform.width) + "]";
    }
    if (transform.kind == TransformKind::kTruncate) {
        return "truncate[" + std::to_string(transform.width) + "]";
    }
    for (const auto& [kind, name] : kNames) {
        if (kind == transform.kind) return std::string(name);
    }
    return transform.name;
}

Result<Transform> parse_transform(std::string_view text) {
    for (const auto& [kind, name] : kNames) {
        if (name == text) return Transform{.kind = kind};
    }
    const auto malformed =
        fail(ErrorCode::kInvalidArgument, "malformed transform '" + std::string(text) + "'");
    if (text.empty()) return malformed;
    for (auto [kind, name] : {std::pair{TransformKind::kBucket, std::string_view("bucket")},
                              std::pair{TransformKind::kTruncate, std::string_view("truncate")}}) {
        if (auto width = find_width(text, name)) {
            if (*width <= 0) return malformed;
            return Transform{.kind = kind, .width = *width};
        }
    }
    return Transform{.kind = TransformKind::kOther, .name = std::string(text)};
}

Result<Type> transform_result_type(const Transform& transform, const Type& source) {
    switch (transform.kind) {
        case TransformKind::kIdentity:
            if (!source.is_primitive()) return refused(transform, source);
            return source;
        case TransformKind::kYear:
        case TransformKind::kMonth:
        case TransformKind::kDay:
            if (source.kind != TypeKind::kDate && !is_timestamp(source.kind)) {
                return refused(transform, source);
            }
            return Type(transform.kind == TransformKind::kDay ? TypeKind::kDate : TypeKind::kInt);
        case TransformKind::kHour:
            if (!is_timestamp(source.kind)) return refused(transform, source);
            return Type(TypeKind::kInt);
        case TransformKind::kBucket:
            if (!can_bucket(source.kind)) return refused(transform, source);
            return Type(TypeKind::kInt);
        case TransformKind::kTruncate:
            if (!can_truncate(source.kind)) return refused(transform, source);
            return source;
        case TransformKind::kVoid:
            return source;
        case TransformKind::kOther:
            break;
    }
    return Type(TypeKind::kString);
}

Result<Value> apply_transform(const Transform& transform, const Type& source, const Value& value) {
    ICE_TRY(transform_result_type(transform, source));
    if (transform.kind == TransformKind::kOther) return refused(transform, source);
    if (!is_of_type(source, value)) {
        return fail(ErrorCode::kInvalidArgument, "the value is not a " + type_text(source));
    }
    if (is_null(value) || transform.kind == TransformKind::kVoid) return Value();
    switch (transform.kind) {
        case TransformKind::kIdentity:
            return value;
        case TransformKind::kBucket:
            return bucket(transform.width, source.kind, value);
        case TransformKind::kTruncate:
            return truncate(transform.width, source.kind, value);
        default:
            return time_part(transform.kind, source.kind, value);
    }
}

}  // namespace icelight::iceberg
