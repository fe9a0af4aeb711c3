#include "server/api/sql/suggestions.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/letter_case.h"
#include "event/columns.h"
#include "query/gate/allowed_functions.h"
#include "query/gate/gate.h"

namespace icelight::server {
namespace {

constexpr auto kKeywords = std::to_array<std::string_view>(
    {"ALL",       "AND",       "ANTI",        "ARRAY",        "AS",       "ASC",       "ASOF",
     "BETWEEN",   "BY",        "CASE",        "CAST",         "COLUMNS",  "CROSS",     "CUBE",
     "DATE",      "DESC",      "DESCRIBE",    "DISTINCT",     "ELSE",     "END",       "EXCEPT",
     "EXCLUDE",   "EXISTS",    "EXPLAIN",     "EXTRACT",      "FALSE",    "FILTER",    "FIRST",
     "FROM",      "FULL",      "GROUP",       "GROUPING",     "HAVING",   "ILIKE",     "IN",
     "INNER",     "INTERSECT", "INTERVAL",    "IS",           "JOIN",     "LAST",      "LATERAL",
     "LEFT",      "LIKE",      "LIMIT",       "MATERIALIZED", "NATURAL",  "NOT",       "NULL",
     "NULLS",     "OFFSET",    "ON",          "OR",           "ORDER",    "OUTER",     "OVER",
     "PARTITION", "QUALIFY",   "RECURSIVE",   "REPLACE",      "RIGHT",    "ROLLUP",    "ROWS",
     "SAMPLE",    "SELECT",    "SEMI",        "SETS",         "SHOW",     "SUMMARIZE", "TABLES",
     "THEN",      "TIMESTAMP", "TIMESTAMPTZ", "TRUE",         "TRY_CAST", "UNION",     "USING",
     "VALUES",    "WHEN",      "WHERE",       "WINDOW",       "WITH"});

bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' ||
           static_cast<unsigned char>(c) >= 0x80;
}

/// Is the end of `sql` inside a text, a quoted name or a comment?
bool is_inside(std::string_view sql) {
    for (std::size_t at = 0; at < sql.size(); ++at) {
        std::string_view end;
        if (sql[at] == '\'') end = "'";
        if (sql[at] == '"') end = "\"";
        if (sql.substr(at).starts_with("--")) end = "\n";
        if (sql.substr(at).starts_with("/*")) end = "*/";
        if (end.empty()) continue;
        const auto found = sql.find(end, at + (end == "*/" ? 2 : 1));
        if (found == std::string_view::npos) return true;
        at = found + end.size() - 1;
    }
    return false;
}

class Collector {
public:
    explicit Collector(std::string_view word) : word_(word) {}

    void add(std::string_view text, std::string_view kind) {
        if (list_.size() >= kSuggestionsMax || !starts_with_ignoring_case(text, word_)) return;
        Suggestion one{std::string(text), kind};
        if (std::find(list_.begin(), list_.end(), one) == list_.end())
            list_.push_back(std::move(one));
    }

    std::vector<Suggestion> take() { return std::move(list_); }

private:
    std::string_view word_;
    std::vector<Suggestion> list_;
};

/// Does a table's name belong where `before` ends?
bool wants_table(std::string_view before) {
    while (!before.empty() && std::isspace(static_cast<unsigned char>(before.back())) != 0)
        before.remove_suffix(1);
    std::size_t begin = before.size();
    while (begin > 0 && is_word(before[begin - 1]))
        --begin;
    const auto word = before.substr(begin);
    return equal_ignoring_case(word, "FROM") || equal_ignoring_case(word, "JOIN");
}

/// "r2_datalake.analytics" is "analytics"; the catalog alone is "".
std::string_view without_catalog(std::string_view qualifier) {
    for (const auto catalog : {query::kCatalog, query::kAliasCatalog}) {
        if (equal_ignoring_case(qualifier, catalog)) return {};
        if (starts_with_ignoring_case(qualifier, catalog) && qualifier[catalog.size()] == '.')
            return qualifier.substr(catalog.size() + 1);
    }
    return qualifier;
}

void add_columns(const Known& known, Collector& to) {
    for (const auto& column : known.columns)
        to.add(column, "column");
    if (!known.columns.empty()) return;
    for (const auto& column : event::kEventColumns)
        to.add(column.name, "column");
}

/// What may follow "qualifier.".
std::vector<Suggestion> suggest_parts(std::string_view qualifier,
                                      std::string_view word,
                                      const Known& known) {
    Collector parts(word);
    const auto space = without_catalog(qualifier);
    bool is_space = space.size() != qualifier.size();
    for (const auto& table : known.tables) {
        const std::size_t skipped = space.empty() ? 0 : space.size() + 1;
        if (skipped != 0 && (!starts_with_ignoring_case(table, space) || table.size() < skipped ||
                             table[skipped - 1] != '.'))
            continue;
        is_space = true;
        parts.add(std::string_view(table).substr(skipped), "table");
    }
    if (!is_space) add_columns(known, parts);
    return parts.take();
}

}  // namespace

std::vector<std::string> find_mentioned(std::string_view sql,
                                        const std::vector<std::string>& tables) {
    std::vector<std::string> found;
    while (!sql.empty() && found.size() < kMentionedMax) {
        std::size_t end = 0;
        while (end < sql.size() && is_word(sql[end]))
            ++end;
        // In any spelling of the name its end is the table.
        const auto word = sql.substr(0, end);
        const auto name = word.substr(word.rfind('.') + 1);
        for (const auto& table : tables) {
            const bool is_it =
                equal_ignoring_case(std::string_view(table).substr(table.rfind('.') + 1), name);
            if (is_it && found.size() < kMentionedMax &&
                std::find(found.begin(), found.end(), table) == found.end()) {
                found.push_back(table);
            }
        }
        sql.remove_prefix(std::min(sql.size(), end + 1));
    }
    return found;
}

Suggestions suggest(std::string_view sql, std::size_t cursor, const Known& known) {
    const auto before = sql.substr(0, std::min(cursor, sql.size()));
    Suggestions found;
    found.from = before.size();
    while (found.from > 0 && is_word(before[found.from - 1]))
        --found.from;
    if (is_inside(before)) return found;
    const auto word = before.substr(found.from);
    // Behind a dot only the last part is being written.
    const auto dot = word.rfind('.');
    if (dot != std::string_view::npos) {
        found.from += dot + 1;
        found.list = suggest_parts(word.substr(0, dot), word.substr(dot + 1), known);
        return found;
    }
    Collector rest(word);
    if (!wants_table(before.substr(0, found.from))) add_columns(known, rest);
    for (const auto& table : known.tables) {
        rest.add(table, "table");
        rest.add(std::string_view(table).substr(table.rfind('.') + 1), "table");
    }
    for (const auto name : query::allowed_functions())
        if (std::isalpha(static_cast<unsigned char>(name.front())) != 0) rest.add(name, "function");
    for (const auto keyword : kKeywords)
        rest.add(keyword, "keyword");
    found.list = rest.take();
    return found;
}

}  // namespace icelight::server
