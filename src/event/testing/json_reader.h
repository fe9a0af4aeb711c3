#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace icelight::event::testing {

/// A JSON value as a slow, plain recursive reader sees it; shares no code with the parser.
struct JsonValue {
    std::string_view raw;  ///< The bytes of the value.
    char kind = 0;         ///< One of { [ " 0 t f n
    std::string text;      ///< Of a string: what it stands for; lone surrogates are U+FFFD.

    struct Member {
        std::string name;
        std::string_view raw;          ///< From the name's quote to the value's end.
        std::vector<JsonValue> value;  ///< Exactly one.
    };

    std::vector<Member> members;
    std::vector<JsonValue> elements;

    /// The last member of that name.
    const JsonValue* find(std::string_view name) const;
};

/// Empty: not one JSON text in UTF-8 (RFC 8259).
std::optional<JsonValue> read_json(std::string_view text);

/// read_json() of a text that is known to be JSON; aborts otherwise.
JsonValue read_known_json(std::string_view text);

}  // namespace icelight::event::testing
