#pragma once

#include <algorithm>
#include <array>
#include <string_view>

#include <simdjson.h>

namespace icelight::query {

/// What the gate asks of the engine's JSON form of a statement. Views live as long as the document.

template <std::size_t count>
bool contains(const std::array<std::string_view, count>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

/// The member as text; empty when it is absent or anything else.
inline std::string_view text_of(const simdjson::dom::object& object, const char* key) {
    std::string_view text;
    return object[key].get(text) == simdjson::SUCCESS ? text : std::string_view{};
}

/// Whether the member is there and not null.
inline bool has_value(const simdjson::dom::object& object, const char* key) {
    simdjson::dom::element value;
    return object[key].get(value) == simdjson::SUCCESS && !value.is_null();
}

}  // namespace icelight::query
