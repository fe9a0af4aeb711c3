#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "base/result.h"

namespace icelight::io {
class FileSystem;
}

namespace icelight::lake {

/// Files remembered as unreachable; those beyond are looked at once others are gone.
inline constexpr std::size_t kGarbageMax = 1'000'000;

/// How long a file was seen to be unreachable.
struct Garbage {
    std::chrono::milliseconds age{0};  ///< Of this server's running time, so no clock can jump it.
    std::uint64_t epoch = 0;           ///< PinRegistry::epoch() when it was first seen; 0 at start.
};

/// By absolute path.
using GarbageList = std::map<std::string, Garbage>;

/// Reads what store_garbage() wrote; a file that is missing or damaged is an empty list, which
/// only means that its files wait anew.
GarbageList load_garbage(io::FileSystem& files, const std::filesystem::path& path);

/// Replaces the file at `path` at once. @error kIo, kUnavailable  the old list stays.
Result<> store_garbage(io::FileSystem& files,
                       const std::filesystem::path& path,
                       const GarbageList& garbage);

}  // namespace icelight::lake
