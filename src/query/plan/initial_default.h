#pragma once

#include <optional>
#include <string>
#include <vector>

#include "iceberg/schema.h"

namespace icelight::query {

/// What a column of the top level holds in files that were written before it was added (spec,
/// "Default values", "JSON single-value serialization"), as a text that the engine casts to the
/// column's type. Nothing: NULL, or a value of a nested type.
std::optional<std::string> initial_default_text(const iceberg::Field& field);

/// The name of a column that has an initial default inside, or of a nested type: our own reader
/// does not fill it in. Empty: there is none.
std::string find_nested_default(const std::vector<iceberg::Field>& fields);

}  // namespace icelight::query
