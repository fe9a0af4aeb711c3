#include "lake/flush/column_bounds.h"

#include <optional>

#include "iceberg/bounds.h"
#include "iceberg/values.h"

namespace icelight::lake {
namespace {

using event::ColumnType;
using iceberg::TypeKind;

std::string encode_number(ColumnType type, std::int64_t value) {
    switch (type) {
        case ColumnType::kTimestamptz:
            return iceberg::encode_value(TypeKind::kTimestamptz, value);
        case ColumnType::kInt:
            return iceberg::encode_value(TypeKind::kInt, static_cast<std::int32_t>(value));
        default:
            return iceberg::encode_value(TypeKind::kLong, value);
    }
}

}  // namespace

ColumnBounds::Encoded ColumnBounds::encode(std::span<const event::Column> columns) const {
    Encoded out;
    for (const event::Column& column : columns) {
        const auto at = static_cast<std::size_t>(column.id);
        switch (column.type) {
            case ColumnType::kString: {
                if (!texts_[at].has_values()) break;
                out.lower[column.id] = iceberg::truncate_string_lower(texts_[at].low());
                auto high = iceberg::truncate_string_upper(texts_[at].high());
                if (high) out.upper[column.id] = std::move(*high);
                break;
            }
            case ColumnType::kTimestamptz:
            case ColumnType::kLong:
            case ColumnType::kInt:
                if (!numbers_[at].has_values()) break;
                out.lower[column.id] = encode_number(column.type, numbers_[at].low);
                out.upper[column.id] = encode_number(column.type, numbers_[at].high);
                break;
            case ColumnType::kJsonText:
            case ColumnType::kBinary:
                break;
        }
    }
    return out;
}

}  // namespace icelight::lake
