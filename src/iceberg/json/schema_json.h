#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "iceberg/partition_spec.h"
#include "iceberg/schema.h"
#include "iceberg/sort_order.h"

/// The parts of table metadata that also travel alone: in manifests' headers and REST bodies.
/// parse_*: kInvalidArgument naming the member.
namespace icelight::iceberg {

/// {"type":"struct","schema-id":0,"fields":[…]}
std::string encode_schema_json(const Schema& schema);
Result<Schema> parse_schema_json(std::string_view json);

/// {"spec-id":0,"fields":[…]}
std::string encode_partition_spec_json(const PartitionSpec& spec);
Result<PartitionSpec> parse_partition_spec_json(std::string_view json);

/// {"order-id":0,"fields":[…]}
std::string encode_sort_order_json(const SortOrder& order);
Result<SortOrder> parse_sort_order_json(std::string_view json);

}  // namespace icelight::iceberg
