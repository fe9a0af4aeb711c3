#include "catalog/sqlite/offsets_gone.h"

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "catalog/metadata_file.h"
#include "catalog/reach.h"
#include "iceberg/manifest.h"
#include "iceberg/manifest_avro.h"
#include "iceberg/table_metadata.h"
#include "io/file_system.h"

namespace icelight::catalog::sqlite {

namespace {

Result<SharedManifests> load_current(ManifestLists& lists, const iceberg::TableMetadata& table) {
    const iceberg::Snapshot* current = table.current_snapshot();
    if (current == nullptr) return std::make_shared<const std::vector<iceberg::ManifestFile>>();
    return lists.load(current->manifest_list);
}

std::set<std::string> paths_of(const std::vector<iceberg::ManifestFile>& manifests) {
    std::set<std::string> paths;
    for (const iceberg::ManifestFile& manifest : manifests)
        paths.insert(manifest.manifest_path);
    return paths;
}

std::int64_t offsets_of(const iceberg::DataFile& file, std::int32_t field_id) {
    const auto nulls = file.null_value_counts.find(field_id);
    return file.record_count - (nulls == file.null_value_counts.end() ? 0 : nulls->second);
}

/// Of live data files in those manifests whose path is not among `others`.
Result<std::int64_t> count_offsets(io::FileSystem& files,
                                   const std::vector<iceberg::ManifestFile>& manifests,
                                   const std::set<std::string>& others,
                                   std::int32_t field_id) {
    std::int64_t offsets = 0;
    for (const iceberg::ManifestFile& listed : manifests) {
        const bool is_data = listed.content == iceberg::ManifestContent::kData;
        if (!is_data || others.contains(listed.manifest_path)) continue;
        ICE_ASSIGN(const auto path, path_of(listed.manifest_path));
        ICE_ASSIGN(const std::string bytes, files.read_file(path, kManifestBytesMax));
        const auto manifest = iceberg::decode_manifest(bytes);
        if (!manifest) return fail_in("manifest " + path.string(), manifest.error());
        for (const iceberg::ManifestEntry& entry : manifest->entries)
            if (entry.is_live()) offsets += offsets_of(entry.data_file, field_id);
    }
    return offsets;
}

}  // namespace

Result<std::int64_t> count_offsets_gone(io::FileSystem& files,
                                        ManifestLists& lists,
                                        const iceberg::TableMetadata& before,
                                        const iceberg::TableMetadata& after,
                                        std::int32_t offset_field_id) {
    ICE_ASSIGN(const auto had, load_current(lists, before));
    ICE_ASSIGN(const auto has, load_current(lists, after));
    ICE_ASSIGN(const auto gone, count_offsets(files, *had, paths_of(*has), offset_field_id));
    ICE_ASSIGN(const auto came, count_offsets(files, *has, paths_of(*had), offset_field_id));
    return gone - came;
}

}  // namespace icelight::catalog::sqlite
