#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/hash.h"
#include "base/ids.h"
#include "base/result.h"
#include "wal/directory.h"

/// The `.ids` file of a sealed segment: its fingerprints without its rows.
namespace icelight::wal {

struct Sidecar {
    Uuid log_uuid;
    std::uint64_t seq = 0;
    std::uint64_t first_offset = 0;
    std::uint64_t end_offset = 0;
    TimestampUs newest_us = 0;
    std::string runs;  ///< As in the file: one run a rows record.
    std::uint32_t count = 0;

    void add(const RecordView& view);
};

/// Appends a rows record to Sidecar::runs: 24 bytes, and 16 a row.
void append_run(std::string& runs,
                std::uint64_t first_offset,
                TimestampUs written_at_us,
                std::string_view fingerprints);

/// Of a segment whose rows are not yet in it.
Sidecar begin_sidecar(const SegmentHeader& header);

using VisitRow =
    std::function<void(const Fingerprint&, std::uint64_t offset, TimestampUs written_at_us)>;

std::string encode_sidecar(const Sidecar& sidecar);
/// @error kCorruption, kUnsupported
Result<Sidecar> decode_sidecar(std::string_view bytes);
void for_each_row(const Sidecar& sidecar, const VisitRow& visit);

/// Reads a sealed segment up to `end_offset`.
/// @error kCorruption  the segment does not hold what it should.
Result<Sidecar> read_sidecar(const SegmentFile& segment,
                             std::uint64_t end_offset,
                             io::FileSystem& files);

/// Stores a sidecar, durable. An existing one is replaced.
Result<> store_sidecar(const std::filesystem::path& directory,
                       const Sidecar& sidecar,
                       io::FileSystem& files);

/// @error kNotFound, kCorruption, kUnsupported; names the file.
Result<Sidecar> load_sidecar(const std::filesystem::path& directory,
                             std::uint64_t seq,
                             io::FileSystem& files);

}  // namespace icelight::wal
