#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "iceberg/values.h"

namespace icelight::iceberg {

enum class FileContent : std::uint8_t { kData = 0, kPositionDeletes = 1, kEqualityDeletes = 2 };

/// A data or delete file (spec, "Manifests", `data_file`; the numbers are Avro field ids).
struct DataFile {
    FileContent content = FileContent::kData;  ///< 134
    std::string file_path;                     ///< 100 Location as written, never normalised.
    std::string file_format = "PARQUET";       ///< 101 Upper case.
    std::vector<Value> partition;              ///< 102 One per field of the manifest's spec.
    std::int64_t record_count = 0;             ///< 103
    std::int64_t file_size_bytes = 0;          ///< 104
    std::map<std::int32_t, std::int64_t> column_sizes;       ///< 108 Field id → bytes.
    std::map<std::int32_t, std::int64_t> value_counts;       ///< 109 With nulls and NaNs.
    std::map<std::int32_t, std::int64_t> null_value_counts;  ///< 110
    std::map<std::int32_t, std::int64_t> nan_value_counts;   ///< 137
    std::map<std::int32_t, std::string> lower_bounds;        ///< 125 encode_value().
    std::map<std::int32_t, std::string> upper_bounds;        ///< 128 encode_value().
    std::optional<std::string> key_metadata;                 ///< 131
    std::vector<std::int64_t> split_offsets;                 ///< 132 Ascending.
    std::vector<std::int32_t> equality_ids;                  ///< 135 Equality deletes only.
    std::optional<std::int32_t> sort_order_id;               ///< 140
    std::optional<std::int64_t> first_row_id;                ///< 142 v3
    std::optional<std::string> referenced_data_file;         ///< 143 Position deletes only.
    std::optional<std::int64_t> content_offset;              ///< 144 v3 deletion vectors.
    std::optional<std::int64_t> content_size_bytes;          ///< 145 v3 deletion vectors.

    bool operator==(const DataFile&) const = default;
};

}  // namespace icelight::iceberg
