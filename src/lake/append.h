#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "catalog/intent.h"
#include "iceberg/data_file.h"
#include "lake/flush/flush_job.h"
#include "lake/tables.h"

namespace icelight::io {
class FileSystem;
}

namespace icelight::lake {

/// A written file as Iceberg's manifests describe it.
iceberg::DataFile make_data_file(const WrittenDataFile& file, const TableLayout& layout);

/// "<commit_id>-m0.avro" in the table's metadata directory.
std::filesystem::path manifest_path(const TableLayout& layout, const Uuid& commit_id);

/// Writes and syncs the manifest over those of `files` that belong to `table`.
///
/// @return the table's part of the commit; without a manifest when it got no files.
/// @error kInvalidArgument  the statistics do not fit the table; kIo, kUnavailable: the disk.
Result<catalog::TableAppend> store_append(io::FileSystem& store,
                                          const catalog::TableIdent& ident,
                                          const TableLayout& layout,
                                          const Uuid& commit_id,
                                          const std::vector<const WrittenDataFile*>& files);

}  // namespace icelight::lake
