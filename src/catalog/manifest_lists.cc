#include "catalog/manifest_lists.h"

#include <algorithm>

#include "catalog/metadata_file.h"
#include "iceberg/manifest_avro.h"
#include "io/file_system.h"

namespace icelight::catalog {

Result<SharedManifests> ManifestLists::load(const std::string& location) {
    const auto found = std::find_if(
        lists_.begin(), lists_.end(), [&](const auto& entry) { return entry.first == location; });
    if (found != lists_.end()) {
        std::rotate(lists_.begin(), found, found + 1);
        return lists_.front().second;
    }
    ICE_ASSIGN(const auto path, path_of(location));
    ICE_ASSIGN(const std::string bytes, files_.read_file(path, kManifestListBytesMax));
    auto decoded = iceberg::decode_manifest_list(bytes);
    if (!decoded) return fail_in("manifest list " + path.string(), std::move(decoded).error());
    auto list = std::make_shared<const std::vector<iceberg::ManifestFile>>(std::move(*decoded));
    keep(location, list);
    return list;
}

void ManifestLists::keep(const std::string& location, SharedManifests list) {
    lists_.emplace_front(location, std::move(list));
    if (lists_.size() > kListsMax) lists_.pop_back();
}

}  // namespace icelight::catalog
