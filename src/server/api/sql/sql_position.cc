#include "server/api/sql/sql_position.h"

#include <algorithm>
#include <charconv>

namespace icelight::server {
namespace {

constexpr std::string_view kCharacter = "(at character ";
constexpr std::string_view kLine = "\nLINE ";
constexpr std::string_view kCut = "...";

std::optional<std::size_t> number_at(std::string_view text) {
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || number == 0) return std::nullopt;
    return number;
}

SqlPosition position_of(std::string_view sql, std::size_t offset) {
    const auto before = sql.substr(0, std::min(offset, sql.size()));
    const auto line_begin = before.rfind('\n') + 1;  // npos + 1 is 0
    return {1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')),
            before.size() - line_begin + 1};
}

std::string_view line_of(std::string_view sql, std::size_t number) {
    for (std::size_t i = 1; i < number; ++i) {
        const auto end = sql.find('\n');
        if (end == std::string_view::npos) return {};
        sql.remove_prefix(end + 1);
    }
    return sql.substr(0, sql.find('\n'));
}

/// "LINE 2: fragment" and, on the next line, blanks and a caret under it. Long lines are cut at
/// either end.
std::optional<SqlPosition> find_caret(std::string_view sql, std::string_view message) {
    const auto at = message.rfind(kLine);
    if (at == std::string_view::npos) return std::nullopt;
    const auto rest = message.substr(at + kLine.size());
    const auto number = number_at(rest);
    const auto colon = rest.find(": ");
    const auto end = rest.find('\n');
    const auto caret = rest.find('^', end == std::string_view::npos ? rest.size() : end);
    if (!number || colon == std::string_view::npos || end < colon ||
        caret == std::string_view::npos) {
        return std::nullopt;
    }
    auto fragment = rest.substr(colon + 2, end - colon - 2);
    // The caret's line begins with blanks for "LINE " too.
    std::size_t offset = caret - (end + 1);
    const std::size_t shown = kLine.size() - 1 + colon + 2;
    if (offset < shown) return SqlPosition{*number, 1};
    offset -= shown;
    std::size_t column = offset;
    if (fragment.starts_with(kCut) && offset >= kCut.size()) {
        fragment.remove_prefix(kCut.size());
        if (fragment.ends_with(kCut)) fragment.remove_suffix(kCut.size());
        const auto found = line_of(sql, *number).find(fragment);
        if (found != std::string_view::npos) column = found + offset - kCut.size();
    }
    return SqlPosition{*number, column + 1};
}

}  // namespace

std::optional<SqlPosition> find_sql_position(std::string_view sql, std::string_view message) {
    const auto at = message.rfind(kCharacter);
    if (at != std::string_view::npos) {
        const auto number = number_at(message.substr(at + kCharacter.size()));
        if (number) return position_of(sql, *number - 1);
    }
    return find_caret(sql, message);
}

}  // namespace icelight::server
