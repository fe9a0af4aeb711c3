#include "lake/upkeep/reachable_files.h"

#include "catalog/manifest_lists.h"
#include "catalog/reach.h"
#include "iceberg/json/table_metadata_json.h"
#include "iceberg/manifest_avro.h"
#include "iceberg/table_metadata.h"
#include "io/file_system.h"
#include "io/location.h"

namespace icelight::lake {

Result<> ReachableFiles::add(const catalog::LoadedTable& table) {
    const iceberg::TableMetadata& metadata = *table.metadata;
    add_location(table.metadata_location);
    for (const auto& former : metadata.metadata_log) {
        add_location(former.metadata_file);
    }
    for (const auto* kind : {&metadata.statistics, &metadata.partition_statistics}) {
        for (const iceberg::StatisticsFile& file : *kind) {
            ICE_ASSIGN(const std::string location, iceberg::parse_statistics_path(file));
            add_location(location);
        }
    }
    catalog::ManifestLists lists(files_);
    for (const iceberg::Snapshot& snapshot : metadata.snapshots) {
        for (const std::string& manifest : snapshot.manifests) {
            ICE_TRY(add_manifest(manifest));
        }
        if (snapshot.manifest_list.empty()) continue;
        if (!read_.insert(snapshot.manifest_list).second) continue;
        add_location(snapshot.manifest_list);
        ICE_ASSIGN(const auto list, lists.load(snapshot.manifest_list));
        for (const iceberg::ManifestFile& manifest : *list) {
            ICE_TRY(add_manifest(manifest.manifest_path));
        }
    }
    return {};
}

void ReachableFiles::add_location(const std::string& location) {
    const auto path = io::parse_location(location);
    // A place that is no file is none of ours to delete, so it need not be remembered.
    if (path) hashes_.insert(hash_(path->lexically_normal().string()));
}

Result<> ReachableFiles::add_manifest(const std::string& location) {
    if (!read_.insert(location).second) return {};
    if (is_stopping_ != nullptr && *is_stopping_)
        return fail(ErrorCode::kShuttingDown, "the server is stopping");
    add_location(location);
    ICE_ASSIGN(const auto path, io::parse_location(location));
    ICE_ASSIGN(const std::string bytes, files_.read_file(path, catalog::kManifestBytesMax));
    const auto manifest = iceberg::decode_manifest(bytes);
    if (!manifest) return fail_in("manifest " + path.string(), manifest.error());
    for (const iceberg::ManifestEntry& entry : manifest->entries) {
        if (!entry.is_live()) continue;
        add_location(entry.data_file.file_path);
    }
    return {};
}

}  // namespace icelight::lake
