#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "iceberg/snapshot.h"

namespace icelight::iceberg {

/// What a snapshot adds and takes away. Zeros are left out of the summary.
struct SnapshotChanges {
    std::int64_t added_data_files = 0;
    std::int64_t deleted_data_files = 0;
    std::int64_t added_records = 0;
    std::int64_t deleted_records = 0;
    std::int64_t added_files_bytes = 0;
    std::int64_t removed_files_bytes = 0;
    std::int64_t added_delete_files = 0;
    std::int64_t removed_delete_files = 0;
    std::int64_t added_position_deletes = 0;
    std::int64_t removed_position_deletes = 0;
    std::int64_t added_equality_deletes = 0;
    std::int64_t removed_equality_deletes = 0;
    std::int64_t changed_partitions = 0;
};

/// Summary of a snapshot over `parent` (nullptr: the first). Totals are the parent's plus the
/// changes; a total that the parent does not know stays unknown.
std::map<std::string, std::string> make_summary(std::string_view operation,
                                                const SnapshotChanges& changes,
                                                const Snapshot* parent);

}  // namespace icelight::iceberg
