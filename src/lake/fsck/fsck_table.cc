#include "lake/fsck/fsck_table.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "catalog/manifest_lists.h"
#include "catalog/metadata_file.h"
#include "catalog/reach.h"
#include "iceberg/json/table_metadata_json.h"
#include "iceberg/manifest.h"
#include "iceberg/manifest_avro.h"
#include "io/file_system.h"
#include "io/location.h"

namespace icelight::lake {

using iceberg::ManifestContent;
using iceberg::ManifestFile;

FsckTable TableCheck::run(const catalog::TableIdent& ident,
                          const std::string& location,
                          LiveOffsets* live) {
    table_ = catalog::text_of(ident);
    out_ = {};
    out_.name = table_;
    live_ = live;
    manifests_.clear();
    probed_.clear();
    data_files_.clear();
    const auto metadata = catalog::load_metadata(files_, location);
    if (!metadata) {
        error("metadata", location, metadata.error().message);
        if (live != nullptr) live->is_complete = false;
        return out_;
    }
    ++files_checked_;
    out_.snapshots = (*metadata)->snapshots.size();
    for (const iceberg::Snapshot& snapshot : (*metadata)->snapshots)
        check_snapshot(snapshot, snapshot.snapshot_id == (*metadata)->current_snapshot_id);
    check_other_files(**metadata);
    out_.manifests = manifests_.size();
    out_.data_files = data_files_.size();
    return out_;
}

void TableCheck::check_snapshot(const iceberg::Snapshot& snapshot, bool is_current) {
    if (snapshot.manifest_list.empty()) return;  // format v1
    catalog::ManifestLists lists(files_);
    const auto list = lists.load(snapshot.manifest_list);
    if (!list) {
        const bool is_missing = list.error().code == ErrorCode::kNotFound;
        error(is_missing ? "file-missing" : "manifest-list",
              snapshot.manifest_list,
              list.error().message);
        if (is_current && live_ != nullptr) live_->is_complete = false;
        return;
    }
    ++files_checked_;
    Contents sum;
    bool is_whole = true;
    for (const ManifestFile& manifest : **list) {
        const Contents& contents = check_manifest(manifest);
        is_whole = is_whole && contents.is_readable;
        sum.live_files += contents.live_files;
        sum.live_rows += contents.live_rows;
        sum.live_bytes += contents.live_bytes;
        sum.delete_files += contents.delete_files;
        if (!is_current || live_ == nullptr) continue;
        for (const std::string& file : contents.data_files) {
            const auto probe = probed_.find(file);
            if (probe == probed_.end()) {
                live_->is_complete = false;
                continue;
            }
            live_->offsets += probe->second.offsets;
            live_->ranges.insert(
                live_->ranges.end(), probe->second.ranges.begin(), probe->second.ranges.end());
        }
    }
    if (is_current) {
        out_.live_files = sum.live_files;
        out_.live_rows = sum.live_rows;
        out_.live_bytes = sum.live_bytes;
        if (live_ != nullptr && !is_whole) live_->is_complete = false;
        if (sum.delete_files > 0) {
            findings_.notice({"delete-files",
                              table_,
                              snapshot.manifest_list,
                              fmt::format("{} delete files hide rows that are still stored and "
                                          "counted",
                                          sum.delete_files)});
        }
    }
    if (!is_whole) return;
    check_total(snapshot, "total-data-files", sum.live_files);
    check_total(snapshot, "total-records", sum.live_rows);
    check_total(snapshot, "total-files-size", sum.live_bytes);
    check_total(snapshot, "total-delete-files", sum.delete_files);
}

void TableCheck::check_total(const iceberg::Snapshot& snapshot,
                             const std::string& key,
                             std::int64_t found) {
    const auto total = snapshot.summary.find(key);
    if (total == snapshot.summary.end() || total->second == std::to_string(found)) return;
    error("summary",
          snapshot.manifest_list,
          fmt::format("snapshot {} says {} {}, its manifests {}",
                      snapshot.snapshot_id,
                      key,
                      total->second,
                      found));
}

const TableCheck::Contents& TableCheck::check_manifest(const ManifestFile& manifest) {
    const auto known = manifests_.find(manifest.manifest_path);
    if (known != manifests_.end()) return known->second;
    Contents& contents = manifests_[manifest.manifest_path];
    contents.is_readable = false;
    const auto size = find_size(manifest.manifest_path);
    if (!size) return contents;
    if (static_cast<std::int64_t>(*size) != manifest.manifest_length) {
        error("file-size",
              manifest.manifest_path,
              fmt::format("{} bytes, its list says {}", *size, manifest.manifest_length));
    }
    const auto path = catalog::path_of(manifest.manifest_path);
    const auto bytes = files_.read_file(*path, catalog::kManifestBytesMax);
    const auto found = bytes ? iceberg::decode_manifest(*bytes)
                             : Result<iceberg::Manifest>(tl::unexpected(bytes.error()));
    if (!found) {
        error("manifest", manifest.manifest_path, found.error().message);
        return contents;
    }
    contents.is_readable = true;
    check_counts(manifest, *found);
    for (const iceberg::ManifestEntry& entry : found->entries) {
        if (!entry.is_live()) continue;
        const bool is_data = manifest.content == ManifestContent::kData;
        contents.live_files += is_data ? 1 : 0;
        contents.delete_files += is_data ? 0 : 1;
        contents.live_rows += is_data ? entry.data_file.record_count : 0;
        contents.live_bytes += entry.data_file.file_size_bytes;
        if (is_data) contents.data_files.push_back(entry.data_file.file_path);
        check_data_file(entry.data_file);
    }
    return contents;
}

void TableCheck::check_counts(const ManifestFile& manifest, const iceberg::Manifest& found) {
    using iceberg::EntryStatus;
    std::map<EntryStatus, std::pair<std::int64_t, std::int64_t>> counts;
    for (const iceberg::ManifestEntry& entry : found.entries) {
        counts[entry.status].first += 1;
        counts[entry.status].second += entry.data_file.record_count;
    }
    const auto compare =
        [&](EntryStatus status, const char* name, std::int64_t files, std::int64_t rows) {
            const auto& [files_found, rows_found] = counts[status];
            if (files == iceberg::kUnknownCount) return;
            if (files == files_found && rows == rows_found) return;
            error("manifest-counts",
                  manifest.manifest_path,
                  fmt::format("{} files with {} rows are {}, its list says {} and {}",
                              files_found,
                              rows_found,
                              name,
                              files,
                              rows));
        };
    compare(EntryStatus::kAdded, "added", manifest.added_files_count, manifest.added_rows_count);
    compare(EntryStatus::kExisting,
            "existing",
            manifest.existing_files_count,
            manifest.existing_rows_count);
    compare(EntryStatus::kDeleted,
            "deleted",
            manifest.deleted_files_count,
            manifest.deleted_rows_count);
}

void TableCheck::check_data_file(const iceberg::DataFile& file) {
    if (!data_files_.insert(file.file_path).second) return;
    const auto size = find_size(file.file_path);
    if (!size) return;
    if (static_cast<std::int64_t>(*size) != file.file_size_bytes) {
        error("file-size",
              file.file_path,
              fmt::format("{} bytes, its manifest says {}", *size, file.file_size_bytes));
    }
    if (file.file_format != "PARQUET") return;
    auto probe = prober_.probe(*catalog::path_of(file.file_path));
    if (!probe) {
        error("data-file", file.file_path, probe.error().message);
        return;
    }
    if (static_cast<std::int64_t>(probe->rows) != file.record_count) {
        error("row-count",
              file.file_path,
              fmt::format("{} rows, its manifest says {}", probe->rows, file.record_count));
    }
    if (live_ != nullptr) probed_.emplace(file.file_path, std::move(*probe));
}

void TableCheck::check_other_files(const iceberg::TableMetadata& metadata) {
    for (const auto* kind : {&metadata.statistics, &metadata.partition_statistics}) {
        for (const iceberg::StatisticsFile& file : *kind) {
            const auto location = iceberg::parse_statistics_path(file);
            if (location) find_size(*location);
            if (!location) error("metadata", metadata.location, location.error().message);
        }
    }
    for (const iceberg::MetadataLogEntry& former : metadata.metadata_log) {
        const auto path = catalog::path_of(former.metadata_file);
        const auto is_there = path ? files_.exists(*path) : Result<bool>(false);
        if (is_there && *is_there) continue;
        findings_.notice({"former-metadata-missing",
                          table_,
                          former.metadata_file,
                          "a former metadata file is gone; no reader of today needs it"});
    }
}

std::optional<std::uint64_t> TableCheck::find_size(const std::string& location) {
    const auto path = catalog::path_of(location);
    if (!path) {
        error("location", location, path.error().message);
        return std::nullopt;
    }
    ++files_checked_;
    const auto size = files_.file_size(*path);
    if (size) return *size;
    const bool is_missing = size.error().code == ErrorCode::kNotFound;
    error(is_missing ? "file-missing" : "file-unreadable", location, size.error().message);
    return std::nullopt;
}

void TableCheck::error(const char* check, const std::string& path, const std::string& detail) {
    findings_.error({check, table_, path, detail});
}

}  // namespace icelight::lake
