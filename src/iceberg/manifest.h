#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "iceberg/data_file.h"
#include "iceberg/manifest_file.h"
#include "iceberg/partition_spec.h"
#include "iceberg/schema.h"

namespace icelight::iceberg {

enum class EntryStatus : std::uint8_t { kExisting = 0, kAdded = 1, kDeleted = 2 };

/// A file in a manifest (spec, `manifest_entry`; the numbers are Avro field ids).
///
/// Absent snapshot id and sequence numbers are inherited from the ManifestFile that names the
/// manifest: inherit() fills them in.
struct ManifestEntry {
    EntryStatus status = EntryStatus::kAdded;          ///< 0
    std::optional<std::int64_t> snapshot_id;           ///< 1
    std::optional<std::int64_t> sequence_number;       ///< 3 Of the rows ("data sequence number").
    std::optional<std::int64_t> file_sequence_number;  ///< 4 Of the commit that added the file.
    DataFile data_file;                                ///< 2

    bool operator==(const ManifestEntry&) const = default;

    bool is_live() const { return status != EntryStatus::kDeleted; }
};

/// A manifest's header and entries.
struct Manifest {
    std::int32_t format_version = 2;
    ManifestContent content = ManifestContent::kData;
    Schema schema;       ///< The table's schema when it was written.
    PartitionSpec spec;  ///< What the entries' partition values belong to.
    std::vector<ManifestEntry> entries;

    bool operator==(const Manifest&) const = default;
};

/// Fills in what the entries inherit (spec, "Sequence number inheritance").
void inherit(Manifest& manifest, const ManifestFile& file);

}  // namespace icelight::iceberg
