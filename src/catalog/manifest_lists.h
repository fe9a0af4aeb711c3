#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "iceberg/manifest_file.h"

namespace icelight::io {
class FileSystem;
}

namespace icelight::catalog {

/// A manifest list larger than this is refused.
inline constexpr std::size_t kManifestListBytesMax = std::size_t{256} << 20;

using SharedManifests = std::shared_ptr<const std::vector<iceberg::ManifestFile>>;

/// Decoded manifest lists by location, the few last used: a commit needs its parent's, which the
/// commit before it has made. Lists never change. Thread safety: none.
class ManifestLists {
public:
    explicit ManifestLists(io::FileSystem& files) : files_(files) {}

    /// @error kCorruption  it does not decode; kNotFound, kIo  it cannot be read.
    Result<SharedManifests> load(const std::string& location);
    void keep(const std::string& location, SharedManifests list);

private:
    static constexpr std::size_t kListsMax = 8;

    io::FileSystem& files_;
    std::deque<std::pair<std::string, SharedManifests>> lists_;  ///< Last used first.
};

}  // namespace icelight::catalog
