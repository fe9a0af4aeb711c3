#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "iceberg/table_metadata.h"

namespace icelight::iceberg {

/// Where a new table's field ids come from.
enum class FieldIds : std::uint8_t {
    kKeep,    ///< The schema's own (our tables: ids are part of their definition).
    kAssign,  ///< 1, 2, 3, … level by level, as the REST specification wants of servers.
};

/// What a table is made of. Schema, spec and order ids are set by make_table().
struct NewTable {
    Uuid uuid;
    std::string location;
    Schema schema;
    PartitionSpec spec;
    SortOrder order;  ///< The default order; empty: unsorted.
    /// Further orders the table knows but does not default to; their ids are kept and must be > 0.
    std::vector<SortOrder> other_orders;
    std::map<std::string, std::string> properties;
    std::int32_t format_version = kFormatVersionDefault;
    FieldIds field_ids = FieldIds::kKeep;
};

/// The first metadata of a table without snapshots.
/// @error kInvalidArgument  a spec, order or identifier field names a source that the schema does
///   not have or whose type the transform refuses; duplicate ids or names.
Result<TableMetadata> make_table(NewTable table, TimestampUs now);

}  // namespace icelight::iceberg
