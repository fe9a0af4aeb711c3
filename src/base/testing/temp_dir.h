#pragma once

#include <filesystem>

namespace icelight::testing {

/// A file system in memory with room for small tests, else where temporary files go: for tests in
/// which processes die but no machine does, and syncs cost more than all the rest.
std::filesystem::path memory_root();

/// A directory of its own, removed with the object. Under $TMPDIR, else /tmp.
class TempDir {
public:
    TempDir();
    explicit TempDir(const std::filesystem::path& root);
    ~TempDir();
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;

    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

}  // namespace icelight::testing
