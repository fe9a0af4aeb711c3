#include "semantic/config/cube_file.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "semantic/config/member_reader.h"
#include "semantic/config/yaml.h"

namespace icelight::semantic {
namespace {

Result<JsonField> read_field(const YamlNode& node, std::string_view file, std::string column) {
    ICE_ASSIGN(auto map, YamlMap::open(node, file));
    JsonField field;
    field.column = std::move(column);
    ICE_ASSIGN(field.name, map.text("name"));
    if (!is_identifier(field.name)) {
        return map.fail_at("name",
                           fmt::format("`{}` is not a name: letters, digits and _", field.name));
    }
    ICE_ASSIGN(field.path, map.text("path"));
    if (!is_json_path(field.path)) {
        return map.fail_at("path",
                           fmt::format("`{}` is not a path such as $.page.items[0]", field.path));
    }
    ICE_ASSIGN(const auto title, map.find_text("title"));
    field.title = title.value_or("");
    ICE_ASSIGN(field.type, read_value_type(map, false));
    ICE_ASSIGN(field.is_shown, map.flag("shown", true));
    ICE_TRY(map.refuse_unknown());
    return field;
}

Result<FieldsEntry> read_fields(const YamlNode& node, std::string_view file) {
    ICE_ASSIGN(auto map, YamlMap::open(node, file));
    FieldsEntry out;
    out.file = file;
    ICE_ASSIGN(const auto mode, map.find_text("mode"));
    if (mode && *mode != "merge" && *mode != "replace")
        return map.fail_at("mode", "`mode` is merge or replace");
    out.replaces = mode == "replace";
    for (const char* column : {"properties", "traits", "context"}) {
        ICE_ASSIGN(const auto list, map.list(column));
        for (const auto* item : list) {
            ICE_ASSIGN(auto field, read_field(*item, file, column));
            out.fields.push_back(std::move(field));
            out.lines.push_back(item->line);
        }
    }
    ICE_TRY(map.refuse_unknown());
    return out;
}

Result<EventStream> read_stream(const YamlNode& node, std::string_view file) {
    ICE_ASSIGN(auto map, YamlMap::open(node, file));
    EventStream stream;
    ICE_ASSIGN(stream.binding_key, map.text("binding_key"));
    ICE_ASSIGN(stream.time_dimension, map.text("time_dimension"));
    ICE_ASSIGN(stream.event, map.text("event"));
    ICE_ASSIGN(const auto type, map.find_text("type"));
    stream.type = type.value_or("");
    ICE_ASSIGN(const auto order, map.find_text("order"));
    stream.order_sql = order.value_or("");
    ICE_TRY(map.refuse_unknown());
    return stream;
}

/// `sql_table`, `sql`, or neither: then it adds to a cube that is there.
Result<> read_rows(YamlMap& map, CubeEntry& entry) {
    ICE_ASSIGN(const auto table, map.find_text("sql_table"));
    ICE_ASSIGN(const auto sql, map.find_text("sql"));
    if (table && sql) return map.fail_at("sql", "a cube has `sql_table` or `sql`, not both");
    entry.is_addition = !table && !sql;
    if (sql) entry.cube.from = fmt::format("({})", *sql);
    if (!table) return {};
    std::string_view rest = *table;
    while (true) {
        const auto dot = rest.find('.');
        const auto part = rest.substr(0, dot);
        if (!is_identifier(part)) {
            return map.fail_at("sql_table",
                               fmt::format("`{}` is not a table such as shop.orders", *table));
        }
        entry.cube.from += fmt::format("{}\"{}\"", entry.cube.from.empty() ? "" : ".", part);
        if (dot == std::string_view::npos) return {};
        rest.remove_prefix(dot + 1);
    }
}

/// Reads the list `key` with `read`, each member once.
template <class Member, class Read>
Result<> read_members(
    YamlMap& map, std::string_view key, CubeEntry& entry, std::vector<Member>& out, Read read) {
    ICE_ASSIGN(const auto list, map.list(key));
    for (const auto* item : list) {
        ICE_ASSIGN(auto member_map, YamlMap::open(*item, entry.file));
        ICE_ASSIGN(const auto name, read_name(member_map));
        if (!entry.lines.emplace(name, item->line).second)
            return member_map.fail_here(fmt::format("`{}` is there already", name));
        ICE_ASSIGN(auto member, read(member_map, entry));
        ICE_TRY(member_map.refuse_unknown());
        out.push_back(std::move(member));
    }
    return {};
}

Result<> read_joins(YamlMap& map, CubeEntry& entry) {
    ICE_ASSIGN(const auto list, map.list("joins"));
    for (const auto* item : list) {
        ICE_ASSIGN(auto join_map, YamlMap::open(*item, entry.file));
        ICE_ASSIGN(auto join, read_join(join_map));
        ICE_TRY(join_map.refuse_unknown());
        if (!entry.lines.emplace("join " + join.target, item->line).second) {
            return join_map.fail_here(
                fmt::format("a join with `{}` is there already", join.target));
        }
        entry.cube.joins.push_back(std::move(join));
    }
    return {};
}

Result<CubeEntry> read_cube(const YamlNode& node, std::string_view file) {
    ICE_ASSIGN(auto map, YamlMap::open(node, file));
    CubeEntry entry;
    entry.file = file;
    entry.line = node.line;
    ICE_ASSIGN(entry.cube.name, read_name(map));
    ICE_ASSIGN(const auto title, map.find_text("title"));
    entry.cube.title = title.value_or("");
    ICE_ASSIGN(const auto description, map.find_text("description"));
    entry.cube.description = description.value_or("");
    ICE_TRY(read_rows(map, entry));
    ICE_TRY(read_members(map, "dimensions", entry, entry.cube.dimensions, read_dimension));
    ICE_TRY(read_members(map, "measures", entry, entry.cube.measures, read_measure));
    ICE_TRY(read_members(map, "segments", entry, entry.cube.segments, read_segment));
    ICE_TRY(read_joins(map, entry));
    if (const auto* stream = map.find("event_stream")) {
        ICE_ASSIGN(entry.cube.event_stream, read_stream(*stream, file));
    }
    ICE_TRY(map.refuse_unknown());
    return entry;
}

}  // namespace

int CubeEntry::line_of(const std::string& member) const {
    const auto found = lines.find(member);
    return found == lines.end() ? line : found->second;
}

bool is_identifier(std::string_view name) {
    return !name.empty() && name.size() <= 100 &&
           (std::isalpha(static_cast<unsigned char>(name.front())) != 0 || name.front() == '_') &&
           std::all_of(name.begin(), name.end(), [](unsigned char c) {
               return std::isalnum(c) != 0 || c == '_';
           });
}

Result<CubeFile> parse_cube_file(std::string_view text, std::string_view file) {
    ICE_ASSIGN(const auto root, parse_yaml(text, file));
    CubeFile out;
    if (root.kind == YamlNode::Kind::kNull) return out;
    ICE_ASSIGN(auto map, YamlMap::open(root, file));
    if (const auto* events = map.find("events")) {
        ICE_ASSIGN(out.fields, read_fields(*events, file));
    }
    ICE_ASSIGN(const auto cubes, map.list("cubes"));
    for (const auto* node : cubes) {
        ICE_ASSIGN(auto entry, read_cube(*node, file));
        out.cubes.push_back(std::move(entry));
    }
    ICE_TRY(map.refuse_unknown());
    return out;
}

}  // namespace icelight::semantic
