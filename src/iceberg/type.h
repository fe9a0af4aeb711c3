#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

/// Iceberg types and fields (spec, "Schemas and data types").
namespace icelight::iceberg {

enum class TypeKind : std::uint8_t {
    kBoolean,
    kInt,
    kLong,
    kFloat,
    kDouble,
    kDecimal,  ///< precision, scale.
    kDate,
    kTime,
    kTimestamp,
    kTimestamptz,
    kTimestampNs,    ///< v3
    kTimestamptzNs,  ///< v3
    kString,
    kUuid,
    kFixed,  ///< length_bytes.
    kBinary,
    kStruct,  ///< fields.
    kList,    ///< fields[0] is the element.
    kMap,     ///< fields[0] is the key, fields[1] the value.
    kOther,   ///< A type of a later version ("variant"): its name is kept in `name`.
};

struct Field;

struct Type {
    TypeKind kind = TypeKind::kOther;
    std::int32_t precision = 0;
    std::int32_t scale = 0;
    std::int32_t length_bytes = 0;
    std::string name;           ///< kOther only.
    std::vector<Field> fields;  ///< Nested kinds only.

    Type();
    Type(TypeKind kind);  // NOLINT(google-explicit-constructor): most types are only a kind.

    bool operator==(const Type& other) const;

    bool is_primitive() const {
        return kind != TypeKind::kStruct && kind != TypeKind::kList && kind != TypeKind::kMap;
    }
};

/// A named member of a schema, struct, list ("element") or map ("key", "value").
struct Field {
    std::int32_t id = 0;
    std::string name;
    bool is_required = false;
    Type type;
    std::string doc = {};  ///< Empty: none.
    /// v3 defaults as JSON text, kept as they came. Empty: none.
    std::string initial_default = {};
    std::string write_default = {};

    bool operator==(const Field& other) const = default;
};

// Here, because the vector needs Field to be whole.
inline Type::Type() = default;

inline Type::Type(TypeKind kind) : kind(kind) {}

Type make_decimal(std::int32_t precision, std::int32_t scale);
Type make_fixed(std::int32_t length_bytes);

/// "long", "decimal(9, 2)", "fixed[16]"; of nested types "struct", "list", "map".
std::string type_text(const Type& type);

/// Reads what type_text() writes for primitives. Unknown names become kOther.
/// @error kInvalidArgument  a malformed decimal or fixed, or an empty name.
Result<Type> parse_primitive_type(std::string_view text);

}  // namespace icelight::iceberg
