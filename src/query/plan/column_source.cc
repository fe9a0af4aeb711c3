#include "query/plan/column_source.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/letter_case.h"
#include "engine/sql_text.h"
#include "query/plan/table_view.h"

namespace icelight::query {
namespace {

using engine::quote_identifier;
using iceberg::Field;
using iceberg::NameMapping;
using iceberg::TypeKind;
using Kind = FileColumn::Kind;

/// How columns of one level of a file get their ids.
struct Level {
    bool is_mapped = false;
    const NameMapping* names = nullptr;  ///< Of `is_mapped`; nullptr: none has one.

    std::optional<std::int32_t> id_of(const FileColumn& column) const {
        if (!is_mapped) return column.field_id;
        const auto* const field = names == nullptr ? nullptr : names->find(column.name);
        return field == nullptr ? std::nullopt : field->field_id;
    }

    Level inside(std::string_view name) const {
        const auto* const field = names == nullptr ? nullptr : names->find(name);
        return {is_mapped, field == nullptr ? nullptr : &field->inside};
    }
};

Kind kind_of(const iceberg::Type& type) {
    switch (type.kind) {
        case TypeKind::kStruct:
            return Kind::kStruct;
        case TypeKind::kList:
            return Kind::kList;
        case TypeKind::kMap:
            return Kind::kMap;
        default:
            return Kind::kLeaf;
    }
}

Result<ColumnSource> make_source(const Field& field, const FileColumn& column, const Level& inside);

Result<ColumnSource> find_source(const Field& field,
                                 const std::vector<FileColumn>& columns,
                                 const Level& level) {
    const FileColumn* found = nullptr;
    for (const auto& column : columns) {
        if (level.id_of(column) != field.id) continue;
        if (found != nullptr) {
            return fail(ErrorCode::kUnsupported,
                        fmt::format("its columns \"{}\" and \"{}\" are both \"{}\" of the table",
                                    found->name,
                                    column.name,
                                    field.name));
        }
        found = &column;
    }
    if (found != nullptr) return make_source(field, *found, level.inside(found->name));
    ColumnSource source;
    source.field_id = field.id;
    source.is_alike = std::none_of(columns.begin(), columns.end(), [&](const FileColumn& column) {
        return equal_ignoring_case(column.engine_name, field.name);
    });
    return source;
}

Result<> add_members(const Field& field,
                     const FileColumn& column,
                     const Level& inside,
                     ColumnSource& source) {
    bool has_member = false;
    for (const auto& member : field.type.fields) {
        ICE_ASSIGN(auto part, find_source(member, column.parts, inside));
        const bool is_found = !part.is_there || equal_ignoring_case(part.name, member.name);
        source.is_alike = source.is_alike && part.is_alike && is_found;
        source.is_cast = source.is_cast || part.is_cast;
        has_member = has_member || part.is_there;
        source.parts.push_back(std::move(part));
    }
    if (has_member || column.parts.empty()) return {};
    const auto& first = column.parts.front();
    source.anchor = quote_identifier(first.engine_name) + " " + engine_type_of(first);
    source.is_alike = false;
    return {};
}

Result<ColumnSource> make_source(const Field& field,
                                 const FileColumn& column,
                                 const Level& inside) {
    ColumnSource source;
    source.field_id = field.id;
    source.is_there = true;
    source.name = column.engine_name;
    if (field.type.kind == TypeKind::kOther) return source;  // A variant is a group in files.
    if (column.kind != kind_of(field.type)) {
        return fail(ErrorCode::kUnsupported,
                    fmt::format("its column \"{}\" is not \"{}\" of the table, which is of type {}",
                                column.name,
                                field.name,
                                iceberg::type_text(field.type)));
    }
    if (column.kind == Kind::kLeaf) {
        ICE_ASSIGN(const auto type, sql_type_of(field.type));
        source.is_cast = type != column.engine_type;
        return source;
    }
    if (column.kind == Kind::kStruct) {
        ICE_TRY(add_members(field, column, inside, source));
        return source;
    }
    for (std::size_t i = 0; i < field.type.fields.size(); ++i) {
        const auto& part = field.type.fields[i];
        ICE_ASSIGN(auto one, make_source(part, column.parts.at(i), inside.inside(part.name)));
        source.is_alike = source.is_alike && one.is_alike;
        source.is_cast = source.is_cast || one.is_cast;
        source.parts.push_back(std::move(one));
    }
    return source;
}

/// `depth`: of lambdas, whose parameters need names of their own.
Result<std::string> value_of(const Field& field,
                             const ColumnSource& source,
                             const std::string& input,
                             std::size_t depth) {
    if (!source.is_there) {
        ICE_ASSIGN(const auto type, sql_type_of(field.type));
        return fmt::format("CAST(NULL AS {})", type);
    }
    if (source.is_alike) return input;
    const auto item = fmt::format("icelight_item{}", depth);
    if (field.type.kind == TypeKind::kList) {
        ICE_ASSIGN(const auto element,
                   value_of(field.type.fields[0], source.parts[0], item, depth + 1));
        return fmt::format("list_transform({}, lambda {}: {})", input, item, element);
    }
    const bool is_map = field.type.kind == TypeKind::kMap;
    const auto whole = is_map ? item : input;
    std::string members;
    for (std::size_t i = 0; i < field.type.fields.size(); ++i) {
        const auto& member = field.type.fields[i];
        const auto& part = source.parts[i];
        const auto place = fmt::format("struct_extract({}, {})",
                                       whole,
                                       engine::quote_literal(is_map ? member.name : part.name));
        ICE_ASSIGN(const auto value, value_of(member, part, place, depth + 1));
        members += members.empty() ? "" : ", ";
        members += fmt::format("{} := {}", quote_identifier(member.name), value);
    }
    if (is_map) {
        return fmt::format(
            "map_from_entries(list_transform(map_entries({}), lambda {}: struct_pack({})))",
            input,
            item,
            members);
    }
    return fmt::format("CASE WHEN {} IS NULL THEN NULL ELSE struct_pack({}) END", input, members);
}

}  // namespace

Result<std::vector<ColumnSource>> find_sources(const std::vector<const Field*>& fields,
                                               const FileLayout& layout,
                                               const NameMapping* mapping) {
    const Level level{mapping != nullptr, mapping};
    std::vector<ColumnSource> sources;
    sources.reserve(fields.size());
    for (const auto* const field : fields) {
        ICE_ASSIGN(auto source, find_source(*field, layout.columns, level));
        sources.push_back(std::move(source));
    }
    return sources;
}

Result<std::string> read_type(const Field& field, const ColumnSource& source) {
    if (source.is_alike) return sql_type_of(field.type);
    std::vector<std::string> types;
    for (std::size_t i = 0; i < field.type.fields.size(); ++i) {
        const auto& part = source.parts[i];
        if (!part.is_there) continue;
        ICE_ASSIGN(auto type, read_type(field.type.fields[i], part));
        if (field.type.kind == TypeKind::kStruct) type.insert(0, quote_identifier(part.name) + " ");
        types.push_back(std::move(type));
    }
    if (!source.anchor.empty()) types.push_back(source.anchor);
    if (field.type.kind == TypeKind::kList) return types.at(0) + "[]";
    return fmt::format(
        "{}({})", field.type.kind == TypeKind::kMap ? "MAP" : "STRUCT", fmt::join(types, ", "));
}

Result<std::string> table_value(const Field& field,
                                const ColumnSource& source,
                                const std::string& input) {
    return value_of(field, source, input, 0);
}

}  // namespace icelight::query
