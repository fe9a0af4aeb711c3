#include "iceberg/type.h"

#include <array>
#include <charconv>
#include <utility>

namespace icelight::iceberg {

namespace {

constexpr std::array<std::pair<TypeKind, std::string_view>, 16> kNames = {{
    {TypeKind::kBoolean, "boolean"},
    {TypeKind::kInt, "int"},
    {TypeKind::kLong, "long"},
    {TypeKind::kFloat, "float"},
    {TypeKind::kDouble, "double"},
    {TypeKind::kDate, "date"},
    {TypeKind::kTime, "time"},
    {TypeKind::kTimestamp, "timestamp"},
    {TypeKind::kTimestamptz, "timestamptz"},
    {TypeKind::kTimestampNs, "timestamp_ns"},
    {TypeKind::kTimestamptzNs, "timestamptz_ns"},
    {TypeKind::kString, "string"},
    {TypeKind::kUuid, "uuid"},
    {TypeKind::kBinary, "binary"},
    {TypeKind::kStruct, "struct"},
    {TypeKind::kList, "list"},
}};

constexpr std::int32_t kPrecisionMax = 38;
constexpr std::int32_t kFixedBytesMax = 1 << 20;

/// Reads one int of "(9, 2)" or "[16]" and the mark behind it.
bool take_int(std::string_view& text, char mark, std::int32_t& value) {
    while (!text.empty() && text.front() == ' ')
        text.remove_prefix(1);
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{}) return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    while (!text.empty() && text.front() == ' ')
        text.remove_prefix(1);
    if (text.empty() || text.front() != mark) return false;
    text.remove_prefix(1);
    return true;
}

}  // namespace

bool Type::operator==(const Type& other) const {
    return kind == other.kind && precision == other.precision && scale == other.scale &&
           length_bytes == other.length_bytes && name == other.name && fields == other.fields;
}

Type make_decimal(std::int32_t precision, std::int32_t scale) {
    Type type(TypeKind::kDecimal);
    type.precision = precision;
    type.scale = scale;
    return type;
}

Type make_fixed(std::int32_t length_bytes) {
    Type type(TypeKind::kFixed);
    type.length_bytes = length_bytes;
    return type;
}

std::string type_text(const Type& type) {
    switch (type.kind) {
        case TypeKind::kDecimal:
            return "decimal(" + std::to_string(type.precision) + ", " + std::to_string(type.scale) +
                   ")";
        case TypeKind::kFixed:
            return "fixed[" + std::to_string(type.length_bytes) + "]";
        case TypeKind::kMap:
            return "map";
        case TypeKind::kOther:
            return type.name;
        default:
            break;
    }
    for (const auto& [kind, name] : kNames) {
        if (kind == type.kind) return std::string(name);
    }
    return {};
}

Result<Type> parse_primitive_type(std::string_view text) {
    auto malformed = [&] {
        return fail(ErrorCode::kInvalidArgument, "malformed type '" + std::string(text) + "'");
    };
    if (text.empty()) return malformed();
    auto rest = text;
    if (text.starts_with("decimal")) {
        rest.remove_prefix(7);
        if (!rest.starts_with('(')) return malformed();
        rest.remove_prefix(1);
        std::int32_t precision = 0;
        std::int32_t scale = 0;
        if (!take_int(rest, ',', precision) || !take_int(rest, ')', scale)) return malformed();
        if (!rest.empty() || precision < 1 || precision > kPrecisionMax) return malformed();
        if (scale < 0 || scale > precision) return malformed();
        return make_decimal(precision, scale);
    }
    if (text.starts_with("fixed")) {
        rest.remove_prefix(5);
        if (!rest.starts_with('[')) return malformed();
        rest.remove_prefix(1);
        std::int32_t length = 0;
        if (!take_int(rest, ']', length) || !rest.empty()) return malformed();
        if (length < 0 || length > kFixedBytesMax) return malformed();
        return make_fixed(length);
    }
    for (const auto& [kind, name] : kNames) {
        if (name == text && Type(kind).is_primitive()) return Type(kind);
    }
    Type other(TypeKind::kOther);
    other.name = text;
    return other;
}

}  // namespace icelight::iceberg
