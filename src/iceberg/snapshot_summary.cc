#include "iceberg/snapshot_summary.h"

#include <charconv>
#include <optional>

namespace icelight::iceberg {

namespace {

using Summary = std::map<std::string, std::string>;

std::optional<std::int64_t> find_total(const Snapshot& parent, const std::string& key) {
    const auto found = parent.summary.find(key);
    if (found == parent.summary.end()) return std::nullopt;
    const auto& text = found->second;
    std::int64_t value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
    return value;
}

void put_change(Summary& summary, const std::string& key, std::int64_t count) {
    if (count > 0) summary[key] = std::to_string(count);
}

/// A total that contradicts the changes (below zero) is not repeated.
void put_total(Summary& summary,
               const Snapshot* parent,
               const std::string& key,
               std::int64_t difference) {
    const auto before =
        parent == nullptr ? std::optional<std::int64_t>(0) : find_total(*parent, key);
    std::int64_t after = 0;
    if (!before || __builtin_add_overflow(*before, difference, &after) || after < 0) return;
    summary[key] = std::to_string(after);
}

}  // namespace

Summary make_summary(std::string_view operation,
                     const SnapshotChanges& changes,
                     const Snapshot* parent) {
    Summary summary;
    summary["operation"] = operation;
    put_change(summary, "added-data-files", changes.added_data_files);
    put_change(summary, "deleted-data-files", changes.deleted_data_files);
    put_change(summary, "added-records", changes.added_records);
    put_change(summary, "deleted-records", changes.deleted_records);
    put_change(summary, "added-files-size", changes.added_files_bytes);
    put_change(summary, "removed-files-size", changes.removed_files_bytes);
    put_change(summary, "added-delete-files", changes.added_delete_files);
    put_change(summary, "removed-delete-files", changes.removed_delete_files);
    put_change(summary, "added-position-deletes", changes.added_position_deletes);
    put_change(summary, "removed-position-deletes", changes.removed_position_deletes);
    put_change(summary, "added-equality-deletes", changes.added_equality_deletes);
    put_change(summary, "removed-equality-deletes", changes.removed_equality_deletes);
    put_change(summary, "changed-partition-count", changes.changed_partitions);
    put_total(
        summary, parent, "total-data-files", changes.added_data_files - changes.deleted_data_files);
    put_total(summary, parent, "total-records", changes.added_records - changes.deleted_records);
    put_total(summary,
              parent,
              "total-files-size",
              changes.added_files_bytes - changes.removed_files_bytes);
    put_total(summary,
              parent,
              "total-delete-files",
              changes.added_delete_files - changes.removed_delete_files);
    put_total(summary,
              parent,
              "total-position-deletes",
              changes.added_position_deletes - changes.removed_position_deletes);
    put_total(summary,
              parent,
              "total-equality-deletes",
              changes.added_equality_deletes - changes.removed_equality_deletes);
    return summary;
}

}  // namespace icelight::iceberg
