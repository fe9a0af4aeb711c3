#pragma once

#include <string>
#include <string_view>

namespace icelight::engine {

/// 'text' as an SQL literal, quotes doubled.
std::string quote_literal(std::string_view text);

/// "name" as an SQL identifier, quotes doubled.
std::string quote_identifier(std::string_view name);

}  // namespace icelight::engine
