#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace icelight::engine {

/// What a result column holds. Times are integers; see VectorView for how each is read.
enum class Type : std::uint8_t {
    kNull,  ///< Every value is NULL.
    kBoolean,
    kInt8,
    kInt16,
    kInt32,
    kInt64,
    kUInt8,
    kUInt16,
    kUInt32,
    kUInt64,
    kHugeInt,
    kUHugeInt,
    kFloat,
    kDouble,
    kDecimal,
    kVarchar,
    kBlob,
    kDate,  ///< Days since 1970-01-01.
    kTime,  ///< Microseconds since midnight.
    kTimeNs,
    kTimeTz,
    kTimestampS,
    kTimestampMs,
    kTimestamp,  ///< Microseconds, no zone.
    kTimestampNs,
    kTimestampTz,  ///< Microseconds, UTC.
    kInterval,
    kUuid,
    kEnum,
    kBit,
    kList,
    kArray,
    kStruct,
    kMap,
    kUnion,
    kOther,  ///< Cannot be read: the query must cast it to VARCHAR.
};

/// A column's type with everything needed to read its values.
struct ColumnType {
    Type type = Type::kOther;
    std::string name;  ///< As SQL writes it: "DECIMAL(18,3)", "VARCHAR[]"; "JSON" for JSON text.
    Type storage = Type::kOther;  ///< Of kDecimal and kEnum: the integer type inside.
    std::uint8_t scale = 0;       ///< Of kDecimal: digits after the point.
    std::uint64_t array_size = 0;
    std::vector<std::string> labels;  ///< Of kEnum: the values; of kStruct, kUnion: member names.
    /// kList, kArray: the element; kMap: key and value; kStruct: the members; kUnion: the tag
    /// (kUInt8), then the members.
    std::vector<ColumnType> children;
};

/// A column of a result, known before the first row, also of results without rows.
struct ResultColumn {
    std::string name;
    ColumnType type;
};

}  // namespace icelight::engine
