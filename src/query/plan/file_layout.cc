#include "query/plan/file_layout.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "engine/sql_text.h"
#include "query/plan/field_names.h"

namespace icelight::query {
namespace {

using Annotation = SchemaRow::Annotation;
using Kind = FileColumn::Kind;

/// Follows the engine's own reading of schemas (1.5.5), which knows more shapes of lists than the
/// Parquet specification does.
class LayoutReader {
public:
    explicit LayoutReader(std::span<const SchemaRow> rows) : rows_(rows) {}

    Result<FileLayout> read() {
        if (rows_.empty()) return fail(ErrorCode::kCorruption, "a file without a schema");
        FileLayout layout;
        next_ = 1;
        ICE_ASSIGN(layout.columns, read_children(rows_.front(), 0));
        layout.has_field_ids = std::any_of(rows_.begin(), rows_.end(), [](const SchemaRow& row) {
            return row.field_id.has_value();
        });
        return layout;
    }

private:
    Result<std::vector<FileColumn>> read_children(const SchemaRow& row, std::size_t depth) {
        const bool is_map = row.annotation == Annotation::kMap && row.children == 1;
        std::vector<FileColumn> columns;
        for (std::uint64_t i = 0; i < row.children; ++i) {
            ICE_ASSIGN(auto column, read_column(is_map, depth + 1));
            columns.push_back(std::move(column));
        }
        std::vector<std::string> names;
        names.reserve(columns.size());
        for (const auto& column : columns)
            names.push_back(column.name);
        names = unique_names(std::move(names));
        for (std::size_t i = 0; i < columns.size(); ++i)
            columns[i].engine_name = std::move(names[i]);
        return columns;
    }

    Result<FileColumn> read_column(bool is_in_map, std::size_t depth) {
        if (next_ >= rows_.size() || depth > kSchemaDepthMax)
            return fail(ErrorCode::kCorruption, "a schema that makes no tree, or too deep a one");
        const SchemaRow& row = rows_[next_++];
        FileColumn column;
        column.name = row.name;
        column.engine_type = row.engine_type;
        column.field_id = row.field_id;
        bool is_pairs = false;
        if (row.children > 0) {
            ICE_ASSIGN(auto parts, read_children(row, depth));
            is_pairs = (is_in_map || row.annotation == Annotation::kMapKeyValue) &&
                       row.is_repeated && parts.size() == 2;
            fold(row, is_pairs, std::move(parts), column);
        }
        if (!row.is_repeated || is_pairs) return column;
        FileColumn list;
        list.name = column.name;
        list.field_id = column.field_id;
        list.kind = Kind::kList;
        list.parts.push_back(std::move(column));
        return list;
    }

    static void fold(const SchemaRow& row,
                     bool is_pairs,
                     std::vector<FileColumn> parts,
                     FileColumn& column) {
        const bool is_wrapper = row.annotation == Annotation::kList ||
                                row.annotation == Annotation::kMap || row.is_repeated;
        if (!is_pairs && parts.size() == 1 && is_wrapper) {
            column.kind = parts.front().kind;
            column.engine_type = std::move(parts.front().engine_type);
            column.parts = std::move(parts.front().parts);
            return;
        }
        column.kind = is_pairs ? Kind::kMap : Kind::kStruct;
        column.parts = std::move(parts);
    }

    std::span<const SchemaRow> rows_;
    std::size_t next_ = 0;
};

}  // namespace

Result<FileLayout> make_file_layout(std::span<const SchemaRow> rows) {
    return LayoutReader(rows).read();
}

std::string engine_type_of(const FileColumn& column) {
    switch (column.kind) {
        case Kind::kLeaf:
            return column.engine_type;
        case Kind::kList:
            return engine_type_of(column.parts.at(0)) + "[]";
        case Kind::kMap:
            return fmt::format("MAP({}, {})",
                               engine_type_of(column.parts.at(0)),
                               engine_type_of(column.parts.at(1)));
        case Kind::kStruct:
            break;
    }
    std::string members;
    for (const auto& part : column.parts) {
        members += members.empty() ? "" : ", ";
        members += engine::quote_identifier(part.engine_name) + " " + engine_type_of(part);
    }
    return fmt::format("STRUCT({})", members);
}

}  // namespace icelight::query
