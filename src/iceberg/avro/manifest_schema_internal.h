#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "iceberg/type.h"

/// The Avro schemas of what we write, with the spec's field ids.
namespace icelight::iceberg {

/// Schema of manifest_entry (v2) with the partition values of these fields.
/// @error kInvalidArgument  a partition field whose type has no Avro form.
Result<std::string> manifest_entry_schema(const std::vector<Field>& partition);

/// Schema of manifest_file (v2).
std::string manifest_file_schema();

/// Bytes of the Avro fixed that holds decimals of this precision.
std::size_t decimal_fixed_bytes(std::int32_t precision);

}  // namespace icelight::iceberg
