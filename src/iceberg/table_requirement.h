#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>

#include "base/ids.h"
#include "base/result.h"
#include "iceberg/table_metadata.h"

namespace icelight::iceberg {

/// The table must not exist.
struct AssertCreate {};

struct AssertTableUuid {
    Uuid uuid;
};

/// Absent id: the ref must not exist.
struct AssertRefSnapshotId {
    std::string ref;
    std::optional<std::int64_t> snapshot_id;
};

struct AssertLastAssignedFieldId {
    std::int32_t last_assigned_field_id = 0;
};

struct AssertCurrentSchemaId {
    std::int32_t current_schema_id = 0;
};

struct AssertLastAssignedPartitionId {
    std::int32_t last_assigned_partition_id = 0;
};

struct AssertDefaultSpecId {
    std::int32_t default_spec_id = 0;
};

struct AssertDefaultSortOrderId {
    std::int32_t default_sort_order_id = 0;
};

using TableRequirement = std::variant<AssertCreate,
                                      AssertTableUuid,
                                      AssertRefSnapshotId,
                                      AssertLastAssignedFieldId,
                                      AssertCurrentSchemaId,
                                      AssertLastAssignedPartitionId,
                                      AssertDefaultSpecId,
                                      AssertDefaultSortOrderId>;

/// @param current  nullptr: the table does not exist.
/// @error kConflict  "Requirement failed: …", in the words the Java clients know.
Result<> check_requirement(const TableRequirement& requirement, const TableMetadata* current);

/// The first failure of a list.
Result<> check_requirements(std::span<const TableRequirement> requirements,
                            const TableMetadata* current);

}  // namespace icelight::iceberg
