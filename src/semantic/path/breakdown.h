#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "semantic/model.h"

/// Groups of a funnel or retention by the values of dimensions, columns b0, b1, ... as text: the
/// most frequent ones, and the rest together.
namespace icelight::semantic {

/// ", ranked AS (...), groups AS (...)": each combination of `names` in `source` with its rank from
/// 1 by frequency, and the groups that are shown, with `rank` up to limit + 1.
std::string rank_breakdown(std::string_view source, std::string_view names, std::int64_t limit);

/// The group of a combination in `ranked AS r`.
std::string kept_rank(std::int64_t limit);

/// Equal combinations in two tables; NULL equals NULL.
std::string same_breakdown(std::size_t count, std::string_view left, std::string_view right);

/// {"Events.country": "US"}, of columns b0 ... and the group's rank.
std::string breakdown_object(const std::vector<DimensionRef>& dimensions,
                             std::string_view rank,
                             std::int64_t limit);

}  // namespace icelight::semantic
