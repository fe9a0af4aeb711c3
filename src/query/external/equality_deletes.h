#pragma once

#include <cstdint>
#include <string_view>

namespace icelight::query {

enum class Presence : std::uint8_t { kNone, kSome, kUnknown };

/// Whether a table's current snapshot has equality deletes while a partition spec of it has fields:
/// DuckDB's iceberg extension (1.5.5) applies such deletes to other partitions too.
///
/// Iceberg specification, "Table Metadata" and "Snapshots"; the summary's total-equality-deletes is
/// optional, so that it may be unknown. Pure.
/// @param metadata_json  the table's metadata, whole.
Presence find_partitioned_equality_deletes(std::string_view metadata_json);

}  // namespace icelight::query
