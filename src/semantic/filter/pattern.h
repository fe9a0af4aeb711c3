#pragma once

#include <string>

#include "semantic/place.h"
#include "semantic/problem.h"

namespace icelight::semantic {

/// Whether the engine can find `pattern` (RE2's syntax, letter case ignored): it would fail on one
/// that it cannot with no word of where in the query that stands.
Checked<> check_pattern(const std::string& pattern, const Place& place);

}  // namespace icelight::semantic
