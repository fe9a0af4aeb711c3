#include "query/plan/extension_scan.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/sql_text.h"
#include "iceberg/values.h"
#include "query/plan/filter_barrier.h"

namespace icelight::query {
namespace {

using iceberg::TransformKind;
using iceberg::TypeKind;

bool is_floating(const iceberg::Field& field) {
    return field.type.kind == TypeKind::kFloat || field.type.kind == TypeKind::kDouble;
}

/// A value of a partition by day or month, in days or months since 1970.
bool is_before_1970(const iceberg::Value& value) {
    const auto* const count = std::get_if<std::int32_t>(&value);
    return count == nullptr ? !iceberg::is_null(value) : *count < 0;
}

bool is_partition_understood(const iceberg::Schema& schema,
                             const iceberg::PartitionField& partition,
                             const LiveFiles& manifest,
                             std::size_t index) {
    const auto source =
        std::find_if(schema.fields.begin(), schema.fields.end(), [&](const auto& field) {
            return field.id == partition.source_id;
        });
    if (source == schema.fields.end()) return false;
    switch (partition.transform.kind) {
        case TransformKind::kIdentity:
            return !is_floating(*source);
        case TransformKind::kYear:
        case TransformKind::kHour:
            return true;
        case TransformKind::kMonth:
        case TransformKind::kDay:
            return std::none_of(
                manifest.files.begin(), manifest.files.end(), [&](const LiveFile& live) {
                    const auto& values = live.file.partition;
                    return index >= values.size() || is_before_1970(values[index]);
                });
        default:
            return false;
    }
}

/// Bounds are of the numbers; NaN, which SQL holds for the largest, lies outside them.
bool may_hide_nan(const iceberg::Schema& schema, const iceberg::DataFile& file) {
    return std::any_of(schema.fields.begin(), schema.fields.end(), [&](const auto& field) {
        if (!is_floating(field)) return false;
        if (!file.lower_bounds.contains(field.id) && !file.upper_bounds.contains(field.id))
            return false;
        const auto count = file.nan_value_counts.find(field.id);
        return count == file.nan_value_counts.end() || count->second != 0;
    });
}

bool has_equality_deletes(const TableFiles& table) {
    return std::any_of(table.deletes.begin(), table.deletes.end(), [](const auto& manifest) {
        return std::any_of(
            manifest->files.begin(), manifest->files.end(), [](const LiveFile& live) {
                return live.file.content == iceberg::FileContent::kEqualityDeletes;
            });
    });
}

}  // namespace

Result<> check_extension_reads(const TableFiles& table) {
    if (table.location.find('"') != std::string::npos) {
        return fail(ErrorCode::kUnsupported,
                    table.needs_extension +
                        "; DuckDB's iceberg extension does not help, since it reads no table whose "
                        "location holds a quotation mark");
    }
    if (!has_equality_deletes(table)) return {};
    return fail(ErrorCode::kUnsupported,
                table.needs_extension +
                    "; DuckDB's iceberg extension does not help, since the table has equality "
                    "deletes too, which it applies wrongly");
}

bool is_pruned_rightly(const TableFiles& table) {
    for (const auto& manifest : table.data) {
        const auto& partitions = manifest->spec.fields;
        for (std::size_t i = 0; i < partitions.size(); ++i) {
            if (!is_partition_understood(table.schema, partitions[i], *manifest, i)) return false;
        }
        for (const auto& live : manifest->files) {
            if (may_hide_nan(table.schema, live.file)) return false;
        }
    }
    return true;
}

Result<std::string> make_extension_scan(const TableFiles& table) {
    ICE_TRY(check_extension_reads(table));
    std::string scan = "iceberg_scan(" + engine::quote_literal(table.location);
    if (table.as_of_snapshot) {
        scan += fmt::format(", snapshot_from_id => {}", *table.as_of_snapshot);
    }
    scan += ')';
    if (is_pruned_rightly(table)) return scan;
    return '(' + behind_barrier(scan) + ')';
}

}  // namespace icelight::query
