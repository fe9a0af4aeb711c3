#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "semantic/config/build_model.h"

namespace icelight::query {
class Service;
}

namespace icelight::server {

class Config;

/// Reads the operator's files (`cubes.path`: one file, or a folder's *.yaml and *.yml in the order
/// of their names) and makes the model of them.
///
/// @error kInvalidArgument  "file:line: ..."; or the path cannot be read.
Result<semantic::BuiltModel> load_model(const Config& config);

/// Asks the engine about every member that the operator wrote. Blocks; one query at a time.
///
/// @return empty; or why it could not be checked, when the engine answers nothing.
/// @error kInvalidArgument  "file:line: ..." and what the engine says of that member, with the
///                          nearest name for a column or table that is not there; or the type
///                          that a dimension has and should not.
Result<std::string> check_model(const std::vector<semantic::Probe>& probes,
                                query::Service& service);

}  // namespace icelight::server
