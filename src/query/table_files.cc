#include "query/table_files.h"

#include <fmt/format.h>

#include "iceberg/manifest.h"
#include "iceberg/manifest_avro.h"
#include "iceberg/manifest_file.h"
#include "iceberg/table_metadata.h"
#include "iceberg/table_metadata_json.h"
#include "io/file_system.h"
#include "io/location.h"

namespace icelight::query {
namespace {

/// A data file as planning needs it: path, counts, partition and bounds.
Result<iceberg::DataFile> slim(iceberg::DataFile file) {
    if (file.content != iceberg::FileContent::kData) {
        return fail(ErrorCode::kUnsupported,
                    "the table has row-level deletes, which SQL does not read yet");
    }
    if (file.file_format != "PARQUET" && file.file_format != "parquet") {
        return fail(ErrorCode::kUnsupported,
                    fmt::format("{}: {} files are not read", file.file_path, file.file_format));
    }
    ICE_ASSIGN(const auto path, io::parse_location(file.file_path));
    file.file_path = path.native();
    file.column_sizes.clear();
    file.value_counts.clear();
    file.split_offsets.clear();
    return file;
}

}  // namespace

Result<std::shared_ptr<const TableFiles>> TableFilesCache::load(const std::string& location) {
    if (auto known = tables_.find(location)) return known;
    auto loaded = load_table(location);
    if (!loaded) return loaded;
    tables_.store(location, *loaded, kCachedTablesMax);
    return loaded;
}

Result<std::shared_ptr<const TableFiles>> TableFilesCache::load_table(const std::string& location) {
    ICE_ASSIGN(const auto json, read(location, kMetadataBytesMax));
    auto parsed = iceberg::parse_table_metadata(json);
    if (!parsed) return fail_in(location, parsed.error());
    const auto* const schema = parsed->current_schema();
    if (schema == nullptr) return fail(ErrorCode::kCorruption, location + ": no current schema");
    auto table = std::make_shared<TableFiles>();
    table->schema = *schema;
    table->has_several_schemas = parsed->schemas.size() > 1;
    const auto* const snapshot = parsed->current_snapshot();
    if (snapshot == nullptr) return table;
    table->snapshot_id = snapshot->snapshot_id;
    if (snapshot->manifest_list.empty()) {
        return fail(ErrorCode::kUnsupported, location + ": a snapshot without a manifest list");
    }
    ICE_ASSIGN(const auto bytes, read(snapshot->manifest_list, kManifestBytesMax));
    auto list = iceberg::decode_manifest_list(bytes);
    if (!list) return fail_in(snapshot->manifest_list, list.error());
    std::size_t count = 0;
    for (const auto& file : *list) {
        ICE_ASSIGN(auto manifest, load_manifest(file));
        count += manifest->size();
        if (count > kDataFilesMax) {
            return fail(ErrorCode::kUnsupported,
                        fmt::format("{}: more than {} data files", location, kDataFilesMax));
        }
        if (!manifest->empty()) table->manifests.push_back(std::move(manifest));
    }
    return table;
}

Result<std::shared_ptr<const DataFiles>> TableFilesCache::load_manifest(
    const iceberg::ManifestFile& file) {
    if (auto known = manifests_.find(file.manifest_path)) return known;
    ICE_ASSIGN(const auto bytes, read(file.manifest_path, kManifestBytesMax));
    auto manifest = iceberg::decode_manifest(bytes);
    if (!manifest) return fail_in(file.manifest_path, manifest.error());
    auto live = std::make_shared<DataFiles>();
    for (auto& entry : manifest->entries) {
        if (!entry.is_live()) continue;
        ICE_ASSIGN(auto data_file, slim(std::move(entry.data_file)));
        live->push_back(std::move(data_file));
    }
    manifests_.store(file.manifest_path, live, kCachedManifestsMax);
    return live;
}

Result<std::string> TableFilesCache::read(const std::string& location, std::size_t bytes_max) {
    ICE_ASSIGN(const auto path, io::parse_location(location));
    return files_.read_file(path, bytes_max);
}

}  // namespace icelight::query
