#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "iceberg/manifest.h"
#include "iceberg/manifest_file.h"

/// Manifests and manifest lists as Avro object container files. We write v2 with the deflate codec
/// and read v1 to v3 of any writer, matching fields by the field ids in the file's own schema.
namespace icelight::iceberg {

/// Inflated bytes one manifest or manifest list may have.
inline constexpr std::size_t kAvroBytesMax = std::size_t{512} << 20;

/// A manifest's bytes and the counts, lengths and partition summaries its list entry needs.
struct EncodedManifest {
    std::string bytes;
    /// Complete but for manifest_path; sequence number and snapshot id are unassigned. With
    /// entries that carry their own sequence numbers min_sequence_number is set.
    ManifestFile file;
};

/// Writes a v2 manifest.
///
/// Entries may leave snapshot_id and sequence numbers out (inherited) if they are kAdded.
/// @error kInvalidArgument  a partition value that does not fit its field, a wrong number of them,
///   a delete file in a data manifest or the other way round, an entry that must name its sequence
///   numbers and does not, or a spec that does not fit the schema.
Result<EncodedManifest> encode_manifest(const Manifest& manifest);

/// A file that was cut between two blocks looks whole: compare its size with manifest_length.
/// @error kCorruption  not Avro, cut short, out of bounds, or without a required field.
/// @error kUnsupported  a codec other than null, deflate and zstandard.
Result<Manifest> decode_manifest(std::string_view bytes);

struct ManifestList {
    std::int64_t snapshot_id = 0;
    std::optional<std::int64_t> parent_snapshot_id;
    std::int64_t sequence_number = 0;
    std::vector<ManifestFile> manifests;
};

/// Writes a v2 manifest list. Manifests with unassigned sequence number, min sequence number or
/// snapshot id get those of the list.
/// @error kInvalidArgument  a manifest without a path, or with a count of kUnknownCount: read it
/// and
///   count first, because readers pass over manifests that say zero.
Result<std::string> encode_manifest_list(const ManifestList& list);

/// The entries in their order. v1 lists read as sequence number 0, counts they lack as
/// kUnknownCount.
/// @error kCorruption, kUnsupported  as decode_manifest().
Result<std::vector<ManifestFile>> decode_manifest_list(std::string_view bytes);

}  // namespace icelight::iceberg
