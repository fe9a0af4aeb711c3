#include "query/plan/file_layouts.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "engine/sql_text.h"

namespace icelight::query {
namespace {

using Annotation = SchemaRow::Annotation;

Annotation annotation_of(std::string_view converted_type) {
    if (converted_type == "LIST") return Annotation::kList;
    if (converted_type == "MAP") return Annotation::kMap;
    if (converted_type == "MAP_KEY_VALUE") return Annotation::kMapKeyValue;
    return Annotation::kNone;
}

/// Of the columns after the file's name, in the order of the statement in read().
SchemaRow row_of(const engine::Chunk& chunk, std::size_t row) {
    const auto text = [&](std::size_t column) -> std::string_view {
        const auto values = chunk.column(column);
        return values.is_null(row) ? std::string_view() : values.bytes(row);
    };
    const auto number = [&](std::size_t column) -> std::optional<std::int64_t> {
        const auto values = chunk.column(column);
        if (values.is_null(row)) return std::nullopt;
        return values.integer(row);
    };
    SchemaRow out;
    out.name = text(1);
    out.children = static_cast<std::uint64_t>(std::max<std::int64_t>(number(2).value_or(0), 0));
    out.is_repeated = text(3) == "REPEATED";
    out.annotation = annotation_of(text(4));
    const auto id = number(5);
    if (id && *id >= 0 && *id <= std::numeric_limits<std::int32_t>::max())
        out.field_id = static_cast<std::int32_t>(*id);
    out.engine_type = text(6);
    return out;
}

/// Words that differ for different rows.
std::string rows_text(const std::vector<SchemaRow>& rows) {
    std::string text;
    for (const auto& row : rows) {
        fmt::format_to(std::back_inserter(text),
                       "{}:{} {} {} {} {} {};",
                       row.name.size(),
                       row.name,
                       row.engine_type,
                       row.children,
                       row.is_repeated,
                       static_cast<int>(row.annotation),
                       row.field_id.value_or(-1));
    }
    return text;
}

}  // namespace

Result<> FileLayouts::load(engine::Session& session, const FilePlan& plan) {
    auto unknown = find_unknown(plan);
    if (files_.size() + unknown.size() > kKnownFilesMax) {
        files_.clear();
        layouts_.clear();
        unknown = find_unknown(plan);
    }
    for (std::size_t from = 0; from < unknown.size(); from += kFootersAtOnce) {
        std::string list;
        for (auto i = from; i < std::min(from + kFootersAtOnce, unknown.size()); ++i) {
            ICE_TRY(check_has_no_wildcard(unknown[i]));
            list += (list.empty() ? "" : ",") + engine::quote_literal(unknown[i]);
        }
        ICE_TRY(read(session, list));
    }
    return {};
}

const FileLayout* FileLayouts::find(const std::string& path) const {
    const auto found = files_.find(path);
    return found == files_.end() ? nullptr : found->second.get();
}

std::vector<std::string_view> FileLayouts::find_unknown(const FilePlan& plan) const {
    std::vector<std::string_view> unknown;
    for (const auto& group : plan.groups) {
        for (const auto* const live : group.files) {
            if (!files_.contains(live->file.file_path)) unknown.emplace_back(live->file.file_path);
        }
    }
    std::sort(unknown.begin(), unknown.end());
    unknown.erase(std::unique(unknown.begin(), unknown.end()), unknown.end());
    return unknown;
}

Result<> FileLayouts::read(engine::Session& session, const std::string& list) {
    ICE_ASSIGN(auto result,
               session.query(fmt::format(
                   "SELECT file_name, name, num_children, repetition_type, converted_type, "
                   "field_id, duckdb_type FROM parquet_schema([{}])",
                   list)));
    OneFile file;
    while (true) {
        ICE_ASSIGN(const auto chunk, result.next());
        if (!chunk) break;
        for (std::size_t i = 0; i < chunk->row_count(); ++i) {
            const auto path = chunk->column(0).bytes(i);
            if (path != file.path) {
                ICE_TRY(add(file));
                file = {std::string(path), {}};
            }
            file.rows.push_back(row_of(*chunk, i));
        }
    }
    return add(file);
}

Result<> FileLayouts::add(const OneFile& file) {
    if (file.rows.empty()) return {};
    if (file.rows.size() > kSchemaRowsMax) {
        return fail(ErrorCode::kUnsupported,
                    fmt::format("{}: more than {} columns", file.path, kSchemaRowsMax));
    }
    auto text = rows_text(file.rows);
    auto known = layouts_.find(text);
    if (known == layouts_.end()) {
        auto layout = make_file_layout(file.rows);
        if (!layout) return fail_in(file.path, layout.error());
        known =
            layouts_
                .emplace(std::move(text), std::make_shared<const FileLayout>(std::move(*layout)))
                .first;
    }
    files_.emplace(file.path, known->second);
    return {};
}

}  // namespace icelight::query
