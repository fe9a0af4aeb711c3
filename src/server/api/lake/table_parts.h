#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "iceberg/table_metadata.h"

/// What a table's metadata says, as JSON: the parts of /api/tables/{namespace}/{table}/{part}.
namespace icelight::server {

/// The table of one moment and the snapshot in question, if it has one.
struct TablePart {
    std::shared_ptr<const iceberg::TableMetadata> table;
    const iceberg::Snapshot* snapshot = nullptr;
    std::int64_t limit = 0;  ///< Of "files".
    std::int64_t after = 0;  ///< Files to pass over.
};

/// Reads manifest lists and manifests; may block.
/// @error kNotFound  no such part (the message names those there are), or a file is gone.
Result<std::string> show_table_part(std::string_view name, const TablePart& part);

}  // namespace icelight::server
