#pragma once

#include <string>

#include "base/result.h"
#include "semantic/config/cube_file.h"
#include "semantic/config/yaml.h"

/// One member of a cube, as written. All leave refuse_unknown() to the caller; the SQL still has
/// its references in braces.
namespace icelight::semantic {

/// `name`, an identifier.
Result<std::string> read_name(YamlMap& map);
/// `type`: string (by default), number, boolean, or time where it may be.
Result<ValueType> read_value_type(YamlMap& map, bool may_be_time);

Result<Dimension> read_dimension(YamlMap& map, CubeEntry& entry);
/// A text of type `number` goes to `entry`, since it may name measures.
Result<Measure> read_measure(YamlMap& map, CubeEntry& entry);
Result<Segment> read_segment(YamlMap& map, CubeEntry& entry);
Result<Join> read_join(YamlMap& map);

}  // namespace icelight::semantic
