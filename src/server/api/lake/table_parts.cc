#include "server/api/lake/table_parts.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "io/file_system.h"
#include "lake/inventory.h"

namespace icelight::server {
namespace {

namespace json = boost::json;

constexpr std::int64_t kExactMax = std::int64_t{1} << 53;

json::value number(std::int64_t value) {
    if (value <= kExactMax && value >= -kExactMax) return value;
    return json::value(std::to_string(value));
}

json::value id_text(const std::optional<std::int64_t>& id) {
    return id ? json::value(std::to_string(*id)) : json::value(nullptr);
}

std::string envelope(json::value data) {
    return json::serialize(json::object{{"data", std::move(data)}});
}

Result<std::vector<iceberg::ManifestFile>> manifests_of(const TablePart& part) {
    if (part.snapshot == nullptr) return std::vector<iceberg::ManifestFile>{};
    return lake::list_manifests(io::posix_file_system(), *part.snapshot);
}

Result<std::string> list_snapshots(const TablePart& part) {
    json::array rows;
    const auto& snapshots = part.table->snapshots;
    for (auto at = snapshots.rbegin(); at != snapshots.rend(); ++at) {
        json::object summary;
        for (const auto& [key, value] : at->summary)
            summary[key] = value;
        json::array refs;
        for (const auto& [name, ref] : part.table->refs)
            if (ref.snapshot_id == at->snapshot_id) refs.emplace_back(name);
        rows.push_back(json::object{{"snapshot_id", id_text(at->snapshot_id)},
                                    {"parent_id", id_text(at->parent_snapshot_id)},
                                    {"sequence_number", number(at->sequence_number)},
                                    {"committed_at_ms", number(at->timestamp_ms)},
                                    {"operation", at->operation()},
                                    {"manifest_list", at->manifest_list},
                                    {"refs", std::move(refs)},
                                    {"summary", std::move(summary)}});
    }
    return envelope(std::move(rows));
}

Result<std::string> list_history(const TablePart& part) {
    const iceberg::TableMetadata& table = *part.table;
    std::set<std::int64_t> ancestors;
    std::optional<std::int64_t> at = table.current_snapshot_id;
    while (at && ancestors.insert(*at).second) {
        const iceberg::Snapshot* snapshot = table.find_snapshot(*at);
        at = snapshot == nullptr ? std::nullopt : snapshot->parent_snapshot_id;
    }
    json::array rows;
    const auto& log = table.snapshot_log;
    for (auto entry = log.rbegin(); entry != log.rend(); ++entry) {
        const iceberg::Snapshot* snapshot = table.find_snapshot(entry->snapshot_id);
        rows.push_back(json::object{
            {"made_current_at_ms", number(entry->timestamp_ms)},
            {"snapshot_id", id_text(entry->snapshot_id)},
            {"parent_id", snapshot == nullptr ? nullptr : id_text(snapshot->parent_snapshot_id)},
            {"is_current_ancestor", ancestors.contains(entry->snapshot_id)}});
    }
    return envelope(std::move(rows));
}

Result<std::string> show_manifests(const TablePart& part) {
    ICE_ASSIGN(const auto manifests, manifests_of(part));
    json::array rows;
    for (const iceberg::ManifestFile& manifest : manifests) {
        const bool is_data = manifest.content == iceberg::ManifestContent::kData;
        rows.push_back(json::object{{"path", manifest.manifest_path},
                                    {"content", is_data ? "data" : "deletes"},
                                    {"length_bytes", number(manifest.manifest_length)},
                                    {"partition_spec_id", manifest.partition_spec_id},
                                    {"added_snapshot_id", id_text(manifest.added_snapshot_id)},
                                    {"sequence_number", number(manifest.sequence_number)},
                                    {"added_files", manifest.added_files_count},
                                    {"existing_files", manifest.existing_files_count},
                                    {"deleted_files", manifest.deleted_files_count},
                                    {"added_rows", number(manifest.added_rows_count)},
                                    {"existing_rows", number(manifest.existing_rows_count)},
                                    {"deleted_rows", number(manifest.deleted_rows_count)}});
    }
    return envelope(std::move(rows));
}

const char* content_text(iceberg::FileContent content) {
    switch (content) {
        case iceberg::FileContent::kPositionDeletes:
            return "position_deletes";
        case iceberg::FileContent::kEqualityDeletes:
            return "equality_deletes";
        case iceberg::FileContent::kData:
            break;
    }
    return "data";
}

Result<std::string> list_files(const TablePart& part) {
    ICE_ASSIGN(const auto manifests, manifests_of(part));
    json::array rows;
    std::int64_t passed = 0;
    bool has_more = false;
    const auto take = [&](const iceberg::Manifest& manifest, const iceberg::ManifestEntry& entry) {
        if (passed++ < part.after) return true;
        has_more = static_cast<std::int64_t>(rows.size()) >= part.limit;
        if (has_more) return false;
        const iceberg::DataFile& file = entry.data_file;
        rows.push_back(json::object{{"path", file.file_path},
                                    {"content", content_text(file.content)},
                                    {"format", file.file_format},
                                    {"partition", lake::partition_text(manifest, file)},
                                    {"rows", number(file.record_count)},
                                    {"bytes", number(file.file_size_bytes)},
                                    {"sequence_number", number(entry.sequence_number.value_or(0))},
                                    {"snapshot_id", id_text(entry.snapshot_id)}});
        return true;
    };
    ICE_TRY(lake::visit_live_files(io::posix_file_system(), manifests, take));
    json::object answer{{"data", std::move(rows)}};
    if (has_more) answer["next"] = part.after + part.limit;
    return json::serialize(answer);
}

Result<std::string> list_partitions(const TablePart& part) {
    ICE_ASSIGN(const auto manifests, manifests_of(part));
    ICE_ASSIGN(const auto partitions, lake::sum_partitions(io::posix_file_system(), manifests));
    json::array rows;
    for (const auto& [name, totals] : partitions) {
        rows.push_back(json::object{{"partition", name},
                                    {"files", number(totals.files)},
                                    {"delete_files", number(totals.delete_files)},
                                    {"rows", number(totals.rows)},
                                    {"bytes", number(totals.bytes)}});
    }
    return envelope(std::move(rows));
}

/// From the list alone: cheap, however many files there are.
Result<std::string> show_stats(const TablePart& part) {
    ICE_ASSIGN(const auto manifests, manifests_of(part));
    std::int64_t files = 0;
    std::int64_t rows = 0;
    std::int64_t delete_files = 0;
    for (const iceberg::ManifestFile& manifest : manifests) {
        const std::int64_t live =
            std::int64_t{manifest.added_files_count} + manifest.existing_files_count;
        const bool is_data = manifest.content == iceberg::ManifestContent::kData;
        (is_data ? files : delete_files) += live;
        if (is_data) rows += manifest.added_rows_count + manifest.existing_rows_count;
    }
    const iceberg::TableMetadata& table = *part.table;
    return envelope(json::object{
        {"table_uuid", table.table_uuid.text()},
        {"location", table.location},
        {"format_version", table.format_version},
        {"updated_at_ms", number(table.last_updated_ms)},
        {"snapshot_id", part.snapshot == nullptr ? nullptr : id_text(part.snapshot->snapshot_id)},
        {"snapshots", table.snapshots.size()},
        {"manifests", manifests.size()},
        {"files", number(files)},
        {"delete_files", number(delete_files)},
        {"rows", number(rows)}});
}

using Show = Result<std::string> (*)(const TablePart&);

constexpr std::array<std::pair<std::string_view, Show>, 6> kParts = {{
    {"snapshots", list_snapshots},
    {"history", list_history},
    {"manifests", show_manifests},
    {"files", list_files},
    {"partitions", list_partitions},
    {"stats", show_stats},
}};

}  // namespace

Result<std::string> show_table_part(std::string_view name, const TablePart& part) {
    for (const auto& [known, show] : kParts)
        if (known == name) return show(part);
    return fail(ErrorCode::kNotFound,
                "no such part: " + std::string(name) +
                    "; known are snapshots, history, manifests, files, partitions, stats");
}

}  // namespace icelight::server
