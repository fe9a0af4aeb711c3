#pragma once

#include <string>

#include "base/result.h"

namespace icelight::server::command {

/// Wider cells are cut, with "…".
inline constexpr std::size_t kCellWidthMax = 60;

/// The rows of a /query answer as an aligned table: a heading, a rule, a line a row; numbers to the
/// right, NULL as "NULL", line breaks as "\n". Widths count characters, not their width on screen.
///
/// @param answer  the JSON envelope {"data":[…],"meta":{"columns":[…]}}.
/// @error kCorruption  it is none.
Result<std::string> make_text_table(const std::string& answer);

}  // namespace icelight::server::command
