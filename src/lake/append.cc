#include "lake/append.h"

#include <set>

#include "iceberg/manifest.h"
#include "iceberg/manifest_avro.h"
#include "io/file_system.h"
#include "io/location.h"

namespace icelight::lake {

iceberg::DataFile make_data_file(const WrittenDataFile& file, const TableLayout& layout) {
    iceberg::DataFile out;
    out.file_path = io::file_location(file.path);
    out.partition = {file.day};
    out.record_count = file.row_count;
    out.file_size_bytes = file.file_bytes;
    out.column_sizes = file.column_sizes;
    out.value_counts = file.value_counts;
    out.null_value_counts = file.null_value_counts;
    out.lower_bounds = file.lower_bounds;
    out.upper_bounds = file.upper_bounds;
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
