#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "query/plan/table_files.h"

namespace icelight::query {

/// The place, in the file's partition, of the value that all its rows have in the field: that of an
/// identity transform (spec, "Column Projection"). Empty: its partition does not say.
std::optional<std::size_t> find_partition_value(const LiveFiles& manifest,
                                                const LiveFile& file,
                                                std::int32_t field_id);

}  // namespace icelight::query
