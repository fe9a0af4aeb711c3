#include "server/api/ingest_paths.h"

#include <array>

namespace icelight::server {
namespace {

using event::Path;

constexpr std::array kPaths = {
    IngestPath{"/v1/batch", "", Path::kBatch},
    IngestPath{"/v1/track", "track", Path::kSingle},
    IngestPath{"/v1/identify", "identify", Path::kSingle},
    IngestPath{"/v1/page", "page", Path::kSingle},
    IngestPath{"/v1/screen", "screen", Path::kSingle},
    IngestPath{"/v1/group", "group", Path::kSingle},
    IngestPath{"/v1/alias", "alias", Path::kSingle},
    IngestPath{"/batch", "", Path::kBatch},
    IngestPath{"/track", "track", Path::kSingle},
    IngestPath{"/identify", "identify", Path::kSingle},
    IngestPath{"/page", "page", Path::kSingle},
    IngestPath{"/screen", "screen", Path::kSingle},
    IngestPath{"/group", "group", Path::kSingle},
    IngestPath{"/alias", "alias", Path::kSingle},
};

}  // namespace

std::span<const IngestPath> ingest_paths() {
    return kPaths;
}

const IngestPath* find_ingest_path(std::string_view path) {
    for (const auto& entry : kPaths) {
        if (entry.path == path) return &entry;
    }
    return nullptr;
}

}  // namespace icelight::server
