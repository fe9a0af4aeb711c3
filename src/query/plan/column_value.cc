#include "query/plan/column_value.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "engine/sql_text.h"
#include "iceberg/values.h"
#include "query/plan/column_source.h"
#include "query/plan/field_names.h"
#include "query/plan/initial_default.h"
#include "query/plan/partition_value.h"
#include "query/plan/table_view.h"

namespace icelight::query {
namespace {

using engine::quote_literal;
using iceberg::Field;

/// A value of the partition as a text that the engine casts to the field's type.
std::string partition_text(const LiveFiles& manifest, const LiveFile& file, const Field& field) {
    const auto place = find_partition_value(manifest, file, field.id);
    if (!place || iceberg::is_null(file.file.partition[*place])) return "NULL";
    const auto& type = manifest.partition[*place].type;
    Field written;
    written.type = type;
    written.initial_default = iceberg::value_json(type, file.file.partition[*place]);
    const auto text = initial_default_text(written);
    return text ? quote_literal(*text) : "NULL";
}

/// The same for all files, or by the file's place among those of the scan.
Result<std::string> partition_value(const FileGroup& group, const Field& field) {
    ICE_ASSIGN(const auto type, sql_type_of(field.type));
    std::vector<std::string> values;
    values.reserve(group.files.size());
    for (std::size_t i = 0; i < group.files.size(); ++i)
        values.push_back(partition_text(*group.manifests[i], *group.files[i], field));
    const bool is_one = std::all_of(
        values.begin(), values.end(), [&](const auto& value) { return value == values.front(); });
    if (is_one) return fmt::format("CAST({} AS {})", values.front(), type);
    return fmt::format("list_extract(CAST([{}] AS {}[]), CAST(data.file_index AS BIGINT) + 1)",
                       fmt::join(values, ","),
                       type);
}

}  // namespace

const ColumnSource* find_source(const FileGroup& group, const Field& field) {
    if (!group.sources) return nullptr;
    const auto found =
        std::find_if(group.sources->begin(), group.sources->end(), [&](const ColumnSource& source) {
            return source.field_id == field.id;
        });
    return found == group.sources->end() ? nullptr : &*found;
}

Result<std::string> column_value(const TableFiles& table,
                                 const FileGroup& group,
                                 const Field& field) {
    const auto* const source = find_source(group, field);
    if (source == nullptr) return "data." + file_column(field, table.is_read_by_id);
    if (source->is_there) return table_value(field, *source, "data." + file_column(field, true));
    if (source->is_partition_value) return partition_value(group, field);
    ICE_ASSIGN(const auto type, sql_type_of(field.type));
    const auto value = initial_default_text(field);
    return fmt::format("CAST({} AS {})", value ? quote_literal(*value) : "NULL", type);
}

}  // namespace icelight::query
