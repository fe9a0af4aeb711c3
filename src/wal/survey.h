#pragma once

#include <cstdint>
#include <filesystem>

#include "base/ids.h"
#include "base/result.h"
#include "wal/batch.h"

namespace icelight::io {
class FileSystem;
}

namespace icelight::wal {

/// Where a log stands.
struct Survey {
    Uuid log_uuid;
    Uuid parent_uuid;                ///< Nil, or the log whose table this one goes on with.
    std::uint64_t first_offset = 0;  ///< The oldest that is still held.
    std::uint64_t next_offset = 0;   ///< After the last whole record.
    Counters counters;
};

/// Reads the whole log of a server that is stopped and checks every byte of it; changes nothing. A
/// torn tail, which the next start repairs, is not damage.
/// @error kNotFound  no log there; kCorruption: names the file and the place.
Result<Survey> survey(const std::filesystem::path& directory, io::FileSystem& files);

}  // namespace icelight::wal
