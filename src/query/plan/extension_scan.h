#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "query/plan/table_files.h"

namespace icelight::query {

/// Behind TableFiles::needs_extension, for where there is no extension.
inline constexpr std::string_view kExtensionAdvice =
    ", or name DuckDB's iceberg extension in query.extensions (or --extensions of icelight query; "
    "packaging/duckdb_extensions.sh brings it)";

/// Whether DuckDB's iceberg extension (1.5.5) reads a table that needs it rightly.
///
/// @error kUnsupported  not with equality deletes: it applies those of one partition to all, and
///   fails over queries that do not name their columns. Not at all where `"` is in the location.
Result<> check_extension_reads(const TableFiles& table);

/// The source of rows by which the extension reads `table` as it is or was: `iceberg_scan(...)`.
///
/// It leaves files out by the statement's filters. Where it does so wrongly (is_pruned_rightly()),
/// no filter reaches it.
/// @error kUnsupported  see check_extension_reads().
Result<std::string> make_extension_scan(const TableFiles& table);

/// Whether the extension leaves out none but files that cannot hold what a filter asks for. Not so
/// with moments before 1970 in partitions by day or month, which it rounds toward 1970; with NaN,
/// which no bound of a file tells; and not known of buckets, truncated values and sources that the
/// schema no longer has.
bool is_pruned_rightly(const TableFiles& table);

}  // namespace icelight::query
