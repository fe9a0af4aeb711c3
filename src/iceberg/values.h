#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"
#include "iceberg/type.h"

namespace icelight::iceberg {

/// A value of a primitive type; which one is said by a Type beside it.
///
/// | alternative | types |
/// |---|---|
/// | monostate | null |
/// | bool | boolean |
/// | int32 | int, date (days since 1970-01-01) |
/// | int64 | long, time (µs), timestamp(tz) (µs since 1970-01-01), the same in ns |
/// | float, double | float, double |
/// | string | string (UTF-8), uuid (16 bytes, big-endian), fixed, binary, decimal (unscaled value,
/// big-endian two's complement, fewest bytes) |
using Value =
    std::variant<std::monostate, bool, std::int32_t, std::int64_t, float, double, std::string>;

inline bool is_null(const Value& value) {
    return std::holds_alternative<std::monostate>(value);
}

/// True when `value` is null or of the alternative that `type` uses.
bool is_of_type(const Type& type, const Value& value);

/// Spec, "Binary single-value serialization": the form of bounds in manifests.
/// `value` must not be null and must be of `type`.
std::string encode_value(const Type& type, const Value& value);

/// @error kCorruption  wrong length for `type`. Bytes written before a promotion (int → long,
///   float → double) are read.
/// @error kUnsupported  a nested or unknown type.
Result<Value> decode_value(const Type& type, std::string_view bytes);

/// <0, 0, >0. Both not null and of `type`. -0.0 is below 0.0 and NaN above all.
int compare_values(const Type& type, const Value& left, const Value& right);

/// Spec, "JSON single-value serialization": `"2024-02-29"`, `34`, `"00ff"`; null is `null`.
std::string value_json(const Type& type, const Value& value);

/// The same without quotes, for people and path names; null is "null".
std::string value_text(const Type& type, const Value& value);

/// Decimal as Iceberg keeps it: big-endian two's complement in the fewest bytes.
std::string make_decimal_bytes(std::int64_t unscaled);

}  // namespace icelight::iceberg
