#pragma once

#include <memory>
#include <string>

#include "base/result.h"

namespace icelight::io {
class FileSystem;
}

namespace icelight::iceberg {
struct ViewMetadata;
}

namespace icelight::catalog {

/// A view as of one moment. Immutable: later commits make new ones.
struct LoadedView {
    std::shared_ptr<const iceberg::ViewMetadata> metadata;
    std::string metadata_location;
};

/// @error kNotFound  the file is missing; the message names it. kCorruption: it does not parse.
Result<std::shared_ptr<const iceberg::ViewMetadata>> load_view_metadata(
    io::FileSystem& files, const std::string& location);

}  // namespace icelight::catalog
