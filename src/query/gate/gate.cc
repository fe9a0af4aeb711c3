#include "query/gate/gate.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "engine/session.h"
#include "query/gate/statement_tree.h"
#include "query/service.h"

namespace icelight::query {
namespace {

tl::unexpected<Error> refuse(std::string_view why) {
    return fail(ErrorCode::kInvalidArgument, std::string(kRefusalPrefix).append(why));
}

bool is_space(char c) {
    return std::isspace(static_cast<unsigned char>(c)) != 0;
}

/// `text` from its first character that is neither white space nor in a comment.
std::string_view skip_blanks(std::string_view text) {
    while (!text.empty()) {
        if (is_space(text.front())) {
            text.remove_prefix(1);
        } else if (text.starts_with("--")) {
            text.remove_prefix(std::min(text.find('\n'), text.size()));
        } else if (text.starts_with("/*")) {
            const auto end = text.find("*/", 2);
            if (end == std::string_view::npos) return {};
            text.remove_prefix(end + 2);
        } else {
            break;
        }
    }
    return text;
}

/// `text` behind its first word if that is `word`, else `text`.
std::string_view skip_word(std::string_view text, std::string_view word) {
    const auto begin = skip_blanks(text);
    if (begin.size() <= word.size()) return text;
    for (std::size_t i = 0; i < word.size(); ++i) {
        if (std::toupper(static_cast<unsigned char>(begin[i])) != word[i]) return text;
    }
    const char next = begin[word.size()];
    const bool is_whole_word = is_space(next) || next == '/' || next == '-' || next == '(';
    return is_whole_word ? begin.substr(word.size()) : text;
}

/// `text` behind ANALYZE or the options that ask for JSON, which are taken in this spelling only.
std::string_view skip_explain_options(std::string_view text) {
    const auto begin = skip_blanks(text);
    for (const std::string_view options : {"(FORMAT json)", "(ANALYZE, FORMAT json)"}) {
        if (begin.starts_with(options)) return begin.substr(options.size());
    }
    return skip_word(text, "ANALYZE");
}

/// SHOW FUNCTIONS, which the engine's parser takes for a table of that name.
bool is_show_functions(std::string_view sql) {
    const auto rest = skip_word(sql, "SHOW");
    if (rest.size() == sql.size()) return false;
    auto name = skip_blanks(rest);
    constexpr std::string_view kName = "FUNCTIONS";
    for (std::size_t i = 0; i < kName.size(); ++i) {
        if (i >= name.size() || std::toupper(static_cast<unsigned char>(name[i])) != kName[i])
            return false;
    }
    name = skip_blanks(name.substr(kName.size()));
    return name.empty() || (name.front() == ';' && skip_blanks(name.substr(1)).empty());
}

/// The parser's message, but for the one that says nothing.
std::string_view explain_parser(std::string_view message) {
    if (message.find("NameListToString") == std::string_view::npos) return message;
    return "a table's name has three parts at most, catalog.namespace.table; levels of a namespace "
           "are one quoted part: \"a.b\"";
}

}  // namespace

std::string place_text(std::string_view sql, std::size_t place) {
    if (place >= sql.size()) return "";
    const auto before = sql.substr(0, place);
    // 0b10xxxxxx continues a character.
    const auto characters = std::count_if(before.begin(), before.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    });
    return fmt::format(" (at character {})", characters + 1);
}

Result<Statement> check_statement(engine::Session& session,
                                  std::string_view sql,
                                  const std::vector<std::string>& externals) {
    if (sql.size() > kSqlBytesMax) return refuse("the statement is longer than 256 KiB");
    if (sql.find('\0') != std::string_view::npos) return refuse("the statement holds a NUL byte");
    if (skip_blanks(sql).empty()) return refuse("the statement is empty");
    // What follows EXPLAIN must be a SELECT by itself. Were a comment misread here, the parser
    // would see the word EXPLAIN and refuse it.
    if (is_show_functions(sql)) return Statement{StatementKind::kShowFunctions};
    std::string_view select = skip_word(sql, "EXPLAIN");
    if (select.size() != sql.size()) select = skip_explain_options(select);
    // Blanks in front keep the places that the parser names.
    std::string text(sql.size() - select.size(), ' ');
    text += select;
    const auto tree = session.serialize_sql(text);
    if (!tree) {
        if (tree.error().code != ErrorCode::kInvalidArgument) return tl::unexpected(tree.error());
        return refuse(explain_parser(tree.error().message));
    }
    auto statement = check_tree(*tree, text, externals);
    if (!statement) return refuse(statement.error().message);
    if (statement->kind == StatementKind::kShowTables && select.size() != sql.size()) {
        return refuse("EXPLAIN takes a SELECT");
    }
    if (select.size() != sql.size()) statement->is_repeatable = false;
    return statement;
}

}  // namespace icelight::query
