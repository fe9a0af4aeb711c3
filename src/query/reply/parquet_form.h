#pragma once

#include <string>
#include <vector>

#include "engine/column_type.h"

namespace icelight::query {

/// `select` with its columns cast where the engine's Parquet writer would change values: integers
/// of 128 bits to DECIMAL(38,0) (it makes them doubles), intervals and times with a zone to text
/// (it cuts off microseconds, refuses negative ones, forgets the zone). `select` itself when there
/// are none.
std::string make_parquet_select(const std::string& select,
                                const std::vector<engine::ResultColumn>& columns);

}  // namespace icelight::query
