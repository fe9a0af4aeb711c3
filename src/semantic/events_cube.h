#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "semantic/json_fields.h"
#include "semantic/model.h"

namespace icelight::semantic {

inline constexpr std::string_view kEventsCube = "Events";

/// The default cube, one row an event: a dimension for every column of the event table (camelCase;
/// JSON texts as hidden `...Raw`), one for every JSON field, counts of events and people, and sums
/// of `revenue` where such a property is among the fields.
///
/// @param table  SQL name of the event table: "analytics"."events".
Cube make_events_cube(const std::string& table, const std::vector<JsonField>& fields);

}  // namespace icelight::semantic
