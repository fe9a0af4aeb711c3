#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace icelight::server {

/// A place in a text, both from 1; columns count bytes.
struct SqlPosition {
    std::size_t line = 1;
    std::size_t column = 1;

    bool operator==(const SqlPosition&) const = default;
};

/// Where the engine's message says that `sql` is wrong: "(at character 14)" of the parser, or the
/// caret under a "LINE 2: …" of the binder. Empty: it does not say.
std::optional<SqlPosition> find_sql_position(std::string_view sql, std::string_view message);

}  // namespace icelight::server
