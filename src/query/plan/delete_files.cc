#include "query/plan/delete_files.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "engine/sql_text.h"
#include "query/plan/column_value.h"
#include "query/plan/table_view.h"

namespace icelight::query {
namespace {

using engine::quote_literal;

std::string path_list(const std::vector<const LiveFile*>& files) {
    std::string list;
    for (const auto* const file : files) {
        if (!list.empty()) list += ',';
        list += quote_literal(file->file.file_path);
    }
    return list;
}

// What the engine gives each row of a file besides its columns.
constexpr std::string_view kPathColumn = "filename";
constexpr std::string_view kNumberColumn = "file_row_number";

/// Delete files name data files as the table does, scans as this machine does.
std::string make_position_condition(const FileGroup& group) {
    std::string names;
    for (const auto* const file : group.files) {
        fmt::format_to(std::back_inserter(names),
                       "{}({}, {})",
                       names.empty() ? "" : ", ",
                       quote_literal(file->location),
                       quote_literal(file->file.file_path));
    }
    return fmt::format(
        "NOT EXISTS (SELECT 1 FROM read_parquet([{}], hive_partitioning => false) d JOIN (VALUES "
        "{}) n(location, path) ON d.file_path = n.location WHERE n.path = data.{} AND d.pos = "
        "data.{})",
        path_list(group.position_deletes),
        names,
        kPathColumn,
        kNumberColumn);
}

const iceberg::Field* find_dropped(const TableFiles& table, std::int32_t id) {
    const auto found = std::find_if(
        table.dropped.begin(), table.dropped.end(), [id](const auto& one) { return one.id == id; });
    return found == table.dropped.end() ? nullptr : &*found;
}

Result<std::string> make_equality_condition(const std::vector<std::int32_t>& ids,
                                            const std::vector<const LiveFile*>& files,
                                            const FileGroup& group,
                                            const TableFiles& table) {
    std::string columns;
    std::string conditions;
    for (const std::int32_t id : ids) {
        const auto* field = table.schema.find_column(id);
        if (field == nullptr) field = find_dropped(table, id);
        if (field == nullptr) {
            return fail(ErrorCode::kUnsupported,
                        fmt::format("rows are deleted by column {}, which is nested or forgotten: "
                                    "compact the table",
                                    id));
        }
        ICE_ASSIGN(const auto type, sql_type_of(field->type));
        ICE_ASSIGN(const auto value, column_value(table, group, *field));
        const auto name = fmt::format("c{}", id);
        fmt::format_to(std::back_inserter(columns),
                       "{}{}: {{name: '{}', type: {}, default_value: NULL}}",
                       columns.empty() ? "" : ", ",
                       id,
                       name,
                       quote_literal(type));
        fmt::format_to(std::back_inserter(conditions),
                       "{}d.{} IS NOT DISTINCT FROM {}",
                       conditions.empty() ? "" : " AND ",
                       name,
                       value);
    }
    return fmt::format(
        "NOT EXISTS (SELECT 1 FROM read_parquet([{}], hive_partitioning => false, schema => MAP "
        "{{{}}}) d WHERE {})",
        path_list(files),
        columns,
        conditions);
}

}  // namespace

Result<std::string> make_delete_conditions(const FileGroup& group, const TableFiles& table) {
    std::string text;
    const auto add = [&text](const std::string& condition) {
        if (!text.empty()) text += " AND ";
        text += condition;
    };
    if (!group.position_deletes.empty()) add(make_position_condition(group));
    std::map<std::vector<std::int32_t>, std::vector<const LiveFile*>> by_columns;
    for (const auto* const deletes : group.equality_deletes)
        by_columns[deletes->file.equality_ids].push_back(deletes);
    for (const auto& [ids, files] : by_columns) {
        if (ids.empty()) return fail(ErrorCode::kUnsupported, "equality deletes without columns");
        ICE_ASSIGN(const auto condition, make_equality_condition(ids, files, group, table));
        add(condition);
    }
    return text;
}

}  // namespace icelight::query
