#include "query/reply/parquet_form.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/sql_text.h"
#include "query/reply/reply_writer.h"

namespace icelight::query {
namespace {

using engine::ColumnType;
using engine::Type;

const char* form_of(Type type) {
    switch (type) {
        case Type::kHugeInt:
        case Type::kUHugeInt:
            return "DECIMAL(38,0)";
        case Type::kInterval:
        case Type::kTimeTz:
            return "VARCHAR";
        default:
            return nullptr;
    }
}

/// Members of unions are left as they are: a cast would choose another one.
bool is_changed(const ColumnType& type) {
    return form_of(type.type) != nullptr ||
           (type.type != Type::kUnion &&
            std::any_of(type.children.begin(), type.children.end(), is_changed));
}

std::string type_text(const ColumnType& type);

std::string struct_text(const ColumnType& type) {
    std::string members;
    for (std::size_t i = 0; i < type.children.size(); ++i) {
        members += members.empty() ? "" : ", ";
        if (!type.labels[i].empty()) members += engine::quote_identifier(type.labels[i]) + " ";
        members += type_text(type.children[i]);
    }
    return fmt::format("STRUCT({})", members);
}

std::string type_text(const ColumnType& type) {
    if (const auto* const form = form_of(type.type)) return form;
    if (!is_changed(type)) return type.name;
    switch (type.type) {
        case Type::kList:
            return type_text(type.children[0]) + "[]";
        case Type::kArray:
            return fmt::format("{}[{}]", type_text(type.children[0]), type.array_size);
        case Type::kMap:
            return fmt::format(
                "MAP({}, {})", type_text(type.children[0]), type_text(type.children[1]));
        case Type::kStruct:
            return struct_text(type);
        default:
            return type.name;
    }
}

bool has_nameless_member(const ColumnType& type) {
    return std::find(type.labels.begin(), type.labels.end(), "") != type.labels.end() ||
           std::any_of(type.children.begin(), type.children.end(), has_nameless_member);
}

}  // namespace

std::string make_parquet_select(const std::string& select,
                                const std::vector<engine::ResultColumn>& columns) {
    const auto names = unique_names(columns);
    bool is_any_changed = false;
    std::string values;
    std::string aliases;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const auto& type = columns[i].type;
        const bool is_cast = is_changed(type) && !has_nameless_member(type);
        is_any_changed = is_any_changed || is_cast;
        fmt::format_to(std::back_inserter(aliases), "{}c{}", i == 0 ? "" : ", ", i);
        fmt::format_to(
            std::back_inserter(values),
            "{}{} AS {}",
            i == 0 ? "" : ", ",
            is_cast ? fmt::format("CAST(c{} AS {})", i, type_text(type)) : fmt::format("c{}", i),
            engine::quote_identifier(names[i]));
    }
    if (!is_any_changed) return select;
    return fmt::format("SELECT {} FROM ({}) t({})", values, select, aliases);
}

}  // namespace icelight::query
