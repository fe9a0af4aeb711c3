#pragma once

#include <filesystem>
#include <set>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace icelight::io {
class FileSystem;
}

namespace icelight::catalog {

/// New files that become durable together and are taken back together.
///
/// Each file is synced when written; its folder when sync_directories() is called: many files in
/// one folder cost one folder sync. Thread safety: none. Lifetime: `files` outlives it.
class FileBatch {
public:
    explicit FileBatch(io::FileSystem& files) : files_(files) {}

    /// Creates `path` (which must not exist), writes and syncs it.
    Result<> write(const std::filesystem::path& path, std::string_view bytes);
    /// Makes the names of all files written so far durable.
    Result<> sync_directories();
    /// Removes what was written; what cannot be removed stays as an orphan.
    void take_back();

private:
    io::FileSystem& files_;
    std::vector<std::filesystem::path> written_;
    std::set<std::filesystem::path> unsynced_directories_;
};

}  // namespace icelight::catalog
