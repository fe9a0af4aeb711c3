#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "iceberg/schema.h"
#include "iceberg/transforms.h"

namespace icelight::iceberg {

inline constexpr std::int32_t kFirstPartitionFieldId = 1000;
/// In a PartitionField that was just parsed or made: apply_updates() and make_table() assign one.
inline constexpr std::int32_t kUnassignedFieldId = -1;

struct PartitionField {
    std::int32_t source_id = 0;  ///< Field of the schema.
    std::int32_t field_id = kUnassignedFieldId;
    std::string name;
    Transform transform;

    bool operator==(const PartitionField&) const = default;
};

/// Empty fields: unpartitioned.
struct PartitionSpec {
    std::int32_t spec_id = 0;
    std::vector<PartitionField> fields;

    bool operator==(const PartitionSpec&) const = default;

    /// kFirstPartitionFieldId - 1 when there are no fields.
    std::int32_t highest_field_id() const;
};

/// Same sources, transforms and names in the same order, whatever the ids.
bool is_compatible_spec(const PartitionSpec& left, const PartitionSpec& right);

/// Type of the partition values of `spec`, as one optional field per partition field.
/// @error kInvalidArgument  a source is missing from `schema` or has a type the transform refuses.
Result<std::vector<Field>> partition_fields(const Schema& schema, const PartitionSpec& spec);

}  // namespace icelight::iceberg
