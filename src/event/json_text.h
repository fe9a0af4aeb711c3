#pragma once

#include <string>
#include <string_view>

/// JSON strings, in and out. Everything read here was validated by JsonWalk before.
namespace icelight::event {

/// Writes what stands between the quotes, with its escapes resolved, to `out`; returns the end.
/// Lone surrogate escapes become U+FFFD. Never writes more bytes than it reads.
char* unescape_json(std::string_view inside, char* out);

std::string unescape_json(std::string_view inside);

/// Appends `text` as a JSON string with its quotes. `text` is UTF-8.
void append_json_string(std::string& out, std::string_view text);

/// The end of the string whose opening quote is at `at`: the offset past its closing quote.
std::size_t find_string_end(std::string_view json, std::size_t at);

}  // namespace icelight::event
