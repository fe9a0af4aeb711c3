#include "server/command/text_table.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

namespace icelight::server::command {
namespace {

namespace json = boost::json;

struct Cell {
    std::string text;
    std::size_t width = 0;
    bool is_number = false;
};

bool is_continuation(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

std::size_t width_of(std::string_view text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return !is_continuation(c); }));
}

/// At most kCellWidthMax characters on one line.
std::string cut(std::string_view text) {
    std::string out;
    std::size_t width = 0;
    for (const char c : text) {
        if (!is_continuation(c) && ++width > kCellWidthMax) return out + "…";
        if (c == '\n') {
            out += "\\n";
        } else if (c != '\r') {
            out += c;
        }
    }
    return out;
}

Cell make_cell(const json::value* value) {
    Cell cell;
    if (value == nullptr || value->is_null()) {
        cell.text = "NULL";
    } else if (value->is_string()) {
        cell.text = cut(std::string_view(value->as_string()));
    } else {
        cell.text = cut(json::serialize(*value));
        cell.is_number = value->is_number();
    }
    cell.width = width_of(cell.text);
    return cell;
}

void append_line(const std::vector<Cell>& cells,
                 const std::vector<std::size_t>& widths,
                 std::string& out) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (i != 0) line += "  ";
        const std::string blanks(widths[i] - cells[i].width, ' ');
        line += cells[i].is_number ? blanks + cells[i].text : cells[i].text + blanks;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
}

tl::unexpected<Error> no_rows() {
    return fail(ErrorCode::kCorruption, "the answer holds no rows");
}

}  // namespace

Result<std::string> make_text_table(const std::string& answer) {
    json::error_code error;
    const auto parsed = json::parse(answer, error, {}, {.max_depth = 256});
    if (error || !parsed.is_object()) return no_rows();
    const auto* data = parsed.as_object().if_contains("data");
    const auto* meta = parsed.as_object().if_contains("meta");
    if (data == nullptr || !data->is_array() || meta == nullptr || !meta->is_object())
        return no_rows();
    const auto* columns = meta->as_object().if_contains("columns");
    if (columns == nullptr || !columns->is_array()) return no_rows();
    std::vector<std::string> names;
    std::vector<std::vector<Cell>> lines(1);
    for (const auto& column : columns->as_array()) {
        const auto* name = column.is_object() ? column.as_object().if_contains("name") : nullptr;
        if (name == nullptr || !name->is_string()) return no_rows();
        names.emplace_back(name->as_string());
        lines[0].push_back(make_cell(name));
    }
    for (const auto& row : data->as_array()) {
        if (!row.is_object()) return no_rows();
        auto& line = lines.emplace_back();
        for (const auto& name : names)
            line.push_back(make_cell(row.as_object().if_contains(name)));
    }
    std::vector<std::size_t> widths(names.size());
    for (const auto& line : lines) {
        for (std::size_t i = 0; i < line.size(); ++i)
            widths[i] = std::max(widths[i], line[i].width);
    }
    std::vector<Cell> rule;
    rule.reserve(widths.size());
    for (const std::size_t width : widths)
        rule.push_back({std::string(width, '-'), width, false});
    std::string out;
    append_line(lines[0], widths, out);
    append_line(rule, widths, out);
    for (std::size_t i = 1; i < lines.size(); ++i)
        append_line(lines[i], widths, out);
    return out;
}

}  // namespace icelight::server::command
