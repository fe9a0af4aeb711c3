#include "lake/inventory.h"

#include "catalog/manifest_lists.h"
#include "catalog/reach.h"
#include "iceberg/manifest_avro.h"
#include "iceberg/values.h"
#include "io/file_system.h"
#include "io/location.h"

namespace icelight::lake {

using iceberg::ManifestFile;

Result<std::vector<ManifestFile>> list_manifests(io::FileSystem& files,
                                                 const iceberg::Snapshot& snapshot) {
    catalog::ManifestLists lists(files);
    ICE_ASSIGN(const auto list, lists.load(snapshot.manifest_list));
    return *list;
}

Result<> visit_live_files(
    io::FileSystem& files,
    const std::vector<ManifestFile>& manifests,
    const std::function<bool(const iceberg::Manifest&, const iceberg::ManifestEntry&)>& visit) {
    for (const ManifestFile& file : manifests) {
        ICE_ASSIGN(const auto path, io::parse_location(file.manifest_path));
        ICE_ASSIGN(const std::string bytes, files.read_file(path, catalog::kManifestBytesMax));
        auto manifest = iceberg::decode_manifest(bytes);
        if (!manifest) return fail_in("manifest " + path.string(), manifest.error());
        iceberg::inherit(*manifest, file);
        for (const iceberg::ManifestEntry& entry : manifest->entries)
            if (entry.is_live() && !visit(*manifest, entry)) return {};
    }
    return {};
}

std::string partition_text(const iceberg::Manifest& manifest, const iceberg::DataFile& file) {
    const auto fields = iceberg::partition_fields(manifest.schema, manifest.spec);
    std::string out;
    if (!fields) return out;
    for (std::size_t i = 0; i < fields->size() && i < file.partition.size(); ++i) {
        if (i > 0) out += '/';
        out += (*fields)[i].name + "=" + iceberg::value_text((*fields)[i].type, file.partition[i]);
    }
    return out;
}

Result<std::map<std::string, PartitionTotals>> sum_partitions(
    io::FileSystem& files, const std::vector<ManifestFile>& manifests) {
    std::map<std::string, PartitionTotals> partitions;
    ICE_TRY(visit_live_files(
        files,
        manifests,
        [&partitions](const iceberg::Manifest& manifest, const iceberg::ManifestEntry& entry) {
            const iceberg::DataFile& file = entry.data_file;
            PartitionTotals& totals = partitions[partition_text(manifest, file)];
            const bool is_data = file.content == iceberg::FileContent::kData;
            totals.files += is_data ? 1 : 0;
            totals.delete_files += is_data ? 0 : 1;
            totals.rows += is_data ? file.record_count : 0;
            totals.bytes += file.file_size_bytes;
            return true;
        }));
    return partitions;
}

}  // namespace icelight::lake
