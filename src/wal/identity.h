#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/hash.h"
#include "base/ids.h"
#include "base/result.h"

namespace icelight::io {
class FileSystem;
}  // namespace icelight::io

namespace icelight::wal {

/// The file `key`: which log this is and the secret of its fingerprints.
struct Identity {
    Uuid log_uuid;
    Uuid parent_uuid;  ///< Nil, or the log whose table this one goes on with.
    std::uint64_t start_offset = 0;
    FingerprintKey secret{};
};

std::string encode_identity(const Identity& identity);
/// @error kCorruption, kUnsupported
Result<Identity> decode_identity(std::string_view bytes);

/// @error kNotFound, kCorruption, kUnsupported; names the file.
Result<Identity> load_identity(const std::filesystem::path& directory, io::FileSystem& files);
/// Appears whole or not at all, durable.
Result<> store_identity(const std::filesystem::path& directory,
                        io::FileSystem& files,
                        const Identity& identity);

}  // namespace icelight::wal
