#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace icelight::server {

inline constexpr std::size_t kSuggestionsMax = 50;

struct Suggestion {
    std::string text;
    std::string_view kind;  ///< "column", "table", "function", "keyword".

    bool operator==(const Suggestion&) const = default;
};

struct Suggestions {
    std::size_t from = 0;  ///< Byte where the word that is being written begins.
    std::vector<Suggestion> list;
};

/// What may stand where the cursor is, by how the word before it begins (in any case): columns of
/// the event tables, then tables, functions that the gate lets through, keywords; at most
/// kSuggestionsMax. Within a text, a quoted name or a comment: nothing.
///
/// @param cursor  bytes of `sql` before it.
/// @param tables  names as the catalog spells them, "namespace.table".
Suggestions suggest(std::string_view sql,
                    std::size_t cursor,
                    const std::vector<std::string>& tables);

}  // namespace icelight::server
