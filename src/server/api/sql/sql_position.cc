#include "server/api/sql/sql_position.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

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

/// Columns that the engine counts for the character at the beginning of `text`, and its bytes.
struct Shape {
    std::size_t columns = 1;
    std::size_t bytes = 1;
};

Shape shape_of(std::string_view text) {
    const auto first = static_cast<unsigned char>(text.front());
    if (first < 0xC0) return {};
    const std::size_t bytes = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (text.size() < bytes) return {1, text.size()};
    std::uint32_t code = first & (0x7FU >> bytes);
    for (std::size_t i = 1; i < bytes; ++i)
        code = code << 6 | (static_cast<unsigned char>(text[i]) & 0x3FU);
    // Marks that stand on another character; letters of East Asia and pictures.
    if (code >= 0x300 && code <= 0x36F) return {0, bytes};
    const bool is_wide = (code >= 0x1100 && code <= 0x115F) || (code >= 0x2E80 && code <= 0xA4CF) ||
                         (code >= 0xAC00 && code <= 0xD7A3) || (code >= 0xF900 && code <= 0xFAFF) ||
                         (code >= 0xFE30 && code <= 0xFE6F) || (code >= 0xFF00 && code <= 0xFF60) ||
                         (code >= 0x1F300 && code <= 0x1FAFF) || code >= 0x20000;
    return {is_wide ? 2U : 1U, bytes};
}

/// The byte at which column or character `count`, from 0, begins.
std::size_t byte_at(std::string_view text, std::size_t count, bool counts_columns) {
    std::size_t at = 0;
    for (std::size_t passed = 0; at < text.size() && passed < count;) {
        const auto shape = shape_of(text.substr(at));
        passed += counts_columns ? shape.columns : 1;
        at += shape.bytes;
    }
    // Behind the end: where there is nothing any more.
    return std::min(at, text.size());
}

SqlPosition position_of(std::string_view sql, std::size_t character) {
    const auto before = sql.substr(0, byte_at(sql, character, false));
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
    std::size_t column = byte_at(fragment, offset, true);
    if (fragment.starts_with(kCut) && offset >= kCut.size()) {
        column -= kCut.size();
        fragment.remove_prefix(kCut.size());
        if (fragment.ends_with(kCut)) fragment.remove_suffix(kCut.size());
        const auto found = line_of(sql, *number).find(fragment);
        if (found != std::string_view::npos) column += found;
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
