#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "engine/query_result.h"

namespace icelight::query {

/// Appends one value of a result as JSON:
///
/// | SQL | JSON |
/// |---|---|
/// | NULL | null |
/// | integers, decimals | a number up to ±2^53 (without its point), beyond it a string |
/// | float, double | a number; "NaN", "Infinity", "-Infinity" |
/// | timestamps, dates | ISO 8601 (iso_time.h) |
/// | list, array | an array |
/// | struct | an object; an array when its members have no names |
/// | map | an object when keys are text, else an array of {"key", "value"} |
/// | union | the value it holds |
/// | blob | text, bytes outside printable ASCII as \xHH |
/// | everything else (JSON too) | its text |
void append_json(const engine::VectorView& vector, std::size_t row, std::string& out);

/// "text" with JSON's escapes. `text` is UTF-8; bytes that are not become U+FFFD.
void append_json_string(std::string_view text, std::string& out);

/// NULL, also inside a union.
bool is_null_value(const engine::VectorView& vector, std::size_t row);

/// The same value as plain text, for CSV: strings bare, nested values as JSON.
void append_plain(const engine::VectorView& vector, std::size_t row, std::string& out);

}  // namespace icelight::query
