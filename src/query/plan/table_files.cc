#include "query/plan/table_files.h"

#include <algorithm>

#include <fmt/format.h>

#include "iceberg/json/table_metadata_json.h"
#include "iceberg/manifest.h"
#include "iceberg/manifest_avro.h"
#include "iceberg/manifest_file.h"
#include "iceberg/table_metadata.h"
#include "iceberg/time_travel.h"
#include "io/file_system.h"
#include "io/location.h"
#include "query/plan/field_names.h"
#include "query/plan/initial_default.h"

namespace icelight::query {
namespace {

bool is_deletion_vector(const iceberg::DataFile& file) {
    return file.content == iceberg::FileContent::kPositionDeletes &&
           (file.content_offset || file.file_format == "PUFFIN" || file.file_format == "puffin");
}

Result<LiveFile> slim(iceberg::ManifestEntry entry) {
    auto& file = entry.data_file;
    if (file.file_format != "PARQUET" && file.file_format != "parquet") {
        return fail(ErrorCode::kUnsupported,
                    fmt::format("{}: {} files are not read", file.file_path, file.file_format));
    }
    LiveFile live;
    live.location = file.file_path;
    live.sequence_number = entry.sequence_number.value_or(0);
    ICE_ASSIGN(const auto path, io::parse_location(file.file_path));
    file.file_path = path.native();
    file.column_sizes.clear();
    file.value_counts.clear();
    file.split_offsets.clear();
    live.file = std::move(file);
    return live;
}

/// Version 3 lets a new field have a value in old files; our reader fills it in for whole columns.
std::string find_unread_default(const iceberg::Schema& schema) {
    const auto name = find_nested_default(schema.fields);
    if (name.empty()) return {};
    return fmt::format(
        "column \"{}\" has an initial default inside (table version 3), which is not read; rewrite "
        "the "
        "table's files under a schema without it",
        name);
}

/// Those that the table knows and those of manifests: it may have forgotten what no snapshot uses.
/// What came after the state that was asked for does not matter.
std::vector<const iceberg::Schema*> former_schemas(const TableFiles& table,
                                                   const std::vector<iceberg::Schema>& known) {
    std::vector<const iceberg::Schema*> former;
    for (const auto& one : known) {
        if (!table.as_of_snapshot || one.schema_id <= table.schema.schema_id)
            former.push_back(&one);
    }
    for (const auto& manifest : table.data)
        former.push_back(&manifest->schema);
    return former;
}

Result<const iceberg::Snapshot*> find_snapshot(const iceberg::TableMetadata& metadata,
                                               const AsOf& as_of) {
    auto found = as_of.snapshot_id
                     ? iceberg::snapshot_of_id(metadata, *as_of.snapshot_id)
                     : iceberg::snapshot_at_time(metadata, as_of.timestamp_ms.value_or(0));
    // What was asked is wrong, not where.
    if (!found) return fail(ErrorCode::kInvalidArgument, found.error().message);
    return found;
}

}  // namespace

Result<std::shared_ptr<const TableFiles>> TableFilesCache::load(const std::string& location,
                                                                const std::optional<AsOf>& as_of) {
    const auto key = as_of ? location + " " + as_of_text(*as_of) : location;
    if (auto known = tables_.find(key)) return known;
    auto loaded = load_table(location, as_of);
    if (!loaded) return loaded;
    tables_.store(key, *loaded, kCachedTablesMax);
    return loaded;
}

Result<std::shared_ptr<const TableFiles>> TableFilesCache::load_table(
    const std::string& location, const std::optional<AsOf>& as_of) {
    ICE_ASSIGN(const auto json, read(location, kMetadataBytesMax));
    auto parsed = iceberg::parse_table_metadata(json);
    if (!parsed) return fail_in(location, parsed.error());
    const auto* snapshot = parsed->current_snapshot();
    const auto* schema = parsed->current_schema();
    if (as_of) {
        ICE_ASSIGN(snapshot, find_snapshot(*parsed, *as_of));
        const auto* const own =
            snapshot->schema_id ? parsed->find_schema(*snapshot->schema_id) : nullptr;
        if (own != nullptr) schema = own;
    }
    if (schema == nullptr) return fail(ErrorCode::kCorruption, location + ": no current schema");
    auto table = std::make_shared<TableFiles>();
    table->schema = *schema;
    table->location = location;
    table->needs_extension = find_unread_default(*schema);
    if (as_of) table->as_of_snapshot = snapshot->snapshot_id;
    table->is_read_by_id = needs_field_ids(*parsed, *schema);
    const auto mapping = parsed->properties.find(std::string(iceberg::kNameMappingProperty));
    if (mapping != parsed->properties.end())
        table->name_mapping = iceberg::parse_name_mapping(mapping->second);
    make_names_unique(table->schema);
    if (snapshot == nullptr) return table;
    ICE_TRY(load_snapshot(*snapshot, *table));
    const auto former = former_schemas(*table, parsed->schemas);
    table->changed_types = find_changed_types(table->schema, former);
    table->dropped = find_dropped(table->schema, former);
    if (!table->changed_types.empty()) table->is_read_by_id = true;
    table->needs_layouts = table->is_read_by_id || table->name_mapping ||
                           !find_unmatched_member(table->schema, former).empty();
    return table;
}

Result<> TableFilesCache::load_snapshot(const iceberg::Snapshot& snapshot, TableFiles& table) {
    table.snapshot_id = snapshot.snapshot_id;
    table.snapshot_time_ms = snapshot.timestamp_ms;
    if (snapshot.manifest_list.empty()) {
        return fail(ErrorCode::kUnsupported, "a snapshot without a manifest list");
    }
    ICE_ASSIGN(const auto bytes, read(snapshot.manifest_list, kManifestBytesMax));
    auto list = iceberg::decode_manifest_list(bytes);
    if (!list) return fail_in(snapshot.manifest_list, list.error());
    for (const auto& file : *list) {
        ICE_ASSIGN(auto manifest, load_manifest(file));
        if (!manifest->vectors.empty()) {
            table.needs_extension = fmt::format(
                "{}: deletion vectors of table version 3 are not read; rewrite the "
                "table's files, or write it in version 2",
                manifest->vectors);
        }
        if (manifest->files.empty()) continue;
        if (file.content == iceberg::ManifestContent::kDeletes) {
            table.deletes.push_back(std::move(manifest));
            continue;
        }
        table.data_files += manifest->files.size();
        if (table.data_files > kDataFilesMax) {
            return fail(ErrorCode::kUnsupported,
                        fmt::format("more than {} data files", kDataFilesMax));
        }
        table.data.push_back(std::move(manifest));
    }
    return {};
}

Result<std::shared_ptr<const LiveFiles>> TableFilesCache::load_manifest(
    const iceberg::ManifestFile& file) {
    if (auto known = manifests_.find(file.manifest_path)) return known;
    ICE_ASSIGN(const auto bytes, read(file.manifest_path, kManifestBytesMax));
    auto manifest = iceberg::decode_manifest(bytes);
    if (!manifest) return fail_in(file.manifest_path, manifest.error());
    iceberg::inherit(*manifest, file);
    auto live = std::make_shared<LiveFiles>();
    live->spec = manifest->spec;
    live->schema = manifest->schema;
    // A source that was dropped since: the values are then only compared, never understood.
    if (auto fields = iceberg::partition_fields(manifest->schema, manifest->spec)) {
        live->partition = std::move(*fields);
    }
    for (auto& entry : manifest->entries) {
        if (!entry.is_live()) continue;
        if (is_deletion_vector(entry.data_file)) {
            live->vectors = entry.data_file.file_path;
            continue;
        }
        ICE_ASSIGN(auto one, slim(std::move(entry)));
        live->files.push_back(std::move(one));
    }
    manifests_.store(file.manifest_path, live, kCachedManifestsMax);
    return live;
}

Result<std::string> TableFilesCache::read(const std::string& location, std::size_t bytes_max) {
    ICE_ASSIGN(const auto path, io::parse_location(location));
    return files_.read_file(path, bytes_max);
}

}  // namespace icelight::query
