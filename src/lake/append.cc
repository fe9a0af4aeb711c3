#include "lake/append.h"

#include <map>
#include <set>

#include "iceberg/manifest.h"
#include "iceberg/manifest_avro.h"
#include "io/file_system.h"
#include "io/location.h"

namespace icelight::lake {

namespace {

/// Clients may have dropped columns: what a manifest says is by the ids of the schema it names.
template <class Value>
std::map<std::int32_t, Value> of_schema(std::map<std::int32_t, Value> by_id,
                                        const iceberg::Schema& schema) {
    std::erase_if(by_id,
                  [&](const auto& entry) { return schema.find_field(entry.first) == nullptr; });
    return by_id;
}

}  // namespace

iceberg::DataFile make_data_file(const WrittenDataFile& file, const TableLayout& layout) {
    iceberg::DataFile out;
    out.file_path = io::file_location(file.path);
    out.partition = {file.day};
    out.record_count = file.row_count;
    out.file_size_bytes = file.file_bytes;
    out.column_sizes = of_schema(file.column_sizes, layout.schema);
    out.value_counts = of_schema(file.value_counts, layout.schema);
    out.null_value_counts = of_schema(file.null_value_counts, layout.schema);
    out.lower_bounds = of_schema(file.lower_bounds, layout.schema);
    out.upper_bounds = of_schema(file.upper_bounds, layout.schema);
    out.split_offsets = file.split_offsets;
    out.sort_order_id = layout.sort_order_id;
    return out;
}

std::filesystem::path manifest_path(const TableLayout& layout, const Uuid& commit_id) {
    return layout.directory / "metadata" / (commit_id.text() + "-m0.avro");
}

Result<catalog::TableAppend> store_append(io::FileSystem& store,
                                          const catalog::TableIdent& ident,
                                          const TableLayout& layout,
                                          const Uuid& commit_id,
                                          const std::vector<const WrittenDataFile*>& files) {
    catalog::TableAppend append;
    append.table = ident;
    if (files.empty()) return append;
    iceberg::Manifest manifest;
    manifest.schema = layout.schema;
    manifest.spec = layout.spec;
    std::set<std::int32_t> days;
    for (const WrittenDataFile* file : files) {
        iceberg::ManifestEntry entry;
        entry.data_file = make_data_file(*file, layout);
        manifest.entries.push_back(std::move(entry));
        append.added.files += 1;
        append.added.records += file->row_count;
        append.added.bytes += file->file_bytes;
        days.insert(file->day);
    }
    append.added.partitions = static_cast<std::int64_t>(days.size());
    ICE_ASSIGN(iceberg::EncodedManifest encoded, iceberg::encode_manifest(manifest));
    const std::filesystem::path path = manifest_path(layout, commit_id);
    ICE_TRY(store.write_file_durably(path, encoded.bytes));
    encoded.file.manifest_path = io::file_location(path);
    append.manifest = std::move(encoded.file);
    return append;
}

}  // namespace icelight::lake
