#include "lake/upkeep/manifest_merge.h"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "catalog/reach.h"
#include "iceberg/manifest.h"
#include "iceberg/manifest_avro.h"
#include "io/file_system.h"
#include "io/location.h"

namespace icelight::lake {
namespace {

using iceberg::ManifestFile;

std::int64_t live_files(const ManifestFile& manifest) {
    return std::int64_t{manifest.added_files_count} + manifest.existing_files_count;
}

bool may_merge(const ManifestFile& manifest) {
    return manifest.content == iceberg::ManifestContent::kData && manifest.added_files_count >= 0 &&
           manifest.existing_files_count >= 0 && live_files(manifest) < kManifestFilesMax &&
           manifest.manifest_length < kManifestBytesTarget && !manifest.key_metadata;
}

int class_of(const ManifestFile& manifest) {
    int size_class = 0;
    for (std::int64_t files = live_files(manifest); files >= std::int64_t{kMergeFanIn};
         files /= std::int64_t{kMergeFanIn})
        ++size_class;
    return size_class;
}

/// Cuts one class into merges of at most kManifestFilesMax files.
void cut(std::vector<ManifestFile> manifests, std::vector<ManifestMerge>& out) {
    ManifestMerge merge;
    std::int64_t files = 0;
    for (ManifestFile& manifest : manifests) {
        files += live_files(manifest);
        if (files > kManifestFilesMax && merge.inputs.size() > 1) {
            out.push_back(std::exchange(merge, {}));
            files = live_files(manifest);
        }
        merge.inputs.push_back(std::move(manifest));
    }
    if (merge.inputs.size() > 1) out.push_back(std::move(merge));
}

}  // namespace

std::vector<ManifestMerge> choose_merges(const std::vector<ManifestFile>& manifests) {
    std::map<std::pair<std::int32_t, int>, std::vector<ManifestFile>> classes;
    for (const ManifestFile& manifest : manifests) {
        if (!may_merge(manifest)) continue;
        classes[{manifest.partition_spec_id, class_of(manifest)}].push_back(manifest);
    }
    std::vector<ManifestMerge> merges;
    for (auto& [key, members] : classes)
        if (members.size() >= kMergeFanIn) cut(std::move(members), merges);
    return merges;
}

Result<ManifestFile> store_merged(io::FileSystem& files,
                                  const iceberg::TableMetadata& table,
                                  const ManifestMerge& merge,
                                  const std::filesystem::path& path) {
    const std::int32_t spec_id = merge.inputs.front().partition_spec_id;
    const iceberg::PartitionSpec* spec = table.find_spec(spec_id);
    const iceberg::Schema* schema = table.current_schema();
    if (spec == nullptr || schema == nullptr)
        return fail(ErrorCode::kUnsupported, fmt::format("partition spec {} is gone", spec_id));
    iceberg::Manifest merged;
    merged.spec = *spec;
    merged.schema = *schema;
    for (const ManifestFile& input : merge.inputs) {
        ICE_ASSIGN(const auto from, io::parse_location(input.manifest_path));
        ICE_ASSIGN(const std::string bytes, files.read_file(from, catalog::kManifestBytesMax));
        auto manifest = iceberg::decode_manifest(bytes);
        if (!manifest) return fail_in("manifest " + from.string(), std::move(manifest).error());
        iceberg::inherit(*manifest, input);
        const auto before = static_cast<std::int64_t>(merged.entries.size());
        for (iceberg::ManifestEntry& entry : manifest->entries) {
            if (!entry.is_live()) continue;
            entry.status = iceberg::EntryStatus::kExisting;
            merged.entries.push_back(std::move(entry));
        }
        const auto found = static_cast<std::int64_t>(merged.entries.size()) - before;
        if (found != live_files(input)) {
            return fail(ErrorCode::kCorruption,
                        fmt::format("manifest {} lists {} live files, its list says {}",
                                    from.string(),
                                    found,
                                    live_files(input)));
        }
    }
    ICE_ASSIGN(iceberg::EncodedManifest encoded, iceberg::encode_manifest(merged));
    ICE_TRY(files.write_file_durably(path, encoded.bytes));
    encoded.file.manifest_path = io::file_location(path);
    return std::move(encoded.file);
}

}  // namespace icelight::lake
