#pragma once

#include <cstdint>
#include <vector>

#include "iceberg/transforms.h"

namespace icelight::iceberg {

enum class SortDirection : std::uint8_t { kAscending, kDescending };
enum class NullOrder : std::uint8_t { kFirst, kLast };

struct SortField {
    std::int32_t source_id = 0;
    Transform transform;
    SortDirection direction = SortDirection::kAscending;
    NullOrder null_order = NullOrder::kFirst;

    bool operator==(const SortField&) const = default;
};

/// Order 0 is "unsorted" and has no fields.
struct SortOrder {
    std::int32_t order_id = 0;
    std::vector<SortField> fields;

    bool operator==(const SortOrder&) const = default;
};

}  // namespace icelight::iceberg
