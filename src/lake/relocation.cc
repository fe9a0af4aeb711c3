#include "lake/relocation.h"

#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/clock.h"
#include "base/ids.h"
#include "catalog/manifest_lists.h"
#include "catalog/metadata_file.h"
#include "catalog/reach.h"
#include "iceberg/json/table_metadata_json.h"
#include "iceberg/manifest.h"
#include "iceberg/manifest_avro.h"
#include "io/file_system.h"
#include "io/location.h"

namespace icelight::lake {
namespace {

using iceberg::ManifestFile;

/// One table's files, each written anew once.
class TableMove {
public:
    TableMove(io::FileSystem& files, const Relocation& move) : files_(files), move_(move) {}

    Result<std::string> run(const std::string& metadata_location) {
        const std::string location = relocate(metadata_location, move_);
        ICE_ASSIGN(const auto old, catalog::load_metadata(files_, location));
        iceberg::TableMetadata metadata = *old;
        if (metadata.format_version != iceberg::kFormatVersionDefault) {
            return fail(ErrorCode::kUnsupported,
                        fmt::format("{}: a table of format version {} cannot be moved",
                                    location,
                                    metadata.format_version));
        }
        metadata.location = relocate(metadata.location, move_);
        folder_ = metadata.location + "/metadata/";
        metadata.metadata_log.clear();
        for (iceberg::Snapshot& snapshot : metadata.snapshots) {
            ICE_ASSIGN(snapshot.manifest_list, move_list(snapshot));
        }
        for (auto* kind : {&metadata.statistics, &metadata.partition_statistics}) {
            for (iceberg::StatisticsFile& file : *kind)
                file.json = replace_all(std::move(file.json));
        }
        ICE_ASSIGN(const auto path, catalog::path_of(location));
        const auto version = catalog::find_metadata_version(path.filename().string());
        const std::string moved =
            catalog::make_metadata_location(metadata.location, version.value_or(0) + 1);
        ICE_TRY(write(moved, iceberg::encode_table_metadata(metadata)));
        return moved;
    }

private:
    Result<std::string> move_list(const iceberg::Snapshot& snapshot) {
        catalog::ManifestLists lists(files_);
        ICE_ASSIGN(const auto old, lists.load(relocate(snapshot.manifest_list, move_)));
        iceberg::ManifestList list{
            snapshot.snapshot_id, snapshot.parent_snapshot_id, snapshot.sequence_number, *old};
        for (ManifestFile& manifest : list.manifests) {
            ICE_TRY(move_manifest(manifest));
        }
        ICE_ASSIGN(const std::string bytes, iceberg::encode_manifest_list(list));
        const std::string location =
            fmt::format("{}snap-{}-1-{}.avro", folder_, snapshot.snapshot_id, new_name());
        ICE_TRY(write(location, bytes));
        return location;
    }

    /// Gives the list's entry the path and length of the manifest written anew.
    Result<> move_manifest(ManifestFile& manifest) {
        const auto known = moved_.find(manifest.manifest_path);
        if (known != moved_.end()) {
            manifest.manifest_path = known->second.first;
            manifest.manifest_length = known->second.second;
            return {};
        }
        if (manifest.content == iceberg::ManifestContent::kDeletes) {
            return fail(ErrorCode::kUnsupported,
                        manifest.manifest_path +
                            ": delete files name data files by path; compact the table with the "
                            "engine that deletes, expire its snapshots, then move it");
        }
        const std::string from = relocate(manifest.manifest_path, move_);
        ICE_ASSIGN(const auto path, catalog::path_of(from));
        ICE_ASSIGN(const std::string bytes, files_.read_file(path, catalog::kManifestBytesMax));
        auto content = iceberg::decode_manifest(bytes);
        if (!content) return fail_in("manifest " + path.string(), content.error());
        for (iceberg::ManifestEntry& entry : content->entries)
            entry.data_file.file_path = relocate(entry.data_file.file_path, move_);
        ICE_ASSIGN(const auto encoded, iceberg::encode_manifest(*content));
        const std::string location = fmt::format("{}{}-m0.avro", folder_, new_name());
        ICE_TRY(write(location, encoded.bytes));
        const auto length = static_cast<std::int64_t>(encoded.bytes.size());
        moved_[manifest.manifest_path] = {location, length};
        manifest.manifest_path = location;
        manifest.manifest_length = length;
        return {};
    }

    Result<> write(const std::string& location, const std::string& bytes) {
        ICE_ASSIGN(const auto path, catalog::path_of(location));
        return files_.write_file_durably(path, bytes);
    }

    std::string replace_all(std::string text) const {
        const std::string from = io::file_location(move_.from) + "/";
        const std::string to = io::file_location(move_.to) + "/";
        for (std::size_t at = text.find(from); at != std::string::npos;
             at = text.find(from, at + to.size()))
            text.replace(at, from.size(), to);
        return text;
    }

    static std::string new_name() { return make_uuid_v7(system_clock().now_us()).text(); }

    io::FileSystem& files_;
    const Relocation& move_;
    std::string folder_;
    std::map<std::string, std::pair<std::string, std::int64_t>> moved_;
};

}  // namespace

Result<std::filesystem::path> warehouse_of(const catalog::TableIdent& ident,
                                           const std::string& metadata_location) {
    ICE_ASSIGN(auto path, catalog::path_of(metadata_location));
    path = path.parent_path().parent_path();  // the table's directory
    for (std::size_t i = 0; i < ident.space.size() + 1; ++i)
        path = path.parent_path();
    if (path.has_relative_path()) return path;
    return fail(ErrorCode::kUnsupported,
                metadata_location + " does not lie in a warehouse as ours do");
}

std::string relocate(const std::string& location, const Relocation& move) {
    const auto path = io::parse_location(location);
    if (!path) return location;
    const std::string from = move.from.string() + "/";
    if (!path->string().starts_with(from)) return location;
    return io::file_location(move.to / path->string().substr(from.size()));
}

Result<std::string> relocate_table(io::FileSystem& files,
                                   const std::string& metadata_location,
                                   const Relocation& move) {
    return TableMove(files, move).run(metadata_location);
}

}  // namespace icelight::lake
