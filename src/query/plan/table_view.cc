#include "query/plan/table_view.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <span>

#include <fmt/format.h>

#include "base/letter_case.h"
#include "engine/sql_text.h"
#include "event/columns.h"
#include "query/plan/column_value.h"
#include "query/plan/delete_files.h"
#include "query/plan/extension_scan.h"
#include "query/plan/field_names.h"
#include "query/plan/initial_default.h"

namespace icelight::query {
namespace {

using engine::quote_identifier;
using engine::quote_literal;
using iceberg::Field;
using iceberg::TypeKind;

Result<std::string> nested_sql_type_of(const iceberg::Type& type);

/// How dear a count over the column is; files keep names of few values in dictionaries.
int cost_of(const Field& field) {
    if (field.name == "type" || field.name == "stage") return 0;
    switch (field.type.kind) {
        case TypeKind::kBoolean:
            return 1;
        case TypeKind::kInt:
        case TypeKind::kDate:
            return 2;
        case TypeKind::kLong:
        case TypeKind::kTimestamp:
        case TypeKind::kTimestamptz:
            return 3;
        default:
            return field.type.is_primitive() ? 4 : 5;
    }
}

/// The schema's fields with a cheap one first.
std::vector<const Field*> inner_order(const iceberg::Schema& schema) {
    std::vector<const Field*> fields;
    fields.reserve(schema.fields.size());
    for (const auto& field : schema.fields)
        fields.push_back(&field);
    const auto cheapest =
        std::min_element(fields.begin(), fields.end(), [](const Field* a, const Field* b) {
            return cost_of(*a) < cost_of(*b);
        });
    if (cheapest != fields.end()) std::rotate(fields.begin(), cheapest, cheapest + 1);
    return fields;
}

std::span<const event::Column> tail_columns(TailKind kind) {
    if (kind == TailKind::kEvents) return event::kEventColumns;
    if (kind == TailKind::kRejected) return event::kRejectedColumns;
    return {};
}

/// An entry of the engine's `schema`.
///
/// @param source  of the field in the files; nullptr: it is found by its id.
Result<std::string> make_entry(const TableFiles& table,
                               const ColumnSource* source,
                               const Field& field) {
    if (source != nullptr) {
        ICE_ASSIGN(const auto type, read_type(field, *source));
        return fmt::format("{}: {{name: {}, type: {}, default_value: NULL}}",
                           quote_literal(source->name),
                           quote_literal(file_column(field, true)),
                           quote_literal(type));
    }
    ICE_ASSIGN(const auto type, sql_type_of(field.type));
    const auto value = initial_default_text(field);
    return fmt::format("{}: {{name: {}, type: {}, default_value: {}}}",
                       field.id,
                       quote_literal(file_column(field, table.is_read_by_id)),
                       quote_literal(type),
                       value ? quote_literal(*value) : "NULL");
}

/// read_parquet over the group's files. Columns are matched by name; by field id where schemas
/// differ; by the names that the files have where the group has sources.
Result<std::string> make_files_source(const TableFiles& table, const FileGroup& group) {
    std::string list;
    for (const auto* const file : group.files) {
        const auto& path = file->file.file_path;
        ICE_TRY(check_has_no_wildcard(path));
        if (!list.empty()) list += ',';
        list += quote_literal(path);
    }
    std::string schema;
    std::vector<const Field*> fields;
    if (table.is_read_by_id || group.sources) fields = columns_to_read(table, group);
    for (const auto* const field : fields) {
        const auto* const source = find_source(group, *field);
        if (source != nullptr && !source->is_there) continue;
        ICE_ASSIGN(const auto entry, make_entry(table, source, *field));
        schema += (schema.empty() ? ", schema => MAP {" : ", ") + entry;
    }
    if (!schema.empty()) schema += '}';
    return fmt::format("read_parquet([{}], hive_partitioning => false{})", list, schema);
}

/// Whether the field or something inside it is a number that may be NaN. Files that say nothing of
/// it may hold some, as may those of no group.
bool may_hold_nan(const Field& field, const FileGroup* group) {
    if (field.type.kind != TypeKind::kFloat && field.type.kind != TypeKind::kDouble) {
        const auto& inner = field.type.fields;
        return std::any_of(
            inner.begin(), inner.end(), [&](const Field& one) { return may_hold_nan(one, group); });
    }
    if (group == nullptr) return true;
    return std::any_of(group->files.begin(), group->files.end(), [&](const LiveFile* live) {
        const auto count = live->file.nan_value_counts.find(field.id);
        return count == live->file.nan_value_counts.end() || count->second != 0;
    });
}

/// A column as the view takes it from files. Two kinds come by way of an expression of the same
/// value:
/// * one whose type changed, so that no filter passes that the engine makes of a join;
/// * one that may hold NaN: many writers leave NaN out of a file's least and greatest value, from
///   which the engine (1.5.5) concludes that no row is greater, or that all are equal.
/// Without a group it comes from the extension's scan, which goes by name.
Result<std::string> make_column(const TableFiles& table,
                                const FileGroup* group,
                                const Field& field) {
    const auto name = quote_identifier(field.name);
    auto column = file_column(field, group != nullptr && table.is_read_by_id);
    bool is_cast =
        group != nullptr && table.is_read_by_id && table.changed_types.contains(field.id);
    if (group != nullptr && group->sources) {
        ICE_ASSIGN(column, column_value(table, *group, field));
        const auto* const source = find_source(*group, field);
        is_cast = source != nullptr && source->is_there && source->is_cast;
    }
    if (may_hold_nan(field, group))
        return fmt::format("CASE WHEN {0} IS NULL THEN NULL ELSE {0} END AS {1}", column, name);
    if (is_cast) return fmt::format("coalesce({}, NULL) AS {}", column, name);
    return column == name ? name : fmt::format("{} AS {}", column, name);
}

Result<std::string> make_columns(const TableFiles& table,
                                 const FileGroup* group,
                                 const std::vector<const Field*>& fields) {
    std::string columns;
    for (const auto* const field : fields) {
        if (!columns.empty()) columns += ", ";
        ICE_ASSIGN(const auto column, make_column(table, group, *field));
        columns += column;
    }
    return columns;
}

Result<std::string> make_files_select(const TableFiles& table,
                                      const FileGroup& group,
                                      const std::vector<const Field*>& fields) {
    ICE_ASSIGN(const auto columns, make_columns(table, &group, fields));
    ICE_ASSIGN(const auto source, make_files_source(table, group));
    ICE_ASSIGN(const auto deleted, make_delete_conditions(group, table));
    const char* const alias = group.sources || !deleted.empty() ? " data" : "";
    const char* const where = deleted.empty() ? "" : " WHERE ";
    return fmt::format("SELECT {} FROM {}{}{}{}", columns, source, alias, where, deleted);
}

/// Columns that the log does not have are NULL of their type; so a SELECT with neither files nor
/// tail still has real types.
Result<std::string> make_tail_select(const std::vector<const Field*>& fields,
                                     TailKind kind,
                                     bool has_tail) {
    const auto known = tail_columns(kind);
    std::string columns;
    for (const auto* const field : fields) {
        if (!columns.empty()) columns += ", ";
        const auto column =
            std::find_if(known.begin(), known.end(), [field](const event::Column& candidate) {
                return candidate.id == field->id;
            });
        ICE_ASSIGN(const auto type, sql_type_of(field->type));
        const std::string value =
            column == known.end() ? "NULL" : quote_identifier(std::string(column->name));
        fmt::format_to(std::back_inserter(columns),
                       "CAST({} AS {}) AS {}",
                       value,
                       type,
                       quote_identifier(field->name));
    }
    if (known.empty()) return fmt::format("SELECT {} WHERE false", columns);
    const auto source = kind == TailKind::kEvents ? kTailEvents : kTailRejected;
    return fmt::format("SELECT {} FROM {}(){}", columns, source, has_tail ? "" : " WHERE false");
}

}  // namespace

Result<std::string> make_view_select(const TableFiles& table,
                                     const FilePlan& plan,
                                     TailKind kind,
                                     bool has_tail) {
    const auto fields = inner_order(table.schema);
    if (fields.empty()) return fail(ErrorCode::kUnsupported, "the table has no columns");
    std::string inner;
    if (!table.needs_extension.empty()) {
        ICE_ASSIGN(const auto scan, make_extension_scan(table));
        ICE_ASSIGN(const auto columns, make_columns(table, nullptr, fields));
        inner = fmt::format("SELECT {} FROM {}", columns, scan);
    }
    for (const auto& group : plan.groups) {
        ICE_ASSIGN(const auto files, make_files_select(table, group, fields));
        inner += (inner.empty() ? "" : " UNION ALL ") + files;
    }
    if (inner.empty() || (kind != TailKind::kNone && has_tail)) {
        ICE_ASSIGN(const auto tail, make_tail_select(fields, kind, has_tail));
        inner += (inner.empty() ? "" : " UNION ALL ") + tail;
    }
    std::string columns;
    for (const auto& field : table.schema.fields) {
        if (!columns.empty()) columns += ", ";
        columns += quote_identifier(field.name);
    }
    return fmt::format("SELECT {} FROM ({})", columns, inner);
}

Result<std::string> sql_type_of(const iceberg::Type& type) {
    switch (type.kind) {
        case TypeKind::kBoolean:
            return "BOOLEAN";
        case TypeKind::kInt:
            return "INTEGER";
        case TypeKind::kLong:
            return "BIGINT";
        case TypeKind::kFloat:
            return "FLOAT";
        case TypeKind::kDouble:
            return "DOUBLE";
        case TypeKind::kDecimal:
            return fmt::format("DECIMAL({},{})", type.precision, type.scale);
        case TypeKind::kDate:
            return "DATE";
        case TypeKind::kTime:
            return "TIME";
        case TypeKind::kTimestamp:
            return "TIMESTAMP";
        case TypeKind::kTimestamptz:
            return "TIMESTAMP WITH TIME ZONE";
        case TypeKind::kTimestampNs:
            return "TIMESTAMP_NS";
        case TypeKind::kString:
            return "VARCHAR";
        case TypeKind::kUuid:
            return "UUID";
        case TypeKind::kFixed:
        case TypeKind::kBinary:
            return "BLOB";
        default:
            return nested_sql_type_of(type);
    }
}

namespace {

Result<std::string> struct_sql_type_of(const iceberg::Type& type) {
    std::string members;
    std::set<std::string> names;
    for (const auto& field : type.fields) {
        if (!names.insert(lower_case(field.name)).second) {
            return fail(
                ErrorCode::kUnsupported,
                fmt::format("members \"{}\" that differ by case alone are not read", field.name));
        }
        ICE_ASSIGN(const auto member, sql_type_of(field.type));
        members += members.empty() ? "" : ", ";
        members += quote_identifier(field.name) + " " + member;
    }
    return fmt::format("STRUCT({})", members);
}

Result<std::string> nested_sql_type_of(const iceberg::Type& type) {
    switch (type.kind) {
        case TypeKind::kList: {
            ICE_ASSIGN(const auto element, sql_type_of(type.fields.at(0).type));
            return element + "[]";
        }
        case TypeKind::kMap: {
            ICE_ASSIGN(const auto key, sql_type_of(type.fields.at(0).type));
            ICE_ASSIGN(const auto value, sql_type_of(type.fields.at(1).type));
            return fmt::format("MAP({}, {})", key, value);
        }
        case TypeKind::kStruct:
            return struct_sql_type_of(type);
        default:
            if (type.name == "variant") return "VARIANT";
            return fail(ErrorCode::kUnsupported,
                        fmt::format("a column of type {} is not read", iceberg::type_text(type)));
    }
}

}  // namespace

}  // namespace icelight::query
