#pragma once

#include <boost/json/value.hpp>

#include "semantic/compiled.h"
#include "semantic/place.h"
#include "semantic/problem.h"

namespace icelight::semantic {

/// A filter's value as the member's type wants it: text and numbers are read either way round.
///
/// @error  it cannot be one: "ten" for a number, a list, an object.
Checked<Value> parse_filter_value(const boost::json::value& value,
                                  ValueType type,
                                  const Place& place);

}  // namespace icelight::semantic
