#pragma once

#include <filesystem>

namespace icelight::testing {

/// A directory of its own, removed with the object. Under $TMPDIR, else /tmp.
class TempDir {
public:
    TempDir();
    ~TempDir();
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;

    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

}  // namespace icelight::testing
