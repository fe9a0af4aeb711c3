#include "server/api/sql/suggestions.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "event/columns.h"
#include "query/gate/allowed_functions.h"

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

bool starts_without_case(std::string_view text, std::string_view word) {
    return text.size() >= word.size() &&
           std::equal(word.begin(), word.end(), text.begin(), [](unsigned char a, unsigned char b) {
               return std::tolower(a) == std::tolower(b);
           });
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
        if (list_.size() >= kSuggestionsMax || !starts_without_case(text, word_)) return;
        Suggestion one{std::string(text), kind};
        if (std::find(list_.begin(), list_.end(), one) == list_.end())
            list_.push_back(std::move(one));
    }

    std::vector<Suggestion> take() { return std::move(list_); }

private:
    std::string_view word_;
    std::vector<Suggestion> list_;
};

}  // namespace

Suggestions suggest(std::string_view sql,
                    std::size_t cursor,
                    const std::vector<std::string>& tables) {
    const auto before = sql.substr(0, std::min(cursor, sql.size()));
    Suggestions found;
    found.from = before.size();
    while (found.from > 0 && is_word(before[found.from - 1]))
        --found.from;
    if (is_inside(before)) return found;
    auto word = before.substr(found.from);
    // Behind a dot only the last part is being written.
    const auto dot = word.rfind('.');
    if (dot != std::string_view::npos) {
        found.from += dot + 1;
        word.remove_prefix(dot + 1);
    }
    Collector rest(word);
    for (const auto& table : tables) {
        // "analytics." is followed by its tables.
        const auto whole =
            before.substr(found.from - (dot == std::string_view::npos ? 0 : dot + 1));
        if (dot != std::string_view::npos && starts_without_case(table, whole))
            rest.add(std::string_view(table).substr(dot + 1), "table");
    }
    for (const auto& column : event::kEventColumns)
        rest.add(column.name, "column");
    for (const auto& column : event::kRejectedColumns)
        rest.add(column.name, "column");
    if (dot != std::string_view::npos) {
        found.list = rest.take();
        return found;
    }
    for (const auto& table : tables) {
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
