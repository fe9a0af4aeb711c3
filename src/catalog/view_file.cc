#include "catalog/view_file.h"

#include <utility>

#include "catalog/metadata_file.h"
#include "iceberg/json/view_metadata_json.h"
#include "io/file_system.h"

namespace icelight::catalog {

Result<std::shared_ptr<const iceberg::ViewMetadata>> load_view_metadata(
    io::FileSystem& files, const std::string& location) {
    ICE_ASSIGN(const auto path, path_of(location));
    ICE_ASSIGN(const std::string bytes, files.read_file(path, kMetadataBytesMax));
    auto view = iceberg::parse_view_metadata(bytes);
    if (!view) return fail_in("metadata file " + path.string(), std::move(view).error());
    return std::make_shared<const iceberg::ViewMetadata>(std::move(*view));
}

}  // namespace icelight::catalog
