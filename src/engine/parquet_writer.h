#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/chunk_writer.h"
#include "engine/session.h"

namespace icelight::engine {

struct ParquetColumn {
    std::string name;
    WriteType type;
    int field_id;  ///< Iceberg field id, written into the file's schema.
};

struct ParquetOptions {
    std::size_t row_group_rows = 40'960;  ///< In steps of 2,048.
    int zstd_level = 1;
    /// Distinct values of a column in a row group up to which it is dictionary-coded.
    std::size_t dictionary_values_max = 4'096;
};

struct ColumnCounts {
    int field_id = 0;
    std::int64_t value_count = 0;  ///< NULLs counted in, as Iceberg counts.
    std::int64_t null_count = 0;
    std::int64_t column_bytes = 0;  ///< Compressed, in the file.
};

struct WrittenFile {
    std::int64_t row_count = 0;
    std::int64_t file_bytes = 0;
    std::vector<ColumnCounts> columns;        ///< In the order of the columns written.
    std::vector<std::int64_t> split_offsets;  ///< Where each row group begins.
};

/// Writes one Parquet file (format 2, zstd) of the rows of `source`, in their order.
///
/// Needs a database with one thread (more do not keep the order). Not synced: the caller syncs file
/// and directory. Thread safety: one writing at a time per database.
/// @error as Session's, and the source's own errors. An existing file of that name is replaced; on
///        error the new file is gone.
Result<WrittenFile> write_parquet(Session& session,
                                  RowSource& source,
                                  const std::vector<ParquetColumn>& columns,
                                  const std::filesystem::path& path,
                                  const ParquetOptions& options = {});

}  // namespace icelight::engine
