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

/// What there is to suggest beside functions and keywords.
struct Known {
    std::vector<std::string> tables;  ///< As the catalog spells them, "namespace.table".
    std::vector<std::string>
        columns;  ///< Of those that the text names; none: the events' are meant.
};

inline constexpr std::size_t kMentionedMax = 4;

/// The tables that `sql` names as a word of its own, in any case; at most kMentionedMax.
std::vector<std::string> find_mentioned(std::string_view sql,
                                        const std::vector<std::string>& tables);

/// What may stand where the cursor is, by how the word before it begins (in any case): columns,
/// then tables, functions that the gate lets through, keywords; behind FROM and JOIN tables first
/// and no columns; behind "namespace." tables, behind another name and a dot columns; at most
/// kSuggestionsMax. Within a text, a quoted name or a comment: nothing.
///
/// @param cursor  bytes of `sql` before it.
Suggestions suggest(std::string_view sql, std::size_t cursor, const Known& known);

}  // namespace icelight::server
