#pragma once

#include <cstdint>

#include "base/result.h"
#include "catalog/manifest_lists.h"

namespace icelight::iceberg {
struct TableMetadata;
}

namespace icelight::catalog::sqlite {

/// Log offsets in the data files of `before`'s current snapshot minus those of `after`'s, from the
/// manifests alone: values of column `offset_field_id` that are not NULL, or all rows of a file
/// whose manifest does not say. Delete files are not applied: R counts what is stored.
///
/// Only manifests that one of the two does not have are read.
/// @error kNotFound, kCorruption, kIo  a manifest cannot be read.
Result<std::int64_t> count_offsets_gone(io::FileSystem& files,
                                        ManifestLists& lists,
                                        const iceberg::TableMetadata& before,
                                        const iceberg::TableMetadata& after,
                                        std::int32_t offset_field_id);

}  // namespace icelight::catalog::sqlite
