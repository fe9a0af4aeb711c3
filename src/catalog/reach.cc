#include "catalog/reach.h"

#include <string>
#include <vector>

#include "catalog/metadata_file.h"
#include "iceberg/manifest_avro.h"
#include "iceberg/table_metadata.h"
#include "io/file_system.h"

namespace icelight::catalog {

namespace {

using Visit = std::function<Result<bool>(const std::filesystem::path&)>;

Result<bool> visit_manifest(io::FileSystem& files,
                            const std::string& location,
                            const Visit& visit) {
    ICE_ASSIGN(const auto path, path_of(location));
    ICE_ASSIGN(const bool goes_on, visit(path));
    if (!goes_on) return false;
    ICE_ASSIGN(const std::string bytes, files.read_file(path, kManifestBytesMax));
    auto manifest = iceberg::decode_manifest(bytes);
    if (!manifest) return fail_in("manifest " + path.string(), std::move(manifest).error());
    for (const iceberg::ManifestEntry& entry : manifest->entries) {
        if (!entry.is_live()) continue;
        ICE_ASSIGN(const auto file, path_of(entry.data_file.file_path));
        ICE_ASSIGN(const bool is_next, visit(file));
        if (!is_next) return false;
    }
    return true;
}

}  // namespace

Result<bool> visit_reachable_files(io::FileSystem& files,
                                   const iceberg::TableMetadata& table,
                                   ReachScope scope,
                                   const Visit& visit) {
    std::set<std::string> seen;
    ManifestLists lists(files);
    for (const iceberg::Snapshot& snapshot : table.snapshots) {
        const bool is_current = table.current_snapshot_id == snapshot.snapshot_id;
        if (scope == ReachScope::kCurrentSnapshot && !is_current) continue;
        ICE_ASSIGN(const auto path, path_of(snapshot.manifest_list));
        ICE_ASSIGN(const bool goes_on, visit(path));
        if (!goes_on) return false;
        ICE_ASSIGN(const SharedManifests list, lists.load(snapshot.manifest_list));
        for (const iceberg::ManifestFile& manifest : *list) {
            if (!seen.insert(manifest.manifest_path).second) continue;
            ICE_ASSIGN(const bool is_next, visit_manifest(files, manifest.manifest_path, visit));
            if (!is_next) return false;
        }
    }
    return true;
}

}  // namespace icelight::catalog
