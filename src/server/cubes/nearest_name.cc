#include "server/cubes/nearest_name.h"

#include <algorithm>
#include <array>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "semantic/problem.h"

namespace icelight::server {
namespace {

namespace json = boost::json;

/// The text between the quotes that `text` begins with; empty if it does not.
std::string_view quoted(std::string_view text) {
    if (!text.starts_with('"')) return {};
    text.remove_prefix(1);
    return text.substr(0, text.find('"'));
}

/// `"a", "b.c"`: the last part of each.
std::vector<std::string> quoted_list(std::string_view text) {
    std::vector<std::string> names;
    text = text.substr(0, text.find('\n'));
    for (auto at = text.find('"'); at != std::string_view::npos; at = text.find('"')) {
        text.remove_prefix(at);
        const auto name = quoted(text);
        names.emplace_back(name.substr(name.rfind('.') + 1));
        text.remove_prefix(std::min(text.size(), name.size() + 2));
    }
    return names;
}

std::string_view after(std::string_view text, std::string_view mark) {
    const auto at = text.find(mark);
    return at == std::string_view::npos ? std::string_view() : text.substr(at + mark.size());
}

/// The array at data or meta.columns; empty when there is none.
json::array items(std::string_view reply, bool wants_columns) {
    boost::system::error_code error;
    const auto value = json::parse(reply, error);
    const auto* const object = error ? nullptr : value.if_object();
    if (object == nullptr) return {};
    const json::value* found = object->if_contains("data");
    if (wants_columns) {
        const auto* const meta = object->if_contains("meta");
        found = meta == nullptr || !meta->is_object() ? nullptr
                                                      : meta->get_object().if_contains("columns");
    }
    return found == nullptr || !found->is_array() ? json::array() : found->get_array();
}

std::string text_of(const json::value& item, std::string_view key) {
    const auto* const object = item.if_object();
    const auto* const found = object == nullptr ? nullptr : object->if_contains(key);
    return found == nullptr || !found->is_string() ? std::string()
                                                   : std::string(found->get_string());
}

}  // namespace

std::optional<MissingName> find_missing_name(std::string_view message) {
    auto table = after(message, "there is no table ");
    table = table.substr(0, table.rfind(" (at character "));
    if (!table.empty()) return MissingName{std::string(table), true, {}};
    constexpr std::array<std::string_view, 2> kMarks = {"does not have a column named ",
                                                        "Referenced column "};
    for (const auto mark : kMarks) {
        const auto column = quoted(after(message, mark));
        if (!column.empty()) {
            return MissingName{
                std::string(column), false, quoted_list(after(message, "Candidate bindings: "))};
        }
    }
    return std::nullopt;
}

std::string suggest_name(const std::string& name, const std::vector<std::string>& known) {
    const auto nearest = semantic::find_nearest(name, {known.begin(), known.end()});
    return nearest.empty() ? std::string() : fmt::format("; did you mean `{}`?", nearest);
}

std::vector<std::string> column_names(std::string_view reply) {
    std::vector<std::string> names;
    for (const auto& column : items(reply, true)) {
        names.push_back(text_of(column, "name"));
    }
    return names;
}

std::vector<std::string> table_names(std::string_view reply) {
    std::vector<std::string> names;
    for (const auto& row : items(reply, false)) {
        names.push_back(text_of(row, "namespace") + '.' + text_of(row, "name"));
    }
    return names;
}

}  // namespace icelight::server
