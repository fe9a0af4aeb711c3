#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "query/plan/column_source.h"
#include "query/plan/file_filter.h"
#include "query/plan/table_files.h"

namespace icelight::query {

/// Data files are read by so many scans at most: files that differ in the delete files that apply
/// to them, or in where they hold their columns, cannot share one.
inline constexpr std::size_t kFileGroupsMax = 64;

/// Data files to which the same delete files apply (spec, "Scan Planning").
struct FileGroup {
    std::vector<const LiveFile*> files;
    std::vector<const LiveFile*> position_deletes;
    std::vector<const LiveFile*> equality_deletes;
    std::vector<const LiveFiles*> manifests;  ///< Of `files`, in their order.
    /// Of columns_to_read(); empty: they are found as the table says (TableFiles::is_read_by_id).
    std::optional<std::vector<ColumnSource>> sources = {};
};

/// What of a table is read. Lifetime: that of the TableFiles it was made from.
struct FilePlan {
    std::vector<FileGroup> groups;  ///< First the files without deletes, if there are any.
    std::uint64_t skipped = 0;      ///< Data files.
    std::uint64_t rows = 0;         ///< Of the files to be read.
    std::uint64_t bytes = 0;
};

/// Leaves out the data files in which no mention of the table can find a row, and finds for each
/// other one the delete files that apply to it: position deletes that are not older than it and may
/// name it, equality deletes that are younger, both of its partition (or of none). A table that the
/// iceberg extension scans has no groups, and all its files count: what it leaves out is not known.
///
/// @error kUnsupported  more than kFileGroupsMax groups: compact the table.
Result<FilePlan> plan_files(const TableFiles& table, const std::vector<Conditions>& mentions);

/// The table's columns, and those dropped since by which rows of the group are deleted.
std::vector<const iceberg::Field*> columns_to_read(const TableFiles& table, const FileGroup& group);

/// @error kUnsupported  the engine would take the file's name for a pattern.
Result<> check_has_no_wildcard(std::string_view path);

}  // namespace icelight::query
