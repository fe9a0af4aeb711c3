#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "iceberg/json/json_internal.h"
#include "iceberg/partition_spec.h"
#include "iceberg/schema.h"
#include "iceberg/snapshot.h"
#include "iceberg/sort_order.h"
#include "iceberg/table_metadata.h"

/// JSON of the parts of table metadata, shared by its file, manifests' headers and REST bodies.
/// read_*: what is wrong goes into the object's errors.
namespace icelight::iceberg {

json::object schema_object(const Schema& schema);
Schema read_schema(const JsonObject& object);

json::object partition_spec_object(const PartitionSpec& spec);
json::array partition_field_array(const PartitionSpec& spec);
PartitionSpec read_partition_spec(const JsonObject& object);
/// Appends one field, as read from an element of a spec's "fields".
void read_partition_field(const JsonObject& object, PartitionSpec& spec);

json::object sort_order_object(const SortOrder& order);
SortOrder read_sort_order(const JsonObject& object);

json::object snapshot_object(const Snapshot& snapshot);
Snapshot read_snapshot(const JsonObject& object);

json::object snapshot_ref_object(const SnapshotRef& ref);
SnapshotRef read_snapshot_ref(const JsonObject& object);

StatisticsFile read_statistics(const JsonObject& object);

json::object text_map_object(const std::map<std::string, std::string>& map);

}  // namespace icelight::iceberg
