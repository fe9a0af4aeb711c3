#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

/// Avro schemas as other writers wrote them (Avro specification 1.11, "Schema declaration").
namespace icelight::iceberg {

enum class AvroKind : std::uint8_t {
    kNull,
    kBoolean,
    kInt,
    kLong,
    kFloat,
    kDouble,
    kBytes,
    kString,
    kRecord,
    kEnum,
    kArray,
    kMap,
    kUnion,
    kFixed,
};

struct AvroNode;
using AvroNodePtr = std::shared_ptr<const AvroNode>;

inline constexpr std::int32_t kNoFieldId = -1;

struct AvroField {
    std::string name;
    std::int32_t id = kNoFieldId;  ///< Property "field-id".
    AvroNodePtr type;
};

/// Never recursive: a record cannot name itself, so decoding is as deep as the schema.
struct AvroNode {
    AvroKind kind = AvroKind::kNull;
    std::vector<AvroField> fields;      ///< Records.
    std::vector<AvroNodePtr> branches;  ///< Unions.
    AvroNodePtr item;                   ///< Arrays' items, maps' values.
    std::size_t fixed_bytes = 0;
};

inline constexpr std::size_t kAvroDepthMax = 32;
inline constexpr std::size_t kAvroNodesMax = 4'096;

/// @error kCorruption  not a schema, recursive, or above the bounds.
Result<AvroNodePtr> parse_avro_schema(std::string_view json);

}  // namespace icelight::iceberg
