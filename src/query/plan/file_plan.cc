#include "query/plan/file_plan.h"

#include <algorithm>
#include <map>
#include <utility>
#include <variant>

#include <fmt/format.h>

namespace icelight::query {
namespace {

using iceberg::FileContent;

/// Of position delete files: the column that names the data file (spec, "Reserved Field IDs").
constexpr std::int32_t kFilePathId = 2'147'483'546;

/// As the widest type of its kind: the source may have been widened between two manifests.
iceberg::Value widen(const iceberg::Value& value) {
    if (const auto* whole = std::get_if<std::int32_t>(&value)) return std::int64_t{*whole};
    if (const auto* number = std::get_if<float>(&value)) return static_cast<double>(*number);
    return value;
}

/// NaN is one partition, and -0.0 is another one than 0.0.
bool is_same_value(const iceberg::Value& narrow_left, const iceberg::Value& narrow_right) {
    const auto left = widen(narrow_left);
    const auto right = widen(narrow_right);
    if (!std::holds_alternative<double>(left) || !std::holds_alternative<double>(right))
        return left == right;
    return iceberg::compare_values(iceberg::TypeKind::kDouble, left, right) == 0;
}

bool is_same_partition(const LiveFiles& left_manifest,
                       const LiveFile& left,
                       const LiveFiles& right_manifest,
                       const LiveFile& right) {
    return left_manifest.spec.spec_id == right_manifest.spec.spec_id &&
           std::equal(left.file.partition.begin(),
                      left.file.partition.end(),
                      right.file.partition.begin(),
                      right.file.partition.end(),
                      is_same_value);
}

/// The bounds of the column of paths may be cut off, and then still hold.
bool may_name(const LiveFile& deletes, const LiveFile& data) {
    if (deletes.file.referenced_data_file)
        return *deletes.file.referenced_data_file == data.location;
    const auto lower = deletes.file.lower_bounds.find(kFilePathId);
    const auto upper = deletes.file.upper_bounds.find(kFilePathId);
    if (lower != deletes.file.lower_bounds.end() && lower->second > data.location) return false;
    return upper == deletes.file.upper_bounds.end() || upper->second >= data.location;
}

bool applies(const LiveFiles& delete_manifest,
             const LiveFile& deletes,
             const LiveFiles& data_manifest,
             const LiveFile& data) {
    const bool is_here = is_same_partition(delete_manifest, deletes, data_manifest, data);
    if (deletes.file.content == FileContent::kPositionDeletes) {
        return is_here && deletes.sequence_number >= data.sequence_number &&
               may_name(deletes, data);
    }
    const auto& parts = delete_manifest.spec.fields;
    const bool is_everywhere = std::all_of(parts.begin(), parts.end(), [](const auto& part) {
        return part.transform.kind == iceberg::TransformKind::kVoid;
    });
    return (is_here || is_everywhere) && deletes.sequence_number > data.sequence_number;
}

using Deletes = std::pair<std::vector<const LiveFile*>, std::vector<const LiveFile*>>;

Deletes deletes_of(const TableFiles& table, const LiveFiles& manifest, const LiveFile& data) {
    Deletes found;
    for (const auto& delete_manifest : table.deletes) {
        for (const auto& deletes : delete_manifest->files) {
            if (!applies(*delete_manifest, deletes, manifest, data)) continue;
            const bool is_position = deletes.file.content == FileContent::kPositionDeletes;
            (is_position ? found.first : found.second).push_back(&deletes);
        }
    }
    return found;
}

}  // namespace

Result<FilePlan> plan_files(const TableFiles& table, const std::vector<Conditions>& mentions) {
    FilePlan plan;
    std::map<Deletes, std::size_t> known;  // Index of the group.
    const auto group_of = [&](Deletes deletes) -> FileGroup& {
        const auto [entry, is_new] = known.emplace(std::move(deletes), plan.groups.size());
        if (is_new) plan.groups.push_back({{}, entry->first.first, entry->first.second, {}});
        return plan.groups[entry->second];
    };
    const bool is_scanned = !table.needs_extension.empty();
    for (const auto& manifest : table.data) {
        for (const auto& data : manifest->files) {
            if (!is_scanned && !may_match(*manifest, data, mentions)) {
                ++plan.skipped;
                continue;
            }
            plan.rows += static_cast<std::uint64_t>(data.file.record_count);
            plan.bytes += static_cast<std::uint64_t>(data.file.file_size_bytes);
            if (is_scanned) continue;
            auto& group = group_of(deletes_of(table, *manifest, data));
            group.files.push_back(&data);
            group.manifests.push_back(manifest.get());
        }
    }
    if (plan.groups.size() > kFileGroupsMax) {
        return fail(
            ErrorCode::kUnsupported,
            fmt::format("its delete files apply in {} ways, more than {}: compact the table",
                        plan.groups.size(),
                        kFileGroupsMax));
    }
    std::stable_partition(plan.groups.begin(), plan.groups.end(), [](const FileGroup& group) {
        return group.position_deletes.empty() && group.equality_deletes.empty();
    });
    return plan;
}

std::vector<const iceberg::Field*> columns_to_read(const TableFiles& table,
                                                   const FileGroup& group) {
    std::vector<const iceberg::Field*> columns;
    columns.reserve(table.schema.fields.size());
    for (const auto& field : table.schema.fields)
        columns.push_back(&field);
    for (const auto& field : table.dropped) {
        const auto is_asked = [&](const LiveFile* deletes) {
            const auto& ids = deletes->file.equality_ids;
            return std::find(ids.begin(), ids.end(), field.id) != ids.end();
        };
        const auto& deletes = group.equality_deletes;
        if (std::any_of(deletes.begin(), deletes.end(), is_asked)) columns.push_back(&field);
    }
    return columns;
}

Result<> check_has_no_wildcard(std::string_view path) {
    if (path.find_first_of("*?[") == std::string_view::npos) return {};
    return fail(
        ErrorCode::kUnsupported,
        fmt::format("{}: a wildcard (*, ?, [) in a file name, which the engine would follow "
                    "to other files: rewrite the table to a location without one",
                    path));
}

}  // namespace icelight::query
